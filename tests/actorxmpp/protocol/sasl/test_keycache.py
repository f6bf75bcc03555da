from __future__ import annotations

import pickle

import pytest

from actorxmpp.protocol.actions import DeriveKeys
from actorxmpp.protocol.sasl.keycache import KeyCache, shared_cache
from actorxmpp.protocol.sasl.scramkeys import ScramKeys

KEYS = ScramKeys("SHA-1", b"salt", 4096, b"client", b"server")


def request(password: str = "pencil", salt: bytes = b"salt", count: int = 4096) -> DeriveKeys:
    return DeriveKeys(password, salt, count, "SHA-1")


def test_what_was_put_in_comes_out() -> None:
    cache = KeyCache()
    cache.put(request(), KEYS)
    assert cache.get(request()) is KEYS


@pytest.mark.parametrize(
    "other",
    [
        request("other"),
        request(salt=b"new"),
        request(count=10_000),
        DeriveKeys("pencil", b"salt", 4096, "SHA-256"),
    ],
)
def test_anything_different_is_another_entry(other: DeriveKeys) -> None:
    cache = KeyCache()
    cache.put(request(), KEYS)
    assert cache.get(other) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = KeyCache(size=2)
    cache.put(request("a"), KEYS)
    cache.put(request("b"), KEYS)
    cache.get(request("a"))
    cache.put(request("c"), KEYS)
    assert [cache.get(request(name)) is KEYS for name in "abc"] == [True, False, True]
    assert len(cache) == 2


def test_forgetting() -> None:
    cache = KeyCache()
    cache.put(request("a"), KEYS)
    cache.put(request("b"), KEYS)
    cache.forget(request("a"))
    cache.forget(request("never there"))
    assert len(cache) == 1
    cache.clear()
    assert len(cache) == 0


def test_it_keeps_no_password_and_shows_nothing() -> None:
    cache = KeyCache()
    cache.put(request("verysecret"), KEYS)
    assert "verysecret" not in repr(cache)
    assert "verysecret" not in repr(cache._entries)
    assert "client" not in repr(cache._entries)


def test_it_can_not_be_pickled() -> None:
    with pytest.raises(TypeError, match="secrets"):
        pickle.dumps(KeyCache())


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0"):
        KeyCache(0)


def test_the_process_has_one() -> None:
    assert shared_cache() is shared_cache()
