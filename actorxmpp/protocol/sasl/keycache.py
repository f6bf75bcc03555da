"""A bounded cache of derived SCRAM keys, so that a reconnect costs no PBKDF2.

Where it stands: the SASL feature asks it before it emits `DeriveKeys`, and fills it after.

Rules: a password is not kept: an entry's key holds its HMAC under a key drawn once per
process. The derived keys are as good as the password for one account on one server, so the
cache never leaves memory, can't be pickled and shows nothing in its repr. Safe to share
between loops in several threads.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from actorxmpp.protocol.actions import DeriveKeys
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys

DEFAULT_SIZE: Final = 20_000
"""Entries kept: twice the sessions a process is built for; about 600 bytes each."""

_Key = tuple[str, bytes, bytes, int]


class KeyCache:
    """Least-recently-used store of `ScramKeys`.

    Args:
        size: The largest number of entries; the least recently used one goes first.
    """

    __slots__ = ("_entries", "_lock", "_secret", "_size")

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        if size < 1:
            raise ValueError(f"size must be at least 1, not {size!r}")
        self._size = size
        self._secret = secrets.token_bytes(32)
        self._entries: OrderedDict[_Key, ScramKeys] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, request: DeriveKeys) -> ScramKeys | None:
        """The keys for that request, or None."""
        key = self._key(request)
        with self._lock:
            keys = self._entries.get(key)
            if keys is not None:
                self._entries.move_to_end(key)
            return keys

    def put(self, request: DeriveKeys, keys: ScramKeys) -> None:
        """Remember the answer to a request; the oldest entry makes room if need be."""
        key = self._key(request)
        with self._lock:
            self._entries[key] = keys
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def forget(self, request: DeriveKeys) -> None:
        """Drop an entry: the server refused what it led to."""
        with self._lock:
            self._entries.pop(self._key(request), None)

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._entries.clear()

    def _key(self, request: DeriveKeys) -> _Key:
        hidden = hmac.digest(self._secret, request.password.encode(), "sha256")
        return request.hash_name, hidden, request.salt, request.iterations

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<KeyCache {len(self._entries)} of {self._size}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a KeyCache holds secrets and can't be pickled")


_shared = KeyCache()


def shared_cache() -> KeyCache:
    """The process's own cache, used when a negotiation is given none."""
    return _shared
