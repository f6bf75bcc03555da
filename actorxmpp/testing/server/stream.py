"""One accepted connection: bytes in become events, stanzas out become bytes, both bounded.

`Stream` is what streams of clients and components share. On a stanza's way it is first and last:
bytes from `net` go through the tokenizer to the subclass, and what the router sends goes to `net`,
which writes once per loop turn. While a peer reads too slowly its stanzas wait here; one that lets
too many wait is cut with a stream error.

Rules: a subclass's `_left` and `_gone` run exactly once per connection, however it ends. Nothing a
peer sends raises out of `data_received`, and `write` never raises nor ends anything at once:
whoever sends may be in the middle of a list of receivers.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from actorxmpp.exceptions import SerializeError
from actorxmpp.net.errors import ConnectionClosed, WriteBufferFull
from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.limits import (
    DRAIN_BYTES,
    LOGIN_SECONDS,
    MAX_STANZA_BYTES,
    MAX_STANZA_DEPTH,
)
from actorxmpp.xmlstream.tokenizer import (
    Limits,
    StreamClosed,
    StreamOpened,
    StreamViolation,
    Tokenizer,
)

if TYPE_CHECKING:
    from actorxmpp.net.connection import Connection
    from actorxmpp.net.errors import NetError

log = logging.getLogger(__name__)

TOKENIZER_LIMITS: Final = Limits(stanza_bytes=MAX_STANZA_BYTES, depth=MAX_STANZA_DEPTH)
STREAM_END: Final = b"</stream:stream>"
_STREAM_TAG: Final = f"{{{ns.STREAM}}}stream"
_STREAM_ERROR: Final = f"{{{ns.STREAM}}}error"


class Refusal(Exception):
    """The peer broke a rule: the stream ends with this stream error.

    Attributes:
        condition: the defined condition (RFC 6120 section 4.9.3).
        text: a text beside it.
        special: the XML of an application's own condition.
    """

    def __init__(self, condition: str, text: str = "", special: str = "") -> None:
        super().__init__(condition)
        self.condition = condition
        self.text = text
        self.special = special


class Phase(IntEnum):
    """Return how far the connection's life has gone; it only ever goes on."""

    NEGOTIATING = 0
    ESTABLISHED = 1
    OVERFULL = 2
    """Too much waits for the peer: it gets nothing more but an error, at the end of this turn."""
    CLOSING = 3
    """Our last bytes are on their way; `net` bounds how long they may take."""
    CLOSED = 4


