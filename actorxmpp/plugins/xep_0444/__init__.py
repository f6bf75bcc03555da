"""XEP-0444: Message Reactions: emoji in answer to a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0444", "Reaction", "Reactions"]

NS = "urn:xmpp:reactions:0"


class Reactions(ElementBase):
    """``message["reactions"]``: all that somebody says to a message, in place of what was before.

    Interfaces: ``id``, of that message; ``values``, a set of emoji, which may be empty.
    """

    name = plugin_attrib = "reactions"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "values"}

    def get_values(self, *, all_chars: bool = False) -> set[str]:
        """Return the emoji, and whatever else is there: what an emoji is changes every year.

        Args:
            all_chars: accepted for compatibility.
        """
        del all_chars
        found = self.xml.findall(f"{{{NS}}}reaction")
        return {text for each in found if (text := (each.text or "").strip())}

    def set_values(self, values: Iterable[str], *, all_chars: bool = False) -> None:
        """Replace the emoji; each is written once (section 3.2).

        Args:
            values: the emoji.
            all_chars: accepted for compatibility.
        """
        del all_chars
        self.del_values()
        for value in dict.fromkeys(values):
            reaction = Reaction()
            reaction["value"] = value
            self.append(reaction)

    def del_values(self) -> None:
        """Remove the emoji."""
        self.clear()


class Reaction(ElementBase):
    """One emoji; interface ``value``."""

    name = plugin_attrib = "reaction"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"value"}

    def get_value(self) -> str:
        """Return the emoji."""
        return self.xml.text or ""

    def set_value(self, value: str) -> None:
        """Set the emoji."""
        self.xml.text = value


register_stanza_plugin(Message, Reactions)
register_stanza_plugin(Reactions, Reaction, iterable=True)


class XEP_0444(BasePlugin):
    """Message Reactions, both roles.

    Of each person the last reactions to a message count, from whichever client they come; in rooms
    of each occupant (section 4).

    Events: ``reactions``, with the message.
    """

    name = "xep_0444"
    description = "XEP-0444: Message Reactions"
    xep_version = "0.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0334"}
    features = (NS,)
    namespace = NS

    def plugin_init(self) -> None:
        """Take reactions."""
        self.handle("Reaction received", "message/reactions", self._handle_reactions)

    def _handle_reactions(self, message: Message) -> None:
        if message["type"] != "error" and message["reactions"]["id"]:
            self.xmpp.event("reactions", message)

    @staticmethod
    def set_reactions(message: Message, to_id: str, reactions: Iterable[str]) -> None:
        """Make a message one that reacts to another.

        Args:
            message: the message.
            to_id: the id of the other; in rooms the ``stanza-id`` the room gave it.
            reactions: the emoji; none takes earlier ones back.
        """
        message["reactions"]["id"] = to_id
        message["reactions"].set_values(reactions)

    def send_reactions(
        self,
        to: JidStr,
        to_id: str,
        reactions: Iterable[str],
        *,
        store: bool = True,
        mtype: MessageTypes | None = None,
        mfrom: OptJidStr = None,
    ) -> None:
        """React to a message (section 3.2).

        Args:
            to: who wrote it, or the room.
            to_id: its id; in rooms the ``stanza-id`` the room gave it.
            reactions: the emoji; none takes earlier ones back.
            store: have archives keep it, though it has no text.
            mtype: the type of the message that is reacted to.
            mfrom: from which of a component's JIDs.
        """
        message = self.xmpp.make_message(to, mtype=mtype, mfrom=mfrom)
        self.set_reactions(message, to_id, reactions)
        if store:
            message.enable("store")
        message.send()
