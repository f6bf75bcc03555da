"""Signs of life: when the server is probed and given up, and when we say something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actorxmpp.actors.keepalive import Keepalive


class Timer:
    """One timer."""

    def __init__(self, at: float, callback: Callable[[], Any]) -> None:
        self.at, self.callback, self.cancelled = at, callback, False

    def cancel(self) -> None:
        self.cancelled = True


class Transport:
    """What a keepalive needs of its transport, with a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reading = True
        self.read = True
        self.timers: list[Timer] = []
        self.log: list[tuple[float, str]] = []

    def call_later(self, seconds: float, callback: Any, *args: Any) -> Timer:
        self.timers.append(Timer(self.now + seconds, lambda: callback(*args)))
        return self.timers[-1]

    def heard(self) -> bool:
        read, self.read = self.read, False
        return read or not self.reading

    def probe(self) -> None:
        self.log.append((self.now, "probe"))

    def silent(self, reason: str) -> None:
        self.log.append((self.now, "silent"))

    def write_space(self) -> None:
        self.log.append((self.now, "space"))

    def advance(self, until: float) -> None:
        while True:
            due = [timer for timer in self.timers if not timer.cancelled and timer.at <= until]
            if not due:
                break
            timer = min(due, key=lambda each: each.at)
            self.timers.remove(timer)
            self.now = timer.at
            timer.callback()
        self.now = until


def watched(
    idle: float | None = None,
    *,
    probe_after: float | None = 100.0,
    space_after: float | None = None,
) -> tuple[Transport, Keepalive]:
    transport = Transport()
    keepalive = Keepalive(transport)
    keepalive.start(probe_after, 30.0, space_after, idle)
    return transport, keepalive


def test_a_silent_server_is_probed_and_then_given_up() -> None:
    transport, _ = watched()
    transport.advance(1000)
    assert transport.log == [(100, "probe"), (130, "silent")]


def test_an_answer_to_the_probe_is_a_sign_of_life() -> None:
    transport, _ = watched()
    transport.advance(110)
    transport.read = True
    transport.advance(229)
    assert transport.log == [(100, "probe")]
    transport.advance(300)
    assert transport.log == [(100, "probe"), (230, "probe"), (260, "silent")]


def test_a_session_that_reads_no_more_does_not_blame_the_server() -> None:
    transport, _ = watched()
    transport.reading = False
    transport.advance(1000)
    assert transport.log == []


def test_spaces_come_whether_the_server_is_probed_or_not() -> None:
    transport, _ = watched(probe_after=None, space_after=300.0)
    transport.advance(700)
    assert transport.log == [(300, "space"), (600, "space")]


def test_nothing_is_watched_when_nothing_is_wanted() -> None:
    transport, _ = watched(probe_after=None)
    assert transport.timers == []


@pytest.mark.parametrize(("idle", "expected"), [(50.0, 40.0), (None, 300.0)])
def test_spaces_come_in_time_for_the_server(idle: float | None, expected: float) -> None:
    transport, _ = watched(idle, space_after=300.0, probe_after=None)
    transport.advance(expected)
    assert transport.log == [(expected, "space")]


def test_stopping_cancels_the_timer() -> None:
    transport, keepalive = watched()
    keepalive.stop()
    transport.advance(1000)
    assert transport.log == []


def test_each_has_a_deadline_of_its_own() -> None:
    transport, _ = watched(idle=5.0, probe_after=120.0, space_after=300.0)
    transport.advance(125)
    spaces = [at for at, what in transport.log if what == "space"]
    assert spaces == [4.0 * number for number in range(1, 32)]
    assert [at for at, what in transport.log if what == "probe"] == [120]
