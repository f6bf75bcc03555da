"""Stream management (XEP-0198) without I/O: counters, the unacknowledged queue, resumption.

Where it stands: it outlives the connection. The stage that owns it tells it about every stanza
sent and handled, gives it the elements in its namespace, and carries out the `SmAction`s.
Resuming is negotiated by `features.resume`; this module makes its `ResumeRequest` and takes in
the answer.

Rules:

* A stanza given to `sent` ends in exactly one of `Acked`, `Resend` (and waits on) or `Lost`.
* Both counters run modulo 2**32. A peer that acknowledges more than was sent breaks the stream.
* The queue is bounded: `sent` refuses a stanza, before it is counted, when it is full.
* The server may have handled a stanza whose acknowledgement got lost: after resumption only
  what its `h` leaves open is sent again.
* Time comes in as an argument, in seconds of any one clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.header import STREAM_CLOSE
from actorxmpp.protocol.settings import ResumeRequest
from actorxmpp.protocol.smactions import (
    Acked,
    Enabled,
    Lost,
    Resend,
    SmAction,
    SmQueueFull,
    SmSend,
    SmSnapshot,
    SmState,
    SmViolation,
    Unacked,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

__all__ = [
    "Acked",
    "Enabled",
    "Lost",
    "Resend",
    "SmAction",
    "SmOptions",
    "SmQueueFull",
    "SmSend",
    "SmSnapshot",
    "SmState",
    "SmViolation",
    "StreamManagement",
    "Unacked",
]

MODULUS: Final = 2**32
MAX_UNACKED: Final = 10_000
"""Stanzas waiting for an acknowledgement: some MB of a session that sends and a server that
never acknowledges. Beyond it `sent` refuses, and the sender has to wait."""

WINDOW: Final = 10
"""Stanzas sent before an acknowledgement is asked for."""

MAX_ID: Final = 4000
"""Characters of a session id kept (XEP-0198, 3: at most 4,000 bytes)."""

REQUEST: Final = f"<r xmlns='{ns.SM}'/>".encode()

_ENABLED: Final = ns.clark(ns.SM, "enabled")
_FAILED: Final = ns.clark(ns.SM, "failed")
_ACK: Final = ns.clark(ns.SM, "a")
_REQUEST: Final = ns.clark(ns.SM, "r")


@dataclass(frozen=True, slots=True)
class SmOptions:
    """How stream management is used.

    Attributes:
        enabled: begin it on new sessions.
        resume: ask for sessions that can be resumed.
        max_seconds: how long we would like the server to keep them.
        window: stanzas after which an acknowledgement is asked for.
        max_unacked: stanzas that may wait for one.

    Raises:
        ValueError: if the window is not from 1 to ``max_unacked``.
    """

    enabled: bool = False
    resume: bool = True
    max_seconds: int | None = None
    window: int = WINDOW
    max_unacked: int = MAX_UNACKED

    def __post_init__(self) -> None:
        _check_window(self.window, self.max_unacked)


class StreamManagement:
    """One session's stream management.

    Args:
        window: After how many stanzas to ask for an acknowledgement.
        limit: How many may wait for one.
    """

    __slots__ = (
        "_acked",
        "_asked",
        "_asked_at",
        "_handled",
        "_limit",
        "_lost_at",
        "_queue",
        "_state",
        "_window",
        "jid",
        "location",
        "max_seconds",
        "previd",
    )

    def __init__(self, *, window: int = WINDOW, limit: int = MAX_UNACKED) -> None:
        self._window, self._limit = WINDOW, MAX_UNACKED
        self.bound(window=window, limit=limit)
        self.jid = ""
        self.previd = ""
        self.max_seconds: int | None = None
        self.location: str | None = None
        self._queue: deque[Unacked] = deque()
        self._state = SmState.OFF
        self._acked = self._handled = 0
        self._asked = False
        self._asked_at = self._lost_at = 0.0

    # -- what it knows -----------------------------------------------------------------------

    @property
    def state(self) -> SmState:
        """Where it stands."""
        return self._state

    @property
    def unacked(self) -> int:
        """How many stanzas wait for an acknowledgement."""
        return len(self._queue)

    @property
    def handled_count(self) -> int:
        """How many of the server's stanzas we have handled, modulo 2**32."""
        return self._handled

    @property
    def acked_count(self) -> int:
        """How many of ours the server has handled, as far as we know, modulo 2**32."""
        return self._acked

    @property
    def unacked_stanzas(self) -> tuple[Unacked, ...]:
        """The stanzas that wait for an acknowledgement, oldest first."""
        return tuple(self._queue)

    @property
    def resumable(self) -> bool:
        """Whether the server would take the session up again."""
        return bool(self.previd)

    @property
    def asked_at(self) -> float | None:
        """When the acknowledgement was asked for that is still missing, else None.

        A peer that leaves it out for long is gone, though TCP does not know yet.
        """
        return self._asked_at if self._asked else None

    # -- while a stream is up ----------------------------------------------------------------

    def bound(self, *, window: int, limit: int) -> None:
        """Say after how many stanzas to ask for an acknowledgement, and how many may wait.

        Raises:
            ValueError: If the window is not from 1 to the limit.
        """
        _check_window(window, limit)
        self._window, self._limit = window, limit

    def enable(
        self, jid: str = "", *, resume: bool = True, max_seconds: int | None = None
    ) -> bytes:
        """Begin on a new session. Stanzas sent after these bytes are counted.

        Args:
            jid: The session's full JID, which it keeps when it is resumed.
            resume: Ask for a session that can be resumed.
            max_seconds: How long we would like the server to keep it.

        Returns:
            What to send. What was unacknowledged before must have been dealt with.
        """
        self._forget()
        self.jid = jid
        self._state = SmState.ENABLING
        wish = f" max='{max_seconds}'" if resume and max_seconds is not None else ""
        flag = " resume='true'" if resume else ""
        return f"<enable xmlns='{ns.SM}'{flag}{wish}/>".encode()

    def sent(self, data: bytes, token: Any = None, *, now: float = 0.0) -> list[SmAction]:
        """A stanza is about to be written.

        Returns:
            An `SmSend` with a request for acknowledgement, when one is due after it.

        Raises:
            SmQueueFull: The stanza must not be written.
        """
        if self._state is SmState.OFF:
            return []
        queue = self._queue
        if len(queue) >= self._limit:
            raise SmQueueFull(f"{self._limit} stanzas wait for the server's acknowledgement")
        queue.append(Unacked(data, token))
        if self._asked or len(queue) < self._window:
            return []
        return self._request_if_due(now)

    def sent_all(self, stanzas: list[bytes], *, now: float = 0.0) -> list[SmAction]:
        """Several stanzas, in order, nobody wants to hear of are about to be written.

        Returns:
            As `sent`.

        Raises:
            SmQueueFull: None of them must be written; one by one some may have room.
        """
        if self._state is SmState.OFF:
            return []
        if len(self._queue) + len(stanzas) > self._limit:
            raise SmQueueFull(f"{len(stanzas)} more stanzas would be too many")
        self._queue.extend([Unacked(data) for data in stanzas])
        return self._request_if_due(now)

    def handled(self, count: int = 1) -> None:
        """We have handled this many of the server's stanzas."""
        if self._state in {SmState.ENABLED, SmState.SUSPENDED}:
            self._handled = (self._handled + count) % MODULUS

    def ack(self) -> bytes:
        """Tell the server how many of its stanzas we have handled."""
        return f"<a xmlns='{ns.SM}' h='{self._handled}'/>".encode()

    def request(self, now: float = 0.0) -> bytes:
        """Ask for an acknowledgement now, for instance after a quiet while."""
        if not self._asked:
            self._asked, self._asked_at = True, now
        return REQUEST

    def receive(self, element: Element, *, now: float = 0.0) -> list[SmAction]:
        """Read an element of this namespace; others are ignored.

        Raises:
            SmViolation: If the server acknowledges what was never sent.
        """
        if element.tag == _ACK and self._state is SmState.ENABLED:
            return self._ack_received(element, now)
        if element.tag == _REQUEST and self._state is SmState.ENABLED:
            return [SmSend(self.ack())]
        if element.tag == _ENABLED and self._state is SmState.ENABLING:
            return [self._enabled(element)]
        if element.tag == _FAILED and self._state is SmState.ENABLING:
            self._forget()  # without it nothing is acknowledged: what was sent counts as sent
        return []

    # -- between two streams -----------------------------------------------------------------

    def connection_lost(self, now: float) -> list[SmAction]:
        """The connection is gone. What can't be resumed is lost."""
        if self._state is SmState.ENABLED and self.resumable:
            self._state = SmState.SUSPENDED
            self._lost_at = now
            self._asked = False
            return []
        if self._state is SmState.SUSPENDED:
            return []
        return self._give_up()

    def resume_request(self, now: float) -> ResumeRequest | None:
        """What to put into `ClientSettings.resume`; None when there is nothing to resume.

        A session the server has surely dropped is not asked for: `resume_refused` then.
        """
        if self._state is not SmState.SUSPENDED:
            return None
        if self.max_seconds is not None and now - self._lost_at > self.max_seconds:
            return None
        return ResumeRequest(self.previd, self._handled)

    def resumed(self, h: int, *, now: float = 0.0) -> list[SmAction]:
        """The server took the session up and has handled `h` of our stanzas in all.

        Raises:
            SmViolation: If that is more than was sent.
        """
        acked = self._settle(h)
        self._state = SmState.ENABLED
        self._asked = False
        actions: list[SmAction] = [Acked(acked)] if acked else []
        if self._queue:
            actions.append(Resend(tuple(self._queue)))
            actions.append(SmSend(self.request(now)))
        return actions

    def resume_refused(self, h: int | None = None) -> list[SmAction]:
        """The session is gone; `h` is what the server had handled of it, if it told."""
        actions: list[SmAction] = []
        if h is not None and (h - self._acked) % MODULUS <= len(self._queue):
            acked = self._settle(h)
            if acked:
                actions.append(Acked(acked))
        return actions + self._give_up()

    def closed(self) -> list[SmAction]:
        """The stream was ended in order; there is nothing to resume."""
        return self._give_up()

    # -- another process ---------------------------------------------------------------------

    def snapshot(self) -> SmSnapshot | None:
        """The session as data, None if it can't be resumed."""
        if not self.resumable:
            return None
        unacked = tuple(stanza.data for stanza in self._queue)
        return SmSnapshot(
            self.previd,
            self._handled,
            self._acked,
            unacked,
            self.max_seconds,
            self.location,
            self.jid,
        )

    def restore(self, snapshot: SmSnapshot, now: float, tokens: Iterable[Any] = ()) -> None:
        """Take up a snapshot, as if its connection had just been lost.

        Args:
            snapshot: From `snapshot`.
            now: The present time.
            tokens: New tokens for its stanzas, in order; None for those that are missing.
        """
        self._forget()
        given = iter(tokens)
        self._queue.extend(Unacked(data, next(given, None)) for data in snapshot.unacked)
        self._handled, self._acked = snapshot.handled, snapshot.acked
        self.previd, self.jid = snapshot.previd, snapshot.jid
        self.max_seconds, self.location = snapshot.max_seconds, snapshot.location
        self._state, self._lost_at = SmState.SUSPENDED, now

    # -- inside ------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._state = SmState.OFF
        self._queue.clear()
        self._acked = self._handled = 0
        self._asked = False
        self._asked_at = self._lost_at = 0.0
        self.previd = ""
        self.max_seconds = self.location = None

    def _give_up(self) -> list[SmAction]:
        lost = tuple(self._queue)
        self._forget()
        return [Lost(lost)] if lost else []

    def _enabled(self, element: Element) -> Enabled:
        self._state = SmState.ENABLED
        previd = element.get("id", "")
        if element.get("resume") in {"true", "1"} and len(previd) <= MAX_ID:
            self.previd = previd
        self.max_seconds = _number(element.get("max", ""))
        self.location = element.get("location")
        return Enabled(self.resumable, self.max_seconds, self.location)

    def _ack_received(self, element: Element, now: float) -> list[SmAction]:
        h = _number(element.get("h", ""))
        if h is None:
            raise SmViolation("an acknowledgement without a valid h", _error("invalid-xml", ""))
        acked = self._settle(h)
        self._asked = False
        actions: list[SmAction] = [Acked(acked)] if acked else []
        return actions + self._request_if_due(now)

    def _settle(self, h: int) -> tuple[Unacked, ...]:
        """Take what `h` acknowledges out of the queue."""
        count = (h - self._acked) % MODULUS
        if count > len(self._queue):
            sent = (self._acked + len(self._queue)) % MODULUS
            detail = f"<handled-count-too-high xmlns='{ns.SM}' h='{h}' send-count='{sent}'/>"
            raise SmViolation(
                f"the server acknowledges {h} stanzas, {sent} were sent",
                _error("undefined-condition", detail),
            )
        acked = tuple(islice(self._queue, count))
        for _ in range(count):
            self._queue.popleft()
        self._acked = h % MODULUS
        return acked

    def _request_if_due(self, now: float) -> list[SmAction]:
        if self._asked or self._state is not SmState.ENABLED or len(self._queue) < self._window:
            return []
        return [SmSend(self.request(now))]

    def __repr__(self) -> str:
        return f"<StreamManagement {self._state.value}, {len(self._queue)} unacked>"


def _check_window(window: int, limit: int) -> None:
    if not 1 <= window <= limit:
        raise ValueError(f"window must be from 1 to limit ({limit!r}), not {window!r}")


def _number(text: str) -> int | None:
    """A counter or a number of seconds; None if it is not one below 2**32."""
    if text.isascii() and text.isdecimal() and len(text) <= len(str(MODULUS)):
        value = int(text)
        return value if value < MODULUS else None
    return None


def _error(condition: str, detail: str) -> bytes:
    return (
        f"<stream:error><{condition} xmlns='{ns.STREAM_ERRORS}'/>{detail}</stream:error>"
    ).encode() + STREAM_CLOSE
