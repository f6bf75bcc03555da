"""XEP-0107: User Mood: how somebody feels, in messages and published for contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0107", "UserMood"]

NS = "http://jabber.org/protocol/mood"

_MOODS: Final = """
afraid amazed amorous angry annoyed anxious aroused ashamed bored brave calm cautious cold
confident confused contemplative contented cranky crazy creative curious dejected depressed
disappointed disgusted dismayed distracted embarrassed envious excited flirtatious frustrated
grateful grieving grumpy guilty happy hopeful hot humbled humiliated hungry hurt impressed in_awe
in_love indignant interested intoxicated invincible jealous lonely lost lucky mean moody nervous
neutral offended outraged playful proud relaxed relieved remorseful restless sad sarcastic
satisfied serious shocked shy sick sleepy spontaneous stressed strong surprised thankful thirsty
tired undefined weak worried
"""
MOODS: Final = frozenset(_MOODS.split())
"""The moods there are (section 3)."""


class UserMood(ElementBase):
    """``message["mood"]``; interfaces ``value``, one of the moods or empty, and ``text``."""

    name = plugin_attrib = "mood"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"value", "text"}
    sub_interfaces: ClassVar[set[str]] = {"text"}
    moods: ClassVar[frozenset[str]] = MOODS

    def _found(self) -> list[ET.Element]:
        return [each for each in self.xml if each.tag.removeprefix(f"{{{NS}}}") in MOODS]

    def get_value(self) -> str:
        """Return the mood."""
        found = self._found()
        return found[0].tag.removeprefix(f"{{{NS}}}") if found else ""

    def set_value(self, value: str) -> None:
        """Set the mood.

        Raises:
            ValueError: if there is none of this name.
        """
        if value not in MOODS:
            raise ValueError(f"{value!r} is no mood of XEP-0107")
        self.del_value()
        self.xml.insert(0, ET.Element(f"{{{NS}}}{value}"))

    def del_value(self) -> None:
        """Remove the mood."""
        for each in self._found():
            self.xml.remove(each)


register_stanza_plugin(Message, UserMood)


class XEP_0107(PepPlugin):
    """User Mood, both roles.

    Events: ``user_mood_publish``, with the message, when a contact publishes one.
    """

    name = "xep_0107"
    description = "XEP-0107: User Mood"
    xep_version = "1.2.2"
    pep_name = "user_mood"
    pep_stanza = UserMood

    def publish_mood(
        self, value: str | None = None, text: str | None = None, **pubsubkwargs: Any
    ) -> Awaitable[Iq]:
        """Publish how one feels (section 2.2).

        Args:
            value: the mood.
            text: some words about it.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.

        Raises:
            ValueError: if there is no such mood.
        """
        mood = UserMood()
        mood["value"] = value
        mood["text"] = text
        return self.publish(mood, **pubsubkwargs)
