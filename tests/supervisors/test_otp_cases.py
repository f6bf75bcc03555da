"""The list of OTP cases (otp_cases.toml) holds 93 names, and each ported one has its test."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "otp_cases.toml").read_text())


def functions_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_list_is_complete():
    assert len(CASES["ported"]) == 88
    assert len(CASES["left_out"]) == 5
    assert not set(CASES["ported"]) & set(CASES["left_out"])
    assert all(why for why in CASES["left_out"].values())


@pytest.mark.parametrize("case", CASES["ported"])
def test_the_case_has_its_test(case):
    assert f"test_{case}" in functions_in(HERE / CASES["ported"][case])
