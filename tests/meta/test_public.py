"""What the two packages export exists, is documented and is typed."""

from __future__ import annotations

import ast
import importlib
import importlib.resources
import inspect
import itertools
import re
from types import ModuleType

import pytest

from .sources import PACKAGES, ROOT, package_modules, text, tree


def exports() -> list[tuple[str, str]]:
    """Package and name of everything exported."""
    return [
        (package, name)
        for package in PACKAGES
        for name in getattr(importlib.import_module(package), "__all__", ())
    ]


def documented_constants(package: str) -> set[str]:
    """Names assigned at a module's top level with a docstring below or a ``#:`` line above."""
    found = set()
    for path in package_modules():
        if ROOT / package not in path.parents:
            continue
        found |= set(re.findall(r"^#: .*\n(\w+)\b.*=", text(path), re.MULTILINE))
        body = tree(path).body
        for statement, below in itertools.pairwise(body):
            is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            if is_text and isinstance(statement, ast.Assign | ast.AnnAssign):
                targets = getattr(statement, "targets", None) or [statement.target]
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_lists_what_it_exports(package: str) -> None:
    names = importlib.import_module(package).__all__
    assert len(names) == len(set(names)), "a name is there twice"
    assert not [name for name in names if name.startswith("_") and name != "__version__"]


@pytest.mark.parametrize(("package", "name"), exports())
def test_an_exported_name_exists_and_is_documented(package: str, name: str) -> None:
    value = getattr(importlib.import_module(package), name)
    if name == "__version__":
        return
    if inspect.isclass(value):
        # A class inherits its parent's docstring; its own is wanted.
        assert value.__dict__.get("__doc__"), f"{package}.{name} has no docstring"
    elif isinstance(value, ModuleType) or inspect.isroutine(value):
        assert inspect.getdoc(value), f"{package}.{name} has no docstring"
    elif type(value).__module__.partition(".")[0] in PACKAGES:
        # An instance of a class of ours, an enum's member for instance, is what its class says.
        assert type(value).__dict__.get("__doc__"), f"{type(value)} has no docstring"
    else:
        assert name in documented_constants(package), (
            f"{package}.{name}: write a docstring below its assignment"
        )


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_typed(package: str) -> None:
    assert (importlib.resources.files(package) / "py.typed").is_file()