class Stream:
    """One connection of a client or component.

    Args:
        connection: the socket.
        domain: the server's name, for stream headers.
        output_limit: bytes that may wait for this peer.
    """

    __slots__ = (
        "_connection",
        "_domain",
        "_header_sent",
        "_output_limit",
        "_paused",
        "_phase",
        "_queue",
        "_queued",
        "_restarted",
        "_timer",
        "_tokenizer",
    )

    namespace: str = ns.CLIENT

    def __init__(self, connection: Connection, domain: str, output_limit: int) -> None:
        self._connection = connection
        self._domain = domain
        self._output_limit = output_limit
        self._tokenizer = Tokenizer(limits=TOKENIZER_LIMITS)
        self._phase = Phase.NEGOTIATING
        self._header_sent = False
        self._restarted = False
        self._paused = False
        self._queue: deque[bytes] | None = None
        self._queued = 0
        loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = loop.call_later(LOGIN_SECONDS, self._too_slow)

    @property
    def phase(self) -> Phase:
        """Return how far the connection's life has gone."""
        return self._phase

    # -- for subclasses --------------------------------------------------------------------------

    def _header(self, opened: StreamOpened) -> None:
        """Take a stream header whose name is right. Raises `Refusal`."""
        raise NotImplementedError

    def _element(self, element: Element) -> None:
        """Take a complete child of the stream. Raises `Refusal`."""
        raise NotImplementedError

    def _left(self, *, lost: bool) -> None:
        """Take the peer out wherever it was entered: it is gone, or as good as.

        Args:
            lost: the connection broke; nobody ended the stream.
        """
        raise NotImplementedError

    def _gone(self) -> None:
        """Forget the connection: it is over and done with."""
        raise NotImplementedError

    def _restart(self) -> None:
        """Expect a new stream header on the same connection."""
        self._tokenizer.reset()
        self._header_sent = False
        self._restarted = True

    def _establish(self) -> None:
        """Note that negotiation is over."""
        self._phase = Phase.ESTABLISHED
        self._stop_timer()

    def _send_header(self, stream_id: str) -> None:
        self._header_sent = True
        self.write(ns.stream_header(self.namespace, self._domain, stream_id))

    # -- bytes in --------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Take bytes from the connection."""
        if self._phase >= Phase.OVERFULL:
            return
        violation: StreamViolation | None = None
        try:
            events = self._tokenizer.feed(data)
        except StreamViolation as error:
            events, violation = error.events, error
        try:
            self._take(events)
            if violation is not None:
                self.fail(violation.condition, violation.text)
        except Refusal as refusal:
            self.fail(refusal.condition, refusal.text, refusal.special)
        except SerializeError as error:
            self.fail("invalid-xml", str(error))
        except Exception:
            log.exception("a bug met while serving %r", self)
            self.fail("internal-server-error")

    def _take(self, events: list[Element | StreamOpened | StreamClosed]) -> None:
        self._restarted = False
        for event in events:
            if self._phase >= Phase.CLOSING:
                return
            if self._restarted:
                raise Refusal("policy-violation", "bytes were sent ahead of a stream restart")
            if isinstance(event, Element):
                if event.tag == _STREAM_ERROR:
                    self._end(STREAM_END)
                else:
                    self._element(event)
            elif isinstance(event, StreamOpened):
                self._open(event)
            else:
                self._end(STREAM_END)

    def _open(self, opened: StreamOpened) -> None:
        if opened.tag != _STREAM_TAG:
            raise Refusal("invalid-namespace" if "stream" in opened.tag else "bad-format")
        if opened.default_ns != self.namespace:
            raise Refusal("invalid-namespace", f"the default namespace must be {self.namespace}")
        self._header(opened)

    def connection_lost(self, error: NetError | None) -> None:  # noqa: ARG002 - the protocol's
        """Let go of everything: the socket is gone."""
        self._finish()

    def _too_slow(self) -> None:
        self._timer = None
        self.fail("connection-timeout")

    # -- bytes out -------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send a stanza to the peer; see `write`."""
        self.write(data)

    def write(self, data: bytes) -> None:
        """Send bytes to the peer; they leave together with all others of this loop turn."""
        if self._phase >= Phase.OVERFULL:
            return
        if self._paused or self._queue is not None:
            self._enqueue(data)
            return
        try:
            self._connection.write(data)
        except WriteBufferFull:  # much in one turn is no fault of the peer's
            self._enqueue(data)
            asyncio.get_running_loop().call_soon(self._drain)
        except ConnectionClosed:
            pass  # the peer is leaving: `connection_lost` is on its way

    def _enqueue(self, data: bytes) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append(data)
        self._queued += len(data)
        if self._queued > self._output_limit:
            self._end_soon("too much waits to be read")

    def _end_soon(self, why: str) -> None:
        self._phase = Phase.OVERFULL
        self._drop_queue()
        asyncio.get_running_loop().call_soon(self.fail, "resource-constraint", why)

    def pause_reading(self) -> None:
        """Leave what the peer sends where it is."""
        self._connection.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self._connection.resume_reading()

    def pause_writing(self) -> None:
        """Keep what comes until the peer catches up: it reads too slowly."""
        self._paused = True

    def resume_writing(self) -> None:
        """Go on: the peer has caught up."""
        self._paused = False
        self._drain()

    def _drain(self) -> None:
        """Hand on what waits, a piece a turn: `net` says at the turn's end if it is too much."""
        queue = self._queue
        if queue is None or self._paused:
            return
        piece: list[bytes] = []
        size = 0
        while queue and size < DRAIN_BYTES:
            piece.append(queue.popleft())
            size += len(piece[-1])
        try:
            self._connection.write(b"".join(piece))
        except WriteBufferFull:
            queue.extendleft(
                reversed(piece)
            )  # so much waits in `net` that it will say when to go on
            return
        except ConnectionClosed:
            return
        self._queued -= size
        if queue:
            asyncio.get_running_loop().call_soon(self._drain)
        else:
            self._queue = None

    # -- the end ---------------------------------------------------------------------------------

    def fail(self, condition: str, text: str = "", special: str = "") -> None:
        """End the stream with a stream error (RFC 6120 section 4.9).

        Args:
            condition: the defined condition.
            text: a text beside it.
            special: the XML of an application's own condition.
        """
        if self._phase >= Phase.CLOSING:
            return
        log.info("%r ends: %s %s", self, condition, text)
        header = b"" if self._header_sent else ns.stream_header(self.namespace, self._domain, "0")
        self._end(header + ns.stream_error(condition, text, special))

    def _end(self, last: bytes) -> None:
        self._phase = Phase.CLOSING
        self._stop_timer()
        close = self._connection.close  # bounds the wait for the peer itself
        try:
            self._connection.write(b"".join((*(self._queue or ()), last)))
        except WriteBufferFull:
            close = self._abort  # there is no room even for the last words
        except ConnectionClosed:
            pass
        self._drop_queue()
        self._left(lost=False)
        close()

    def cut(self) -> None:
        """Drop the connection hard, without a word."""
        self._abort()

    def _abort(self) -> None:
        if self._phase is not Phase.CLOSED:
            self._finish()
            self._connection.abort()

    def _finish(self) -> None:
        before, self._phase = self._phase, Phase.CLOSED
        if before is Phase.CLOSED:
            return
        self._stop_timer()
        self._drop_queue()
        self._tokenizer.close()
        if before < Phase.CLOSING:
            self._left(lost=before < Phase.OVERFULL)
        self._gone()

    def _drop_queue(self) -> None:
        self._queue = None
        self._queued = 0

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._connection.peer}>"
