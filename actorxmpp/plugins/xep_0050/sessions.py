"""Commands under way, as dictionaries: what handlers get and give back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.stanza import Iq
    from actorxmpp.xmlstream import ElementBase

__all__ = ["SESSIONS_LIMIT", "Sessions", "as_payload", "describe", "new_session"]

SESSIONS_LIMIT = 1_000
"""Commands under way at once, of one session; the oldest is forgotten: its user went away."""


class Sessions(dict[str, dict[str, Any]]):
    """Session id -> session; bounded."""

    def __setitem__(self, key: str, value: dict[str, Any]) -> None:
        if key not in self and len(self) >= SESSIONS_LIMIT:
            del self[next(iter(self))]
        super().__setitem__(key, value)


def as_payload(items: Iterable[ElementBase]) -> Any:
    """Return content as handlers get it: one object, or a list."""
    found = list(items)
    return found[0] if len(found) == 1 else found


def describe(session: dict[str, Any], items: Iterable[ElementBase]) -> None:
    """Note of which kinds the content of a session is."""
    found = list(items)
    session["interfaces"] = {each.plugin_attrib for each in found}
    session["payload_classes"] = {type(each) for each in found}


def new_session(iq: Iq, sessionid: str) -> dict[str, Any]:
    """Make the session of a command somebody starts."""
    command = iq["command"]
    session: dict[str, Any] = {
        "id": sessionid,
        "from": iq["from"],
        "to": iq["to"],
        "node": command["node"],
        "payload": as_payload(command),
        "notes": None,
        "has_next": False,
        "allow_complete": False,
        "allow_prev": False,
        "past": [],
        "next": None,
        "prev": None,
        "cancel": None,
    }
    describe(session, command)
    return session
