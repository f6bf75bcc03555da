"""What the meta tests look at: the files of the source tree, parsed once."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("supervisors", "actorxmpp")


def package_modules() -> list[Path]:
    """Every module of both packages."""
    return [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]


def modules_of_tests() -> list[Path]:
    """Every Python file below tests/."""
    return sorted((ROOT / "tests").rglob("*.py"))


def documents() -> list[Path]:
    """README and everything in docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def label(path: Path) -> str:
    """The path as a test's name and message show it."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def text(path: Path) -> str:
    """A file's text."""
    return path.read_text("utf-8")


@functools.cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(text(path), filename=label(path))


def module_name(path: Path) -> str:
    """The dotted name of a package's module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def runtime_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those below ``if TYPE_CHECKING:``, which never run."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for other in child.orelse:
                yield from runtime_nodes(other)
        else:
            yield from runtime_nodes(child)


def catches_import_error(node: ast.AST) -> bool:
    """Whether this is a ``try`` for something optional."""
    return isinstance(node, ast.Try) and any(
        "ImportError" in ast.dump(handler.type) for handler in node.handlers if handler.type
    )


def optional_imports(path: Path) -> set[int]:
    """Lines of imports that a module can do without."""
    return {
        node.lineno
        for optional in ast.walk(tree(path))
        if catches_import_error(optional)
        for node in ast.walk(optional)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def imported_names(path: Path) -> Iterator[tuple[str, int]]:
    """Absolute dotted names a module imports when it runs, each with its line.

    ``from a import b`` gives ``a.b``: whether b is a module is for the reader to find out.
    """
    package = module_name(path) if ROOT / "tests" not in path.parents else ""
    for node in runtime_nodes(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                climbed = package.split(".")
                climb = node.level - (path.name == "__init__.py")
                climbed = climbed[: len(climbed) - climb]
                base = ".".join([*climbed, base] if base else climbed)
            for alias in node.names:
                yield (f"{base}.{alias.name}" if base else alias.name), node.lineno
