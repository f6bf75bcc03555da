"""slixmpp's names of what is a setting here, and of stream features.

``custom_address = Setting("server")`` in a role's class makes ``role.custom_address`` read and
replace the field ``server`` of ``role.settings``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Setting", "with_short_names"]

SHORT_NAMES = {
    "{urn:ietf:params:xml:ns:xmpp-tls}starttls": "starttls",
    "{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms": "mechanisms",
    "{urn:ietf:params:xml:ns:xmpp-bind}bind": "bind",
    "{urn:ietf:params:xml:ns:xmpp-session}session": "session",
    "{urn:xmpp:features:rosterver}ver": "rosterver",
    "{urn:xmpp:features:pre-approval}sub": "preapproval",
    "{urn:xmpp:sm:3}sm": "stream_management",
    "{urn:xmpp:stream-limits:0}limits": "limits",
    "{urn:xmpp:csi:0}csi": "csi",
    "{http://jabber.org/features/compress}compression": "compression",
    "{http://jabber.org/protocol/caps}c": "caps",
}
"""What slixmpp calls stream features."""


@lru_cache(maxsize=64)
def with_short_names(features: frozenset[str]) -> frozenset[str]:
    """Add slixmpp's names to those of features; one set serves all sessions of a server."""
    short = {SHORT_NAMES[name] for name in features if name in SHORT_NAMES}
    return frozenset(features | short)


def _same(value: Any) -> Any:
    return value


def _given(value: Any, _old: Any) -> Any:
    return value


class Setting:
    """An attribute of a role that is a field of its settings.

    Args:
        path: the field; ``tls.ca_file`` is a field of a field.
        read: makes the attribute's value of the field's.
        write: makes the field's value of the attribute's and of the field's value before.
    """

    __slots__ = ("_path", "_read", "_write")

    def __init__(
        self,
        path: str,
        read: Callable[[Any], Any] = _same,
        write: Callable[[Any, Any], Any] = _given,
    ) -> None:
        self._path = path.split(".")
        self._read = read
        self._write = write

    def __get__(self, role: Any, owner: type | None = None) -> Any:
        """Read the field."""
        if role is None:
            return self
        value = role.settings
        for name in self._path:
            value = getattr(value, name)
        return self._read(value)

    def __set__(self, role: Any, value: Any) -> None:
        """Replace the field."""
        role.settings = self._replaced(role.settings, self._path, value)

    def _replaced(self, whole: Any, path: list[str], value: Any) -> Any:
        name, *rest = path
        old = getattr(whole, name)
        new = self._replaced(old, rest, value) if rest else self._write(value, old)
        return replace(whole, **{name: new})
