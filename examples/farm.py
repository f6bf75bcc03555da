"""A farm of shops, for ``actorxmpp run examples/fleet.toml``: each shop is a component.

A shop has an assistant for each name somebody thinks of: ``anna@shop07.example.net`` counts the
visits to Anna. Assistants are actors: they start when they are written to, and go home when nobody
comes for ten minutes.
"""

from __future__ import annotations

from actorxmpp import ComponentXMPP, Message, UserActor


class Assistant(UserActor):
    """Counts visits; one by the name of Clumsy fails at the third."""

    def on_start(self) -> None:
        """Begin the day."""
        self.visits = 0

    def on_message(self, message: Message) -> None:
        """Greet a customer."""
        if message["type"] not in ("chat", "normal"):
            return
        self.visits += 1
        if self.jid.local == "clumsy" and self.visits == 3:
            raise RuntimeError("dropped everything")
        self.send_message(message["from"], f"{self.jid}: visit {self.visits}", mtype="chat")


class Shop(ComponentXMPP):
    """One shop."""

    def __init__(self, jid: str, secret: str, host: str | None = None, port: int = 5347) -> None:
        super().__init__(jid, secret, host, port)
        self.users(Assistant, idle=600)
        self.add_event_handler("message", self.message)

    def message(self, msg: Message) -> None:
        """Answer whoever writes to the shop itself."""
        if msg["type"] in ("chat", "normal"):
            msg.reply(f"Welcome to {self.jid}! {self.active_users} assistants are here.").send()
