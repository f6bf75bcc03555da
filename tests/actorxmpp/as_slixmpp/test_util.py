"""The caches keep and forget, and no key leads out of their folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actorxmpp.as_slixmpp.util import (
    Cache,
    FileSystemCache,
    FileSystemPerJidCache,
    MemoryCache,
    MemoryPerJidCache,
    PerJidCache,
)

KEYS = [
    "plain",
    "with/slash",
    "..",
    ".",
    "",
    "nul\0",
    "umlaut-\N{LATIN SMALL LETTER U WITH DIAERESIS}",
]


def caches(folder: Path) -> list[Cache]:
    return [MemoryCache(), FileSystemCache(str(folder), "kind")]


def jid_caches(folder: Path) -> list[PerJidCache]:
    return [MemoryPerJidCache(), FileSystemPerJidCache(str(folder), "kind")]


@pytest.mark.parametrize("key", KEYS)
def test_a_value_is_kept_until_it_is_removed(tmp_path: Path, key: str) -> None:
    for cache in caches(tmp_path):
        assert cache.retrieve(key) is None
        assert cache.store(key, "value")
        assert cache.retrieve(key) == "value"
        assert cache.remove(key)
        assert cache.retrieve(key) is None


@pytest.mark.parametrize("key", KEYS)
def test_a_jid_has_its_own_values(tmp_path: Path, key: str) -> None:
    for cache in jid_caches(tmp_path):
        assert cache.store_by_jid("a@b", key, "one")
        assert cache.store_by_jid("../a@b/c", key, "two")
        assert cache.retrieve_by_jid("a@b", key) == "one"
        assert cache.retrieve_by_jid("../a@b/c", key) == "two"
        assert cache.retrieve_by_jid("nobody@b", key) is None
        assert cache.remove_by_jid("a@b", key)
        assert cache.retrieve_by_jid("a@b", key) is None
    outside = [path for path in tmp_path.rglob("*") if tmp_path / "kind" not in path.parents]
    assert outside == [tmp_path / "kind"]


def test_values_are_encoded_and_what_is_broken_is_removed(tmp_path: Path) -> None:
    cache = FileSystemCache(str(tmp_path), "kind", encode=json.dumps, decode=json.loads)
    assert cache.store("key", {"a": 1})
    assert cache.retrieve("key") == {"a": 1}
    (tmp_path / "kind" / "key").write_text("{", "utf-8")
    assert cache.retrieve("key") is None
    assert not cache.remove("key")


def test_a_binary_cache_keeps_bytes(tmp_path: Path) -> None:
    cache = FileSystemCache(str(tmp_path), "kind", binary=True)
    assert cache.store("key", b"\x00\xff")
    assert cache.retrieve("key") == b"\x00\xff"


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "kind").write_text("a file", "utf-8")
    assert not FileSystemCache(str(tmp_path), "kind").store("key", "value")
