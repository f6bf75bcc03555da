"""Signs of life: when the server is probed and given up, and when we say something."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from actorxmpp.actors.watch import Watch
from actorxmpp.settings import SessionKind, SessionSettings


class Timer:
    """One timer."""

    def __init__(self, at: float, callback: Any) -> None:
        self.at, self.callback, self.cancelled = at, callback, False

    def cancel(self) -> None:
        self.cancelled = True


class Transport:
    """What a watch needs of its transport, with a clock of its own."""

    def __init__(self, kind: SessionKind = SessionKind.CLIENT, **settings: Any) -> None:
        self.now = 0.0
        self.clock = SimpleNamespace(time=lambda: self.now)
        self.context = SimpleNamespace(
            settings=SessionSettings(**settings),
            spec=SimpleNamespace(kind=kind),
            reading_paused=False,
        )
        self.timers: list[Timer] = []
        self.log: list[tuple[float, str]] = []

    def call_later(self, seconds: float, callback: Any) -> Timer:
        self.timers.append(Timer(self.now + seconds, callback))
        return self.timers[-1]

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


def watched(idle: float | None = None, **settings: Any) -> tuple[Transport, Watch]:
    given = {"probe_after": 100.0, "probe_timeout": 30.0, "whitespace_interval": None}
    transport = Transport(**{**given, **settings})
    watch = Watch(transport)  # type: ignore[arg-type]  # all of a transport that is used here
    watch.heard = False
    watch.start(idle)
    return transport, watch


def test_a_silent_server_is_probed_and_then_given_up() -> None:
    transport, _ = watched()
    transport.advance(1000)
    assert transport.log == [(100, "probe"), (130, "silent")]


def test_an_answer_to_the_probe_is_a_sign_of_life() -> None:
    transport, watch = watched()
    transport.advance(110)
    watch.heard = True
    transport.advance(229)
    assert transport.log == [(100, "probe")]
    transport.advance(300)
    assert transport.log == [(100, "probe"), (230, "probe"), (260, "silent")]


def test_a_session_that_reads_no_more_does_not_blame_the_server() -> None:
    transport, _ = watched()
    transport.context.reading_paused = True
    transport.advance(1000)
    assert transport.log == []


def test_a_component_is_not_probed() -> None:
    transport, _ = watched(kind=SessionKind.COMPONENT, whitespace_interval=300.0)
    transport.advance(700)
    assert transport.log == [(300, "space"), (600, "space")]


def test_nothing_is_watched_when_nothing_is_wanted() -> None:
    transport, _ = watched(probe_after=None)
    assert transport.timers == []


@pytest.mark.parametrize(("idle", "expected"), [(50.0, 40.0), (None, 300.0)])
def test_spaces_come_in_time_for_the_server(idle: float | None, expected: float) -> None:
    transport, watch = watched(idle, whitespace_interval=300.0, probe_after=None)
    watch.heard = True
    transport.advance(expected)
    assert transport.log == [(expected, "space")]


def test_stopping_cancels_the_timer() -> None:
    transport, watch = watched()
    watch.stop()
    transport.advance(1000)
    assert transport.log == []
