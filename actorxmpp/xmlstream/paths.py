"""The small path language of stanzas: ``{namespace}name@attribute=value/child``.

Paths are written in programs, not by peers, so what is compiled here is kept (in bounded caches).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, overload

#: Compiled paths kept: far more than the handlers and sub-elements of all plugins together.
PATH_CACHE = 4096


@lru_cache(maxsize=PATH_CACHE)
def split_path(xpath: str, default_ns: str = "", propagate_ns: bool = True) -> tuple[str, ...]:
    """Returns the steps of a path, each with its namespace.

    A namespace in braces holds for the steps after it, until the next one. Steps before the first
    one get ``default_ns``. With ``propagate_ns=False`` the names stay without braces, whatever
    stood there.
    """
    steps: list[str] = []
    for block in xpath.split("{"):
        namespace, brace, names = block.partition("}")
        if not brace:
            namespace, names = default_ns, block
        for name in names.split("/"):
            if not name:
                continue
            qualified = propagate_ns and not name.startswith("*")
            steps.append(f"{{{namespace}}}{name}" if qualified else name)
    return tuple(steps)


@overload
def fix_ns(
    xpath: str, split: Literal[False] = ..., propagate_ns: bool = ..., default_ns: str = ...
) -> str: ...


@overload
def fix_ns(
    xpath: str, split: Literal[True], propagate_ns: bool = ..., default_ns: str = ...
) -> list[str]: ...


@overload
def fix_ns(
    xpath: str, split: bool, propagate_ns: bool = ..., default_ns: str = ...
) -> str | list[str]: ...


def fix_ns(
    xpath: str, split: bool = False, propagate_ns: bool = True, default_ns: str = ""
) -> str | list[str]:
    """Gives the steps of a path their namespaces.

    Args:
        xpath: The path.
        split: Whether to return the steps as a list.
        propagate_ns: Whether a namespace holds for the steps after it. Without it the namespaces in
            the path are dropped.
        default_ns: The namespace of steps that have none.
    """
    steps = split_path(xpath, default_ns, propagate_ns)
    return list(steps) if split else "/".join(steps)


class Step(NamedTuple):
    """One step of a stanza path: an element, and what some of its interfaces must be."""

    text: str
    name: str
    attributes: tuple[tuple[str, str | None], ...]


@lru_cache(maxsize=PATH_CACHE)
def compile_step(text: str) -> Step:
    """Returns the step ``name@interface=value@interface``; without ``=`` it must be set."""
    name, *conditions = text.split("@")
    attributes = []
    for condition in conditions:
        key, equals, value = condition.partition("=")
        attributes.append((key, value if equals else None))
    return Step(text, name, tuple(attributes))


@lru_cache(maxsize=PATH_CACHE)
def compile_path(xpath: str) -> tuple[Step, ...]:
    """Returns the steps of a stanza path."""
    return tuple(compile_step(text) for text in split_path(xpath, propagate_ns=False))


def local_name(tag: str) -> str:
    """Returns the part of an element's name after its namespace."""
    return tag.rpartition("}")[2]
