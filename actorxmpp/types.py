"""Names for the values the public API takes, for type checkers.

Nothing here has behaviour. The names are those slixmpp programs import, so that annotations keep
working. The lists of values RFC 6120 and RFC 6121 define (types of stanzas, error conditions) are
written here only: the stanza classes take theirs with ``typing.get_args``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypedDict

from actorxmpp.jid import JID

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ClientTypes",
    "ErrorConditions",
    "ErrorTypes",
    "ExtPresenceShows",
    "FilterString",
    "HatTuple",
    "IqTypes",
    "JidStr",
    "Literal",
    "MAMDefault",
    "MessageTypes",
    "MucAffiliation",
    "MucRole",
    "MucRoomItem",
    "MucRoomItemKeys",
    "OptJid",
    "OptJidStr",
    "PresenceArgs",
    "PresenceShows",
    "PresenceTypes",
    "Protocol",
    "ResourceDict",
    "RosterDBProtocol",
    "RosterState",
    "StreamLike",
    "TypedDict",
]

PresenceTypes = Literal[
    "error", "probe", "subscribe", "subscribed", "unavailable", "unsubscribe", "unsubscribed"
]
PresenceShows = Literal["away", "chat", "dnd", "xa"]
ExtPresenceShows = Literal["away", "chat", "dnd", "xa", ""]
MessageTypes = Literal["chat", "error", "groupchat", "headline", "normal"]
IqTypes = Literal["error", "get", "set", "result"]
MucRole = Literal["moderator", "participant", "visitor", "none"]
MucAffiliation = Literal["outcast", "member", "admin", "owner", "none"]
MucRoomItemKeys = Literal["jid", "role", "affiliation", "show", "status", "alt_nick"]
MAMDefault = Literal["always", "never", "roster"]
FilterString = Literal["in", "out", "out_sync", "out_sce"]
ErrorTypes = Literal["auth", "cancel", "continue", "modify", "wait"]
ErrorConditions = Literal[
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "gone",
    "internal-server-error",
    "item-not-found",
    "jid-malformed",
    "not-acceptable",
    "not-allowed",
    "not-authorized",
    "payment-required",
    "policy-violation",
    "recipient-unavailable",
    "redirect",
    "registration-required",
    "remote-server-not-found",
    "remote-server-timeout",
    "resource-constraint",
    "service-unavailable",
    "subscription-required",
    "undefined-condition",
    "unexpected-request",
]
ClientTypes = Literal["bot", "console", "game", "handheld", "pc", "phone", "sms", "tablet", "web"]
"""Types of the category ``client`` (https://xmpp.org/registrar/disco-categories.html)."""

OptJid = JID | None
JidStr = str | JID
OptJidStr = str | JID | None


class PresenceArgs(TypedDict, total=False):
    """Keyword arguments of ``send_presence``."""

    pfrom: JidStr
    pto: JidStr
    ptype: PresenceTypes
    pshow: PresenceShows | None
    pstatus: str | None


class MucRoomItem(TypedDict, total=False):
    """The presence of one occupant of a room (XEP-0045)."""

    jid: str
    role: MucRole
    affiliation: MucAffiliation
    show: PresenceShows | None
    status: str
    alt_nick: str


class ResourceDict(TypedDict, total=False):
    """The presence of one resource of a contact."""

    show: ExtPresenceShows
    priority: int
    status: str


RosterState = TypedDict(
    "RosterState",
    {
        "from": bool,
        "to": bool,
        "pending_in": bool,
        "pending_out": bool,
        "whitelisted": bool,
        "subscription": str,
        "name": str,
        "groups": list[str],
        "removed": bool,
    },
)


class RosterDBProtocol(Protocol):
    """A datastore for roster entries; see ``actorxmpp.roster``."""

    def load(self, owner: JidStr, jid: JidStr, db_state: dict[str, Any]) -> RosterState | None:
        """Return the stored state of one entry, or None."""

    def save(
        self, owner: JidStr, jid: JidStr, state: RosterState, db_state: dict[str, Any]
    ) -> None:
        """Store the state of one entry."""

    def entries(self, owner: OptJidStr, db_state: dict[str, Any] | None = None) -> Iterable[str]:
        """Return the JIDs stored for an owner, or the owners when ``owner`` is None."""


class HatTuple(NamedTuple):
    """A hat of XEP-0317: its URI, its title and the hue to show it in."""

    uri: str
    title: str
    hue: float | None = None


class StreamLike(Protocol):
    """The stream as a stanza sees it.

    The dispatcher's role object (``BaseXMPP``) is one; tests bring a small fake.
    """

    default_ns: str
    is_component: bool
    use_message_ids: bool
    use_presence_ids: bool

    def new_id(self) -> str:
        """Return a stanza id that was not used before on this stream."""

    def send(self, data: Any) -> Any:
        """Queue a stanza."""

    def exception(self, exception: BaseException) -> Any:
        """Handle an exception that a handler let through."""
