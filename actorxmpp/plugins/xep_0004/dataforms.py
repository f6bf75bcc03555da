"""The plugin: forms in messages, and making forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004.stanza import NS, Form
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["XEP_0004"]

register_stanza_plugin(Message, Form)


class XEP_0004(BasePlugin):
    """Data Forms, both roles.

    Events: ``message_xform``, with the message, for each message that has a form.
    """

    name = "xep_0004"
    description = "XEP-0004: Data Forms"
    xep_version = "2.13.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take forms in messages."""
        self.handle("Data Form", "message/form", self.handle_form)

    def make_form(self, ftype: str = "form", title: str = "", instructions: str = "") -> Form:
        """Make a form.

        Args:
            ftype: ``form``, ``submit``, ``cancel`` or ``result``.
            title: its title.
            instructions: what to do with it.
        """
        form = Form()
        form["type"] = ftype
        form["title"] = title
        form["instructions"] = instructions
        return form

    def build_form(self, xml: Element) -> Form:
        """Make the form object of an element."""
        return Form(xml=xml)

    def handle_form(self, message: Message) -> None:
        """Raise the event."""
        self.xmpp.event("message_xform", message)
