"""An echo component: SECRET=secret python examples/echo_component.py echo.example.net localhost."""

from __future__ import annotations

import os
import sys

from actorxmpp import ComponentXMPP, Message


class EchoComponent(ComponentXMPP):
    """Answers each message to any of its addresses with the message's text."""

    def __init__(self, jid: str, secret: str, host: str | None = None, port: int = 5347) -> None:
        super().__init__(jid, secret, host, port)
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self.add_event_handler("message", self.message)

    def message(self, msg: Message) -> None:
        """Answer."""
        if msg["type"] in ("chat", "normal"):
            msg.reply(f"You said: {msg['body']}").send()


if __name__ == "__main__":
    EchoComponent(sys.argv[1], os.environ["SECRET"], sys.argv[2]).run()
