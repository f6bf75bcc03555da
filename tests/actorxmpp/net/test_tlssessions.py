from __future__ import annotations

from dataclasses import dataclass

import pytest

from actorxmpp.net import tlssessions
from actorxmpp.net.tlssessions import MAX_AGE_S, SessionCache


@dataclass
class Session:
    """As far as the cache looks at one."""

    time: int = 1000
    timeout: int = 7200
    has_ticket: bool = True


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_kept_for_its_time() -> None:
    clock = Clock()
    cache = SessionCache(clock)
    session = Session()
    cache.put("a", session)  # type: ignore[arg-type]
    clock.now = 8199
    assert cache.get("a") is session
    clock.now = 8200
    assert cache.get("a") is None
    assert len(cache) == 0


def test_never_longer_than_a_day() -> None:
    clock = Clock()
    cache = SessionCache(clock)
    cache.put("a", Session(timeout=7 * 86_400))  # type: ignore[arg-type]
    clock.now = 1000 + MAX_AGE_S
    assert cache.get("a") is None


def test_a_barred_server_is_never_resumed() -> None:
    cache = SessionCache(Clock())
    cache.put("a", Session())  # type: ignore[arg-type]
    cache.bar("a")
    cache.put("a", Session())  # type: ignore[arg-type]
    cache.forget("a")
    cache.put("a", Session())  # type: ignore[arg-type]
    assert cache.get("a") is None
    cache.put("b", Session())  # type: ignore[arg-type]
    assert cache.get("b") is not None


def test_by_name_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tlssessions, "MAX_SESSIONS", 2)
    cache = SessionCache(Clock())
    for name in "ab":
        cache.put(name, Session())  # type: ignore[arg-type]
    cache.get("a")
    cache.put("c", Session())  # type: ignore[arg-type]
    assert [cache.get(name) is not None for name in "abc"] == [True, False, True]
    cache.forget("a")
    cache.forget("never there")
    assert cache.get("a") is None
