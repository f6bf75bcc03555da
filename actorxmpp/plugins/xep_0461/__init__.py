"""XEP-0461: Message Replies: which message a message answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0428 import Fallback
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["XEP_0461", "Reply"]

NS = "urn:xmpp:reply:0"


class Reply(ElementBase):
    """``message["reply"]``; interfaces ``id``, of the message answered, and ``to``, its author."""

    name = plugin_attrib = "reply"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "to"}

    def _message(self) -> Any:
        message = None if self.parent is None else self.parent()
        if message is None:
            raise ValueError("the message this reply belongs to is gone")
        return message

    def add_quoted_fallback(self, fallback: str, nickname: str | None = None) -> None:
        """Quote the message answered before the text, for clients that don't know of replies.

        Args:
            fallback: its text.
            nickname: who wrote it.
        """
        message = self._message()
        lines = [f"{nickname}:"] if nickname else []
        quoted = "".join(f"> {line}\n" for line in [*lines, *fallback.split("\n")])
        message["body"] = quoted + message["body"]
        made = Fallback()
        made["for"] = NS
        made["body"]["start"] = 0
        made["body"]["end"] = len(quoted)
        message.append(made)

    def _fallback(self) -> Fallback | None:
        found = (each for each in self._message()["fallbacks"] if each["for"] == NS)
        return next(found, None)

    def get_fallback_body(self) -> str:
        """Return what is quoted before the text; empty if nothing is."""
        fallback = self._fallback()
        return "" if fallback is None else fallback.split(self._message()["body"])[0]

    def strip_fallback_content(self) -> str:
        """Return the text without what is quoted."""
        fallback, text = self._fallback(), self._message()["body"]
        return str(text) if fallback is None else fallback.split(text)[1]


register_stanza_plugin(Message, Reply)


class XEP_0461(BasePlugin):
    """Message Replies, both roles.

    Events: ``message_reply``, with the message. That it answers a message of somebody is what the
    sender says.
    """

    name = "xep_0461"
    description = "XEP-0461: Message Replies"
    xep_version = "0.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0428"}
    features = (NS,)
    namespace = NS

    def plugin_init(self) -> None:
        """Take replies."""
        self.handle("Message replied to", "message/reply", self._handle_reply)

    def _handle_reply(self, message: Message) -> None:
        if message["type"] != "error":
            self.xmpp.event("message_reply", message)

    def make_reply(
        self,
        reply_to: JidStr,
        reply_id: str,
        fallback: str | None = None,
        quoted_nick: str | None = None,
        **msg_kwargs: Any,
    ) -> Message:
        """Make a message that answers another (section 3).

        Args:
            reply_to: who wrote the other.
            reply_id: its id; in rooms the ``stanza-id`` the room gave it.
            fallback: its text, quoted for clients that don't know of replies.
            quoted_nick: its author's name, quoted as well.
            msg_kwargs: what ``make_message`` takes.
        """
        message = self.xmpp.make_message(**msg_kwargs)
        message["reply"]["to"] = reply_to
        message["reply"]["id"] = reply_id
        if fallback:
            message["reply"].add_quoted_fallback(fallback, quoted_nick)
        return message

    def send_reply(
        self,
        reply_to: JidStr,
        reply_id: str,
        fallback: str | None = None,
        quoted_nick: str | None = None,
        **msg_kwargs: Any,
    ) -> None:
        """Send such a message; see ``make_reply``."""
        self.make_reply(reply_to, reply_id, fallback, quoted_nick, **msg_kwargs).send()
