"""XEP-0422: Message Fastening: what belongs to an earlier message."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import is_true
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["XEP_0422", "ApplyTo", "External"]

NS = "urn:xmpp:fasten:0"


class ApplyTo(ElementBase):
    """``message["apply_to"]``: what is in it belongs to an earlier message.

    Interfaces: ``id``, of that message; ``shell``, ``true`` where the content is elsewhere,
    encrypted; ``clear``, ``true`` where it takes back what was fastened before.
    """

    name = "apply-to"
    namespace = NS
    plugin_attrib = "apply_to"
    interfaces: ClassVar[set[str]] = {"clear", "id", "shell"}

    def set_shell(self, value: bool | str) -> None:
        """Say whether the content is elsewhere."""
        self._say("shell", value)

    def set_clear(self, value: bool | str) -> None:
        """Say whether it takes back what was fastened."""
        self._say("clear", value)

    def _say(self, name: str, value: bool | str) -> None:
        said = is_true(value) if isinstance(value, str) else value
        self._set_attr(name, "true" if said else None)


class External(ElementBase):
    """A part of this message that belongs to the earlier one, too; interface ``name``."""

    name = plugin_attrib = "external"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"name"}


register_stanza_plugin(Message, ApplyTo)
register_stanza_plugin(ApplyTo, External)


class XEP_0422(BasePlugin):
    """Message Fastening, both roles; other XEPs say what is fastened."""

    name = "xep_0422"
    description = "XEP-0422: Message Fastening"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    namespace = NS
