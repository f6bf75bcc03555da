"""Small things the parser needs to know of what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorxmpp.actors.messages import Outcome, Outgoing
from actorxmpp.protocol.errors import StreamErrorReceived
from actorxmpp.protocol.header import escape
from actorxmpp.protocol.redirect import read_redirect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.protocol.errors import StreamNegotiationError

__all__ = ["STANZAS", "STREAM_ERROR", "auth_events", "joined", "ping", "redirect_of", "written"]

STREAM_ERROR = "{http://etherx.jabber.org/streams}error"

STANZAS = frozenset(
    f"{{{namespace}}}{name}"
    for namespace in ("jabber:client", "jabber:component:accept")
    for name in ("message", "presence", "iq")
)
"""The names of stanzas; everything else on a stream is for the stream itself."""


def ping(session_id: str, id: str) -> Outgoing:
    """Make a ping of the server (XEP-0199) that is to prove only that somebody is there."""
    domain = escape(session_id.rpartition("@")[2].partition("/")[0])
    text = f"<iq type='get' id='{id}' to='{domain}'><ping xmlns='urn:xmpp:ping'/></iq>"
    return Outgoing(None, text.encode())


def redirect_of(error: StreamNegotiationError, *, trusted: bool) -> tuple[str, int | None] | None:
    """Where the server says to go; believed only from inside TLS (RFC 6120, 4.9.3.19)."""
    if not trusted or not isinstance(error, StreamErrorReceived) or error.redirect is None:
        return None
    return read_redirect(error.redirect)


def auth_events(error: StreamNegotiationError) -> tuple[str, ...]:
    """The events of a login that failed. Only one mechanism is tried, the best: so all have."""
    unknown = error.condition == "no-acceptable-mechanism"
    return "no_auth" if unknown else "failed_auth", "failed_all_auth"


def joined(items: list[Outgoing]) -> bytes:
    """The bytes of stanzas, for one write."""
    return items[0].data if len(items) == 1 else b"".join([item.data for item in items])


def written(items: Iterable[Outgoing]) -> None:
    """Tell those who wait: without acknowledgements nobody will know more than this."""
    for item in items:
        if item.future is not None and not item.future.done():
            item.future.set_result(Outcome.SENT)
