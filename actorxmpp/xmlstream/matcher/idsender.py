"""MatchIDSender: the answer to a request, by id and sender."""

from __future__ import annotations

from typing import Any, TypedDict

from actorxmpp.jid import JID
from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase


class CriteriaType(TypedDict):
    """The criteria of a ``MatchIDSender``."""

    self: JID
    peer: JID
    id: str


class MatchIDSender(MatcherBase):
    """Fits stanzas with an id, from an address that may answer for it.

    Those are the peer (its full, bare or domain address) and, for requests to the own account, no
    sender, the own bare address and the own server (RFC 6120 section 8.1.2.1). Ids can be guessed;
    senders are stamped by the server.

    Args:
        criteria: ``{"self": own JID, "peer": JID asked, "id": id}``.
    """

    __slots__ = ("_allowed",)

    def __init__(self, criteria: CriteriaType) -> None:
        super().__init__(criteria)
        own, peer = JID(criteria["self"]), JID(criteria["peer"])
        self._allowed = {"", own.bare, own.domain, peer.full, peer.bare, peer.domain}

    def match(self, xml: Any) -> bool:
        """Tell whether the stanza has the id and comes from an address that may answer."""
        element = xml.xml
        return (
            element.get("id", "") == self._criteria["id"]
            and element.get("from", "") in self._allowed
        )

    def index_keys(self) -> tuple[Key, ...]:
        """Return one key: the id."""
        return (Key(KeyKind.ID, self._criteria["id"]),)
