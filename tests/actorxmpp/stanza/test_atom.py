"""Atom entries and their authors (RFC 4287)."""

from __future__ import annotations

from actorxmpp.stanza import AtomAuthor, AtomEntry


def test_atom():
    entry = AtomEntry()
    entry["title"] = "t"
    entry["author"]["name"] = "n"
    assert AtomAuthor.namespace == AtomEntry.namespace
    assert entry["author"]["name"] == "n"
    assert entry["title"] == "t"
