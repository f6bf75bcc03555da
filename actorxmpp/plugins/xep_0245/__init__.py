"""XEP-0245: The /me Command: messages that say what somebody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorxmpp.plugins.base import BasePlugin

if TYPE_CHECKING:
    from actorxmpp.stanza import Message
    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0245", "action_text", "is_action"]

PREFIX = "/me "


def is_action(body: str) -> bool:
    """Whether a text says what its author does: it begins with ``/me`` and a space (section 2)."""
    return body.startswith(PREFIX)


def action_text(body: str, nick: str) -> str:
    """Return a text as it is shown: ``* nick laughs`` for ``/me laughs``."""
    return f"* {nick} {body.removeprefix(PREFIX)}" if is_action(body) else body


class XEP_0245(BasePlugin):
    """The /me Command, both roles: nothing but a convention about texts."""

    name = "xep_0245"
    description = "XEP-0245: The /me Command"
    xep_version = "1.0"

    is_action = staticmethod(is_action)
    action_text = staticmethod(action_text)

    def get_action(self, msg: Message) -> str:
        """Return what the author of a message does; empty if it is an ordinary message."""
        body: str = msg["body"]
        return body.removeprefix(PREFIX) if is_action(body) else ""

    def send_action(
        self,
        mto: JidStr,
        text: str,
        mtype: MessageTypes = "chat",
        mfrom: OptJidStr = None,
    ) -> None:
        """Say what we do: ``text`` without the ``/me``."""
        self.xmpp.send_message(mto, PREFIX + text, mtype=mtype, mfrom=mfrom)
