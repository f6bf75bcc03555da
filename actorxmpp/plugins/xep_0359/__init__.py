"""XEP-0359: Unique and Stable Stanza IDs: ids that don't change on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0359", "OriginID", "StanzaID"]

NS = "urn:xmpp:sid:0"


class StanzaID(ElementBase):
    """``<stanza-id/>``; interfaces ``id``, ``by``: who gave it."""

    name = "stanza-id"
    namespace = NS
    plugin_attrib = "stanza_id"
    plugin_multi_attrib = "stanza_ids"
    interfaces: ClassVar[set[str]] = {"id", "by"}


class OriginID(ElementBase):
    """``<origin-id/>``; interface ``id``, given by the sender."""

    name = "origin-id"
    namespace = NS
    plugin_attrib = "origin_id"
    interfaces: ClassVar[set[str]] = {"id"}


register_stanza_plugin(Message, StanzaID, iterable=True)
register_stanza_plugin(Message, OriginID)


class XEP_0359(BasePlugin):
    """Unique and Stable Stanza IDs, for who sends and who receives.

    With ``xmpp.use_origin_id`` set when the plugin is enabled, each message sent gets an
    ``origin-id``, the same as its id.
    """

    name = "xep_0359"
    description = "XEP-0359: Unique and Stable Stanza IDs"
    xep_version = "0.7.0"
    features = (NS,)
    namespace = NS

    def plugin_init(self) -> None:
        """Add origin ids if configured."""
        if self.xmpp.use_origin_id:
            self.add_filter("out", self._add_origin_id)

    def _add_origin_id(self, stanza: StanzaBase) -> StanzaBase:
        if isinstance(stanza, Message) and not stanza["origin_id"]["id"]:
            if not stanza["id"]:
                stanza["id"] = self.xmpp.new_id()
            stanza["origin_id"]["id"] = stanza["id"]
        return stanza

    def get_stanza_id(self, msg: Message, by: JidStr) -> str:
        """Return the id a message was given by a server or room; empty if by none.

        Only an id ``by`` the entity that passed the message on can be trusted, and only if it says
        that it gives ids (feature ``urn:xmpp:sid:0``): anybody can write such elements (XEP-0359
        section 6).

        Args:
            msg: the message.
            by: the bare JID of one's own account, or the room's.
        """
        found = msg.xml.findall(f"{{{NS}}}stanza-id")
        return next((each.get("id", "") for each in found if each.get("by") == str(by)), "")
