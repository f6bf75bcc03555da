"""How tests are written: shipped fakes instead of mocks, injected time instead of sleeping."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .sources import ROOT, imported_names, label, modules_of_tests, tree

INTEGRATION = ROOT / "tests" / "integration"
MOCKS = ("mock", "unittest.mock", "pytest_mock", "asynctest", "flexmock")

modules = pytest.mark.parametrize("path", modules_of_tests(), ids=label)


@modules
def test_nothing_is_mocked(path: Path) -> None:
    found = [
        f"{label(path)}:{line} imports {name}"
        for name, line in imported_names(path)
        if name.startswith(MOCKS)
        and (name in MOCKS or name.startswith(tuple(f"{m}." for m in MOCKS)))
    ]
    assert not found, "\n".join(found)


@modules
def test_tests_use_nothing_of_other_tests(path: Path) -> None:
    own = path.relative_to(ROOT / "tests").parts[0]
    found = [
        f"{label(path)}:{line} imports {name}"
        for name, line in imported_names(path)
        if name.startswith("tests.") and not name.startswith(f"tests.{own}.")
    ]
    assert not found, "\n".join(found)


def sleeps(tree: ast.AST) -> list[int]:
    """Lines that call something named sleep; ``sleep(0)`` only gives way and is no sleep."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            gives_way = bool(node.args) and ast.dump(node.args[0]) == "Constant(value=0)"
            if name == "sleep" and not gives_way:
                found.append(node.lineno)
    return found


def test_a_sleep_is_found() -> None:
    source = "time.sleep(1)\nawait asyncio.sleep(0)\nsleep(0.1)\nclock.sleep_until(3)"
    assert sleeps(ast.parse(source, mode="exec")) == [1, 3]


@pytest.mark.parametrize(
    "path", [one for one in modules_of_tests() if INTEGRATION not in one.parents], ids=label
)
def test_no_test_sleeps(path: Path) -> None:
    lines = [f"{label(path)}:{line}" for line in sleeps(tree(path))]
    assert not lines, f"inject a clock instead of sleeping: {', '.join(lines)}"
