"""Paths: namespaces, patterns, texts by language."""

from __future__ import annotations

from actorxmpp.xmlstream.paths import fix_ns


def test_fix_ns():
    assert fix_ns("a/b", default_ns="urn:x") == "{urn:x}a/{urn:x}b"
    assert fix_ns("{urn:y}a/b/{urn:z}c", split=True) == ["{urn:y}a", "{urn:y}b", "{urn:z}c"]
    assert fix_ns("{urn:y}a/b", split=True, propagate_ns=False) == ["a", "b"]
    assert fix_ns("{urn:y}a/*", split=True) == ["{urn:y}a", "*"]
