"""Resident memory."""

from __future__ import annotations

from actorxmpp.cli.memory import rss_kib


def test_it_grows_with_what_is_used() -> None:
    before = rss_kib()
    ballast = bytearray(b"x" * (64 * 1024 * 1024))
    grown = rss_kib() - before
    assert len(ballast) == 64 * 1024 * 1024
    assert 48 * 1024 < grown < 200 * 1024
