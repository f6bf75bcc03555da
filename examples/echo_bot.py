"""An echo bot: BOT_PASSWORD=secret python examples/echo_bot.py romeo@example.net."""

from __future__ import annotations

import os
import sys
from typing import Any

from actorxmpp import ClientXMPP, Message


class EchoBot(ClientXMPP):
    """Answers each message with its text."""

    def __init__(self, jid: str, password: str) -> None:
        super().__init__(jid, password)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.message)

    async def start(self, _event: Any) -> None:
        """Show up."""
        self.send_presence()
        await self.get_roster()

    def message(self, msg: Message) -> None:
        """Answer."""
        if msg["type"] in ("chat", "normal"):
            msg.reply(f"You said: {msg['body']}").send()


if __name__ == "__main__":
    EchoBot(sys.argv[1], os.environ["BOT_PASSWORD"]).run()
