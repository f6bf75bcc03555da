"""XEP-0490: Message Displayed Synchronization: what one has read, on all of one's clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0060 import EventItem, Item
from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.plugins.xep_0359 import StanzaID
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0490", "Displayed"]

NS = "urn:xmpp:mds:displayed:0"

OPTIONS = {"pubsub#max_items": "max", "pubsub#send_last_published_item": "never"}
"""What the node has to be like, beyond being private (section 3)."""


class Displayed(EmptyElement):
    """The last message that was read of a chat, the item's id: ``displayed["stanza_id"]``."""

    name = plugin_attrib = "displayed"
    namespace = NS


register_stanza_plugin(Displayed, StanzaID)
register_stanza_plugin(Item, Displayed)
register_stanza_plugin(EventItem, Displayed)


class XEP_0490(PepPlugin):
    """Message Displayed Synchronization, for clients.

    Events: ``message_displayed_synchronization_publish``, with the message, when another client of
    the account has read something; believe it only from the own account.
    """

    name = "xep_0490"
    description = "XEP-0490: Message Displayed Synchronization"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163", "xep_0223", "xep_0359"}
    pep_name = "message_displayed_synchronization"
    pep_stanza = Displayed

    def flag_chat(
        self, chat: JidStr, stanza_id: str, *, by: OptJidStr = None, **kwargs: Any
    ) -> Awaitable[Iq]:
        """Say that a chat was read up to a message (section 4).

        Args:
            chat: the contact or the room, by the bare JID.
            stanza_id: the id the message was given on the way.
            by: by whom: the own account, or the room.
            kwargs: ``ifrom``, and what ``Iq.send`` takes.
        """
        displayed = Displayed()
        displayed["stanza_id"]["id"] = stanza_id
        displayed["stanza_id"]["by"] = by
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0223"].store(
            displayed, NS, str(chat), options=OPTIONS, **kwargs
        )
        return answer

    def catch_up(self, **kwargs: Any) -> Awaitable[Iq]:
        """Read up to where all chats were read (section 5).

        The items of ``answer["pubsub"]["items"]`` have a chat's JID as id, and
        ``["displayed"]["stanza_id"]``.

        Args:
            kwargs: ``ifrom``, and what ``Iq.send`` takes.
        """
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].get_items(
            self.xmpp.boundjid.bare, NS, **kwargs
        )
        return answer
