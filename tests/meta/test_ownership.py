"""What one actor may change no other may: nobody assigns an attribute of somebody else's object.

A statement may assign (or delete) attributes of ``self`` or ``cls``, of an object made in the same
function, and of the object a factory was given to make. Everything else is a method of its owner.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .sources import ROOT, label, tree

WHERE = (
    "actors",
    "roles",
    "protocol",
    "plugins/base.py",
    "plugins/manager.py",
    "stream.py",
    "basexmpp.py",
    "clientxmpp.py",
    "componentxmpp.py",
)

OWN_COUNTS = "the table made these counts, of the kind that supervisors counts in"
ROSTER = "the roster is the role's own; these names of its attributes are the public API's"
HANDLER = "a handler is given away with this call: from here on it belongs to who registers it"

ALLOWED = {
    "actorxmpp/actors/users_table.py: self.counts.lost": OWN_COUNTS,
    "actorxmpp/actors/users_table.py: self.counts.refused": OWN_COUNTS,
    "actorxmpp/basexmpp.py: self.roster.auto_authorize": ROSTER,
    "actorxmpp/basexmpp.py: self.roster.auto_subscribe": ROSTER,
    "actorxmpp/clientxmpp.py: roster.version": ROSTER,
    "actorxmpp/clientxmpp.py: self.client_roster.version": ROSTER,
    "actorxmpp/roles/aliases.py: role.settings": "a descriptor: the role's settings by other names",
    "actorxmpp/roles/running.py: role.loop": "the body of the role's own method",
    "actorxmpp/stream.py: handler.owner": HANDLER,
    "actorxmpp/stream.py: handler.stream": HANDLER,
}
"""``file: target`` of assignments that stay, each with its reason. It may only become shorter."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def modules() -> list[Path]:
    """The files in which objects have owners."""
    found: list[Path] = []
    for name in WHERE:
        path = ROOT / "actorxmpp" / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of one function, without those of functions inside it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, (*FUNCTIONS, ast.ClassDef)):
            yield from own_nodes(child)


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """What a statement assigns or deletes, with tuples taken apart."""
    found: list[ast.expr] = []
    if isinstance(node, ast.Assign | ast.Delete):
        found = list(node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor):
        found = [node.target]
    elif isinstance(node, ast.With | ast.AsyncWith):
        found = [item.optional_vars for item in node.items if item.optional_vars]
    while found:
        target = found.pop()
        if isinstance(target, ast.Tuple | ast.List):
            found += target.elts
        elif isinstance(target, ast.Starred):
            found.append(target.value)
        else:
            yield target


def is_made(value: ast.expr) -> bool:
    """Whether an expression makes a new object: a call of a class, or of ``__new__``."""
    if not isinstance(value, ast.Call):
        return False
    name = getattr(value.func, "attr", getattr(value.func, "id", ""))
    return name == "__new__" or name.lstrip("_")[:1].isupper()


def made_here(function: ast.AST) -> set[str]:
    """Names that stand for an object made in this function."""
    made: set[str] = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and is_made(node.value):
            made |= {target.id for target in targets(node) if isinstance(target, ast.Name)}
    return made


def foreign_assignments(module: ast.Module) -> list[tuple[int, str]]:
    """Lines that assign an attribute of an object that is somebody else's."""
    found = []
    for function in ast.walk(module):
        if not isinstance(function, FUNCTIONS):
            continue
        own = {"self", "cls"} | made_here(function)
        for node in own_nodes(function):
            for target in targets(node):
                if not isinstance(target, ast.Attribute):
                    continue
                owner = target.value
                if not (isinstance(owner, ast.Name) and owner.id in own):
                    found.append((target.lineno, ast.unparse(target)))
    return found


def test_what_is_found_and_what_is_not() -> None:
    source = """
def f(self, other):
    self.a = 1
    made = Thing()
    made.a, self.b = 1, 2
    item = self.new()
    item.a = 1
    other.a += 1
    del self.b.c
    a, other.b = 1, 2
    for other.c in ():
        pass
    def inner():
        made.z = 1
    new = Thing.__new__(Thing)
    new.a = 1
"""
    found = [target for _, target in sorted(foreign_assignments(ast.parse(source)))]
    assert sorted(found) == ["item.a", "made.z", "other.a", "other.b", "other.c", "self.b.c"]


def found_in(path: Path) -> dict[str, int]:
    """Every assignment to somebody else's attribute, as ``file: target``, with its line."""
    return {f"{label(path)}: {target}": line for line, target in foreign_assignments(tree(path))}


@pytest.mark.parametrize("path", modules(), ids=label)
def test_nobody_changes_what_somebody_else_owns(path: Path) -> None:
    found = [f"{key} (line {line})" for key, line in found_in(path).items() if key not in ALLOWED]
    assert not found, "make it a method of the owner:\n" + "\n".join(found)


def test_the_exceptions_are_still_needed() -> None:
    found = {key for path in modules() for key in found_in(path)}
    assert set(ALLOWED) <= found, f"no longer there: {sorted(set(ALLOWED) - found)}"
