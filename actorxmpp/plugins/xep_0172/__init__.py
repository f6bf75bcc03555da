"""XEP-0172: User Nickname: nicknames in stanzas, and publishing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0172", "UserNick"]

NS = "http://jabber.org/protocol/nick"


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


register_stanza_plugin(Message, UserNick)
register_stanza_plugin(Presence, UserNick)


class XEP_0172(PepPlugin):
    """User Nickname, both roles: in stanzas, and published for contacts.

    Events: ``user_nick_publish``, with the message, when a contact publishes one.
    """

    name = "xep_0172"
    description = "XEP-0172: User Nickname"
    xep_version = "1.1"
    features = (NS,)
    pep_name = "user_nick"
    pep_stanza = UserNick

    def publish_nick(self, nick: str | None = None, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish a nickname (XEP-0172 section 4.5).

        Args:
            nick: the nickname; none is nothing published.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.
        """
        payload = UserNick()
        payload["nick"] = nick
        return self.publish(payload, **pubsubkwargs)
