"""The bots that the fleet tests run: ``bot = "fleetbots:EchoBot"`` in a fleet file."""

from __future__ import annotations

from typing import Any

from actorxmpp import ClientXMPP, ComponentXMPP


class EchoBot(ClientXMPP):
    """Sends every chat message back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.message)

    async def start(self, _event: Any) -> None:
        self.send_presence()
        await self.get_roster()

    def message(self, msg: Any) -> None:
        if msg["type"] in ("chat", "normal"):
            msg.reply(f"echo: {msg['body']}").send()


class EchoGateway(ComponentXMPP):
    """Sends every chat message back, whichever of its addresses it was for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_event_handler("message", self.message)

    def message(self, msg: Any) -> None:
        if msg["type"] in ("chat", "normal"):
            msg.reply(f"echo: {msg['body']}").send()
