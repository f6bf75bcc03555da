"""Files and functions stay short enough to be read, and every file says what it is for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from .sources import ROOT, label, modules_of_tests, package_modules, text, tree

MODULE_LINES = 700  # a hint to look, not a knife: one idea stays in one file
LONG_MODULES = {
    "actorxmpp/stream.py": "the public class XMLStream, which its users read as one",
    "actorxmpp/protocol/stream.py": "a stream and the queue of what it is to send",
}
FUNCTION_LINES = 60
TEXT_SUFFIXES = {".py", ".md", ".ini", ".cfg", ".toml", ".yml", ".json", ""}
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.}])/(root|home|work|Users)/\w+")


@pytest.mark.parametrize("path", package_modules(), ids=label)
def test_no_module_is_too_long(path: Path) -> None:
    lines = len(text(path).splitlines())
    found = f"{label(path)} has {lines} lines; look whether it is two ideas"
    assert lines <= MODULE_LINES or label(path) in LONG_MODULES, found


@pytest.mark.parametrize("path", package_modules(), ids=label)
def test_no_function_is_too_long(path: Path) -> None:
    too_long = [
        f"{label(path)}:{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not too_long, "\n".join(too_long)


@pytest.mark.parametrize("path", package_modules(), ids=label)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{label(path)} has no docstring"


def test_every_folder_of_a_package_is_a_package() -> None:
    folders = {path.parent for path in package_modules()}
    assert [label(one) for one in sorted(folders) if not (one / "__init__.py").is_file()] == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    folders = ["actorxmpp", "supervisors", "tests", "examples", "benchmarks", "docs", ".ci"]
    files = [path for name in folders for path in (ROOT / name).rglob("*")]
    files += [path for path in ROOT.glob("*.*") if path.name != ".git"]  # a file in a work tree
    found = [
        f"{label(path)}: {match[0]}"
        for path in files
        if path.is_file() and "__pycache__" not in path.parts and path.suffix in TEXT_SUFFIXES
        for match in SOMEBODYS_FOLDER.finditer(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_the_tests_are_found() -> None:
    assert len(modules_of_tests()) > 10
