"""XEP-0425: Moderated Message Retraction: taking others' messages out of a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0421 import OccupantId
from actorxmpp.plugins.xep_0424 import Retract, Retracted
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.stanza import Message
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0425", "Moderate", "Moderated"]

NS = "urn:xmpp:message-moderate:1"


class Moderate(ElementBase):
    """``iq["moderate"]``; interfaces ``id``, of the message, and ``reason``."""

    name = plugin_attrib = "moderate"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "reason"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


class Moderated(ElementBase):
    """``message["retract"]["moderated"]``: a moderator did it; interface ``by``, which one."""

    name = plugin_attrib = "moderated"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"by"}


register_stanza_plugin(Iq, Moderate)
register_stanza_plugin(Moderate, Retract)
register_stanza_plugin(Retract, Moderated)
register_stanza_plugin(Retracted, Moderated)
register_stanza_plugin(Moderated, OccupantId)


class XEP_0425(BasePlugin):
    """Moderated Message Retraction, for moderators and other occupants.

    Events: ``moderated_message``, with what a room says; who else says so is not believed
    (section 6).
    """

    name = "xep_0425"
    description = "XEP-0425: Moderated Message Retraction"
    xep_version = "0.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0421", "xep_0424"}
    features = (NS,)
    namespace = NS

    def plugin_init(self) -> None:
        """Hear of messages that moderators took out."""
        self.handle("Moderated Message", "message/retract/moderated", self._handle_moderated)

    def _handle_moderated(self, message: Message) -> None:
        if message["type"] == "groupchat" and not message["from"].resource:
            self.xmpp.event("moderated_message", message)

    async def moderate(
        self,
        room: JidStr,
        id: str,
        reason: str = "",
        *,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Take a message out of a room (section 3).

        Args:
            room: the room.
            id: the ``stanza-id`` the room gave the message.
            reason: why.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.

        Raises:
            IqError: if the room does not let us.
        """
        iq = self.xmpp.make_iq_set(ito=room, ifrom=ifrom)
        iq["moderate"]["id"] = id
        iq["moderate"].enable("retract")
        iq["moderate"]["reason"] = reason
        answer: Iq = await iq.send(**iqkwargs)
        return answer
