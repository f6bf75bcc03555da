"""Ports are looked for where outgoing connections don't take them."""

from __future__ import annotations

import random
from pathlib import Path

from actorxmpp.testing.server.ports import candidates, lowest_outgoing


def test_the_range_is_read(tmp_path: Path) -> None:
    file = tmp_path / "range"
    file.write_text("20000\t60999\n")
    assert lowest_outgoing(file) == 20000


def test_without_a_range_linux_default_is_taken(tmp_path: Path) -> None:
    assert lowest_outgoing(tmp_path / "none") == 32768
    empty = tmp_path / "empty"
    empty.touch()
    assert lowest_outgoing(empty) == 32768


def test_candidates_lie_below_the_range_and_any_port_comes_last() -> None:
    ports = list(candidates(20000, random.Random(1)))
    assert ports[-1] == 0
    assert len(set(ports)) == len(ports) > 10
    assert all(10000 <= port < 20000 for port in ports[:-1])


def test_a_range_that_leaves_no_room_leaves_any_port() -> None:
    assert list(candidates(1024)) == [0]
