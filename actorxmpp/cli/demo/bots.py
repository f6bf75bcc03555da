"""The demo's bots: they echo what they are asked, note what they are answered, crash when told to.

Bots of the same kind as anybody would write. What must outlive a crashed handler (the session gets
a new bot object then) is kept outside of them, in their :class:`Peer` and the demo's :class:`Book`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from actorxmpp.cli.demo.ledger import Inbox, Ledger
from actorxmpp.clientxmpp import ClientXMPP
from actorxmpp.componentxmpp import ComponentXMPP

if TYPE_CHECKING:
    from actorxmpp.actors.session import Session

__all__ = ["ANSWER", "ASK", "CRASH", "Book", "CrashRequested", "EchoBot", "EchoComponent", "Peer"]

ASK = "ask"
ANSWER = "echo"
CRASH = "crash"
"""The first word of a message's body says what it is; its id is the stanza's."""


class CrashRequested(Exception):
    """A handler was sent a message that is meant to crash it."""


class Peer:
    """One session of the demo, as the demo sees it.

    Attributes:
        index: Its number.
        address: The JID others write to.
        inbox: What it has been asked.
        session: The running session.
    """

    __slots__ = ("address", "inbox", "index", "session")

    def __init__(self, index: int, address: str) -> None:
        self.index = index
        self.address = address
        self.inbox = Inbox()
        self.session: Session | None = None

    @property
    def up(self) -> bool:
        """Whether it can send now."""
        return (
            self.session is not None
            and self.session.stream.is_open
            and self.session.role is not None
        )

    def send(self, to: str, word: str, id: str) -> bool:
        """Send one of the demo's messages.

        Returns:
            Whether it went out; False when the session is not connected just now.
        """
        if not self.up:
            return False
        assert self.session is not None
        role: Any = self.session.role
        message = role.make_message(mto=to, mbody=f"{word} {id}", mtype="chat")
        message["id"] = id
        if role.is_component:
            message["from"] = self.address
        message.send()
        return True


class Book:
    """What the demo counts.

    Attributes:
        ledger: The ordinary messages.
        crashes_wanted: Ids of crash messages that have not been handled yet.
        crashed: Handlers that crashed because they were told to.
    """

    __slots__ = ("crashed", "crashes_wanted", "ledger")

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.crashes_wanted: set[str] = set()
        self.crashed = 0


class Echo:
    """What both bots do with a message."""

    _peer: Peer
    _book: Book

    def message(self, msg: Any) -> None:
        """Handle a message by its first word."""
        word = msg["body"].partition(" ")[0]
        if word == ASK:
            self._peer.inbox.take(msg["id"])
            reply = msg.reply(f"{ANSWER} {msg['id']}")
            reply["id"] = msg["id"]
            reply.send()
        elif word == ANSWER:
            self._book.ledger.answer(msg["id"], asyncio.get_running_loop().time())
        elif word == CRASH and msg["id"] in self._book.crashes_wanted:
            self._book.crashes_wanted.discard(msg["id"])
            self._book.crashed += 1
            raise CrashRequested(msg["id"])

    def bounced(self, msg: Any) -> None:
        """Handle a message that came back: it is sent again soon."""
        self._book.ledger.bounce(msg["id"], asyncio.get_running_loop().time())


class EchoBot(Echo, ClientXMPP):
    """A client that echoes."""

    def __init__(self, jid: str, password: str, peer: Peer, book: Book) -> None:
        super().__init__(jid, password)
        self._peer = peer
        self._book = book
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.message)
        self.add_event_handler("message_error", self.bounced)

    async def start(self, _event: Any) -> None:
        """Say that we are there, as a client does."""
        self.send_presence()
        await self.get_roster()


class EchoComponent(Echo, ComponentXMPP):
    """A component that echoes."""

    def __init__(self, jid: str, secret: str, peer: Peer, book: Book) -> None:
        super().__init__(jid, secret)
        self._peer = peer
        self._book = book
        self.add_event_handler("message", self.message)
        self.add_event_handler("message_error", self.bounced)
