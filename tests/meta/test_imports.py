"""Imports form no cycle, and a package imports only what setup.cfg declares."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from pathlib import Path

import pytest

from .sources import (
    PACKAGES,
    ROOT,
    imported_names,
    label,
    module_name,
    optional_imports,
    package_modules,
    tree,
)

FLEET_PARTS = ("actorxmpp.cli", "actorxmpp.fleet")
"""Only these may need the ``fleet`` extra."""


def import_graph() -> dict[str, set[str]]:
    """Module to the modules it imports, both packages; only what is stated, no parents."""
    modules = {module_name(path): path for path in package_modules()}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        targets = set()
        for imported, _line in imported_names(path):
            parent = imported.rpartition(".")[0]
            target = imported if imported in modules else parent
            if target in modules and target != name:
                targets.add(target)
        graph[name] = targets
    return graph


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """One import cycle, first module repeated at the end; empty if there is none."""
    done: set[str] = set()
    for start in sorted(graph):
        path: list[str] = []
        stack = [(start, iter(sorted(graph[start])))] if start not in done else []
        path += [start] if stack else []
        while stack:
            node, targets = stack[-1]
            following = next((one for one in targets if one not in done), None)
            if following is None:
                done.add(node)
                stack.pop()
                path.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            else:
                path.append(following)
                stack.append((following, iter(sorted(graph[following]))))
    return []


def test_a_cycle_is_found() -> None:
    assert find_cycle({"a": {"b"}, "b": {"c", "d"}, "c": set(), "d": {"b"}}) == ["b", "d", "b"]
    assert find_cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_imports_form_no_cycle() -> None:
    cycle = find_cycle(import_graph())
    assert not cycle, " -> ".join(cycle)


def declared() -> tuple[set[str], set[str]]:
    """Import names of the core's dependencies, and of those of the ``fleet`` extra."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")

    def names(section: str, option: str) -> set[str]:
        lines = config.get(section, option).split("\n")
        return {re.split(r"[^\w-]", line)[0].replace("-", "_") for line in lines if line.strip()}

    return names("options", "install_requires"), names("options.extras_require", "fleet")


@pytest.mark.parametrize("path", package_modules(), ids=label)
def test_imports_are_declared(path: Path) -> None:
    core, fleet = declared()
    allowed = core | set(PACKAGES) | sys.stdlib_module_names
    if module_name(path).startswith(FLEET_PARTS):
        allowed |= fleet
    undeclared = [
        f"{label(path)}:{line} imports {name}"
        for name, line in imported_names(path)
        if name.partition(".")[0] not in allowed and line not in optional_imports(path)
    ]
    assert not undeclared, "\n".join(undeclared)


LARGEST_CIRCLE = 6
"""Modules that may name one another for the type checker: a program and what it is made of."""


def typed_graph() -> dict[str, set[str]]:
    """As ``import_graph``, with what is imported for the type checker alone."""
    modules = {module_name(path): path for path in package_modules()}
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                found = (f"{node.module}.{each.name}" for each in node.names)
                graph[name] |= {one if one in modules else node.module for one in found}
        graph[name] &= modules.keys() - {name}
    return graph


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The sets of modules each of which leads to every other one of its set."""

    def reached(start: str) -> set[str]:
        seen, waiting = set(), [start]
        while waiting:
            for target in graph[waiting.pop()] - seen:
                seen.add(target)
                waiting.append(target)
        return seen

    reach = {name: reached(name) for name in graph}
    found = {frozenset(one for one in reach[name] if name in reach[one]) for name in graph}
    return [set(circle) for circle in found if len(circle) > 1]


def test_no_circle_of_types_is_large() -> None:
    largest = max(circles(typed_graph()), key=len)
    assert len(largest) <= LARGEST_CIRCLE, ", ".join(sorted(largest))
