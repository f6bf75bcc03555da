"""Paths and names that the documents mention exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from .sources import PACKAGES, ROOT, documents, label, text

LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SUFFIXES = (".py", ".md", ".toml", ".ini", ".cfg")
DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+$")

all_documents = pytest.mark.parametrize("path", documents(), ids=label)


def looks_like_a_path(word: str) -> bool:
    """Whether a word in backticks names a file or folder of this repository."""
    if not re.fullmatch(r"[\w.-][\w./-]*", word) or "NNNN" in word:
        return False
    first = word.split("/")[0]
    return "/" in word and ((ROOT / first).is_dir() or word.endswith(SUFFIXES))


def exists(word: str, near: Path) -> bool:
    """Whether a path exists, seen from the repository, a package or the document."""
    places = [ROOT, near.parent, *(ROOT / package for package in PACKAGES)]
    return any((place / word).exists() for place in places)


@all_documents
def test_paths_exist(path: Path) -> None:
    prose = FENCE.sub("", text(path))
    words = [word for word in CODE.findall(prose) if looks_like_a_path(word)]
    words += LINK.findall(CODE.sub("", prose))
    missing = [word for word in words if not exists(word, path)]
    assert not missing, f"{label(path)} names {', '.join(missing)}"


def resolve(dotted: str) -> object:
    """The module or attribute of a dotted name.

    Raises:
        LookupError: there is none.
    """
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            if not hasattr(value, name):
                raise LookupError(dotted)
            value = getattr(value, name)
        return value
    raise LookupError(dotted)


@all_documents
def test_dotted_names_exist(path: Path) -> None:
    missing = []
    for word in CODE.findall(FENCE.sub("", text(path))):
        if DOTTED.match(word) and not word.endswith(SUFFIXES):
            try:
                resolve(word)
            except LookupError:
                missing.append(word)
    assert not missing, f"{label(path)} names {', '.join(missing)}"
