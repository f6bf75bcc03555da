"""What stream management (XEP-0198) asks its owner to do, and what it is saved as.

Where it stands: `streammanagement` makes these; the stage that owns it carries them out.

Rules: frozen and slotted; stanzas don't show in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from actorxmpp.protocol.errors import ProtocolError


class SmState(Enum):
    """Where stream management stands."""

    OFF = "off"
    ENABLING = "enabling"
    ENABLED = "enabled"
    SUSPENDED = "suspended"
    """The connection is gone; the session may be resumed."""


class SmQueueFull(ProtocolError):
    """Too many stanzas wait for an acknowledgement; this one was not taken."""


class SmViolation(ProtocolError):
    """The peer broke the protocol.

    Attributes:
        reply: The stream error to send, closing tag included.
    """

    def __init__(self, text: str, reply: bytes) -> None:
        super().__init__(text)
        self.reply = reply


class Unacked(NamedTuple):
    """A stanza on its way; a tuple, because one is made for every stanza sent.

    Attributes:
        data: Its bytes.
        token: Whatever the owner wants back: a future, the stanza object.
    """

    data: bytes
    token: Any = None

    def __repr__(self) -> str:
        return f"Unacked({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class SmSend:
    """Write these bytes; they are no stanza and are not counted."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Enabled:
    """The server counts with us.

    Attributes:
        resumable: The session can be resumed after a lost connection.
        max_seconds: For how long, if the server said.
        location: Where the server would like to be reached then, if it said.
    """

    resumable: bool
    max_seconds: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Acked:
    """The server has handled these; nothing more happens to them."""

    stanzas: tuple[Unacked, ...]


@dataclass(frozen=True, slots=True)
class Resend:
    """Write these again, in order. They stay in the queue."""

    stanzas: tuple[Unacked, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """The server's session is gone, and it has not handled these."""

    stanzas: tuple[Unacked, ...]


SmAction: TypeAlias = SmSend | Enabled | Acked | Resend | Lost


@dataclass(frozen=True, slots=True)
class SmSnapshot:
    """All that is needed to resume in another process; the tokens stay behind.

    Attributes:
        previd: The session's id.
        handled: Our count of the server's stanzas.
        acked: The server's count of ours, as far as we know.
        unacked: The stanzas after that.
        max_seconds: How long the server keeps the session.
        location: Where to connect to for it.
        jid: The session's full JID.
    """

    previd: str
    handled: int
    acked: int
    unacked: tuple[bytes, ...] = field(repr=False)
    max_seconds: int | None = None
    location: str | None = None
    jid: str = ""
