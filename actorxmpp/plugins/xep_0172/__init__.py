"""XEP-0172: User Nickname: nicknames in stanzas, and publishing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0172", "UserNick"]

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


register_stanza_plugin(Message, UserNick)
register_stanza_plugin(Presence, UserNick)


class XEP_0172(BasePlugin):
    """User Nickname, both roles: in stanzas, and published for contacts.

    Nicknames that contacts publish are not taken in here: that is personal eventing (XEP-0163).
    """

    name = "xep_0172"
    description = "XEP-0172: User Nickname"
    xep_version = "1.1"
    features = (NS,)

    def publish_nick(self, nick: str | None = None, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish a nickname (XEP-0172 section 4.5).

        Args:
            nick: the nickname; none is nothing published.
            pubsubkwargs: ``ifrom``, and what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(publication(nick), ifrom=pubsubkwargs.pop("ifrom", None))
        return iq.send(**pubsubkwargs)

    def stop(self, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish that there is no nickname any more."""
        return self.publish_nick(None, **pubsubkwargs)
