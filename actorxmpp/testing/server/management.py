"""Stream management (XEP-0198), the server's side, without I/O: counters, what is unacknowledged.

A `Management` belongs to a session (`directory.Resource`), not to a stream: it is what is left when
the connection is lost. `client.py` tells it what was sent and received and writes what it says,
`sessions.py` keeps those that may be resumed.

Rules: both counters run modulo 2**32. What a client has not acknowledged is kept as the bytes it
was sent as, within `MAX_UNACKED` stanzas and `MAX_UNACKED_BYTES`; who leaves more unacknowledged
loses its session.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, fromstring

from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.limits import (
    ACK_EVERY,
    ACK_SECONDS,
    MAX_UNACKED,
    MAX_UNACKED_BYTES,
    RESUME_SECONDS,
)

MODULUS: Final = 2**32
REQUEST: Final = f"<r xmlns='{ns.SM}'/>".encode()
_STREAM: Final = f"<stream xmlns='{ns.CLIENT}'>".encode()


class CountTooHigh(Exception):
    """The client acknowledged more than it was sent (XEP-0198 section 4).

    Attributes:
        h: what it said.
        sent: what it was sent.
    """

    def __init__(self, h: int, sent: int) -> None:
        super().__init__(f"h={h}, but {sent} stanzas were sent")
        self.h = h
        self.sent = sent


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementOptions:
    """What a server offers of stream management.

    Attributes:
        offered: whether it is a stream feature at all.
        resume_seconds: how long a session is kept when its connection is lost; 0: never.
        location: where a client is asked to resume; empty: nowhere in particular.
        ack_every: stanzas sent to a client before it is asked for an acknowledgement.
        ack_seconds: how long after fewer than those it is asked.
    """

    offered: bool = True
    resume_seconds: float = RESUME_SECONDS
    location: str = ""
    ack_every: int = ACK_EVERY
    ack_seconds: float = ACK_SECONDS


class Management:
    """The counters and the queue of one session.

    Args:
        session_id: what the session is resumed by.
        seconds: how long it may be resumed; 0: never.
        ack_every: stanzas sent before an acknowledgement is asked for.

    Attributes:
        handled: stanzas of the client that were taken in.
        acked: stanzas that the client has acknowledged.
        unacked: those after them, as they were sent, oldest first.
    """

    __slots__ = (
        "_ack_every",
        "_bytes",
        "_since_request",
        "acked",
        "handled",
        "id",
        "seconds",
        "unacked",
    )

    def __init__(self, session_id: str, seconds: float, ack_every: int = ACK_EVERY) -> None:
        self.id = session_id
        self.seconds = seconds
        self.handled = 0
        self.acked = 0
        self.unacked: deque[bytes] = deque()
        self._bytes = 0
        self._ack_every = ack_every
        self._since_request = 0

    def __repr__(self) -> str:
        unacked = len(self.unacked)
        return f"<Management {self.handled} handled, {self.acked} acked, {unacked} unacked>"

    @property
    def overfull(self) -> bool:
        """Return whether more is unacknowledged than is kept."""
        return len(self.unacked) > MAX_UNACKED or self._bytes > MAX_UNACKED_BYTES

    def received(self) -> None:
        """Count a stanza of the client's."""
        self.handled = (self.handled + 1) % MODULUS

    def sent(self, data: bytes) -> bool:
        """Keep a stanza that was sent, or is to be when the session is resumed.

        Returns:
            Whether the client is to be asked for an acknowledgement now.
        """
        self.unacked.append(data)
        self._bytes += len(data)
        self._since_request += 1
        if self._since_request < self._ack_every:
            return False
        self._since_request = 0
        return True

    def due(self) -> bool:
        """Return whether to ask for what was not asked for yet, and count it as asked for."""
        due = self._since_request > 0 and bool(self.unacked)
        self._since_request = 0
        return due

    def acknowledge(self, h: int) -> None:
        """Forget what the client has handled.

        Args:
            h: its counter.

        Raises:
            CountTooHigh: it can't have handled so many.
        """
        count = (h - self.acked) % MODULUS
        if h >= MODULUS or count > len(self.unacked):
            raise CountTooHigh(h, (self.acked + len(self.unacked)) % MODULUS)
        for _ in range(count):
            self._bytes -= len(self.unacked.popleft())
        self.acked = h

    def resumed(self) -> bytes:
        """Return what to send again when the session is resumed."""
        self._since_request = 0
        return b"".join((*self.unacked, REQUEST)) if self.unacked else b""

    def take_unacked(self) -> list[Element]:
        """Hand out what was never acknowledged, parsed again, and forget it."""
        data = b"".join(self.unacked)
        self.unacked.clear()
        self._bytes = 0
        return list(fromstring(b"".join((_STREAM, data, b"</stream>"))))
