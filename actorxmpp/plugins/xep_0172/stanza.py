"""A nickname (XEP-0172 section 4)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ET, ElementBase

__all__ = ["NS", "UserNick", "publication"]

NS = "http://jabber.org/protocol/nick"
NS_PUBSUB = "http://jabber.org/protocol/pubsub"


class UserNick(ElementBase):
    """``stanza["nick"]``: the nickname the sender gives itself; also ``stanza["nick"]["nick"]``."""

    name = "nick"
    namespace = NS
    plugin_attrib = "nick"
    interfaces: ClassVar[set[str]] = {"nick"}
    is_extension = True

    def get_nick(self) -> str:
        """Return the nickname."""
        return self.xml.text or ""

    def set_nick(self, nick: str) -> None:
        """Set the nickname."""
        self.xml.text = nick

    def del_nick(self) -> None:
        """Remove the nickname."""
        self.xml.text = None


def publication(nick: str | None) -> ET.Element:
    """Make the request that publishes a nickname, or with None says there is none."""
    pubsub = ET.Element(f"{{{NS_PUBSUB}}}pubsub")
    publish = ET.SubElement(pubsub, f"{{{NS_PUBSUB}}}publish", node=NS)
    item = ET.SubElement(publish, f"{{{NS_PUBSUB}}}item")
    ET.SubElement(item, f"{{{NS}}}nick").text = nick
    return pubsub
