"""A connection's life above the socket: coalesced writes, TLS, back-pressure, a clean end.

Where it stands: `tcp` runs it over asyncio's socket transports, `memory` over a pair of
queues; both kinds of transport look the same to it.

Rules:

* One read of the socket gives at most one `data_received`; the writes of one loop turn leave
  in one write.
* Unsent bytes are bounded: `pause_writing` when the system does not take all, and a typed error at
  `MAX_UNSENT`.
* The end: `close` sends what is queued, close_notify and FIN, and waits for the peer's FIN up
  to `CLOSE_TIMEOUT_S`. Closing the socket at once, with unread data in it, would make the
  kernel send RST and may destroy our last message on its way.
* `connection_lost` comes exactly once.
"""

from __future__ import annotations

import asyncio
import weakref
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

from actorxmpp.net.errors import (
    ConnectionClosed,
    ConnectionLost,
    NetError,
    TlsCheck,
    TlsError,
    WriteBufferFull,
    lost,
)
from actorxmpp.net.tlsio import SCRATCH, TlsPump

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, MutableMapping

    from actorxmpp.net.connection import ConnectionEvents
    from actorxmpp.net.tls import TlsInfo

MAX_UNSENT: Final = 4 * 1024 * 1024
"""Unsent bytes at which `write` refuses. A stage that obeys `pause_writing` (64 KiB) stays far
below; the limit bounds the damage of one that does not."""

CLOSE_TIMEOUT_S: Final = 5.0
"""How long a clean close may take: for our last bytes to leave and for the peer's FIN."""

TLS_TIMEOUT_S: Final = 30.0
"""How long a TLS handshake may take, unless the caller says otherwise."""


READ_BUFFER: Final = 65_536
"""Bytes read from a socket at once, at most: a burst in few calls, once per loop."""


class LoopShared:
    """What all connections of one loop share: the read buffers and the flush of a turn.

    The buffers are only used inside one synchronous call, so one pair serves any number of
    connections; nobody keeps a view of them.

    Args:
        loop: the loop.
    """

    __slots__ = ("__weakref__", "_dirty", "_loop", "read_buffer", "scratch")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._dirty: list[StreamConnection] = []
        self.read_buffer = memoryview(bytearray(READ_BUFFER))
        self.scratch = memoryview(bytearray(SCRATCH))

    def flush_soon(self, connection: StreamConnection) -> None:
        """Call `connection.flush()` once, in the loop's next turn."""
        if not self._dirty:
            loop = self._loop()
            if loop is not None:
                loop.call_soon(self._flush)
        self._dirty.append(connection)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for connection in dirty:
            connection.flush()


_loops: MutableMapping[asyncio.AbstractEventLoop, LoopShared] = weakref.WeakKeyDictionary()


def shared(loop: asyncio.AbstractEventLoop) -> LoopShared:
    """Return the shared parts of a loop, made the first time."""
    found = _loops.get(loop)
    if found is None:
        found = _loops[loop] = LoopShared(loop)
    return found


class _Life(Enum):
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class StreamConnection(asyncio.BufferedProtocol):
    """Satisfies `connection.Connection` over an asyncio transport.

    Args:
        events: Who is told; None if `accept` chooses one when the connection is made.
        accept: Called with the new connection; returns its events. For the accepting side.
    """

    __slots__ = (
        "_accept",
        "_backlog",
        "_close_timer",
        "_error",
        "_events",
        "_handshake",
        "_held",
        "_life",
        "_loop",
        "_pending",
        "_pending_size",
        "_pump",
        "_session_kept",
        "_shared",
        "_stuck",
        "_tls",
        "_transport",
    )

    def __init__(
        self,
        events: ConnectionEvents | None = None,
        *,
        accept: Callable[[StreamConnection], ConnectionEvents] | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._shared: LoopShared = shared(self._loop)
        self._events = events
        self._accept = accept
        self._transport: asyncio.Transport | None = None
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._pump: TlsPump | None = None
        self._tls: TlsInfo | None = None
        self._session_kept = True
        self._handshake: asyncio.Future[None] | None = None
        self._held: bytearray | None = None  # read after the handshake, before its caller ran
        self._life = _Life.OPEN
        self._backlog = False  # the system has not taken all that it was given
        self._stuck = False  # and never will
        self._error: NetError | None = None
        self._close_timer: asyncio.TimerHandle | None = None

    # -- Connection --------------------------------------------------------------------------

    @property
    def peer(self) -> str:
        """The other side's address, `host:port`."""
        address = self._transport.get_extra_info("peername") if self._transport else None
        if isinstance(address, tuple) and len(address) >= 2:
            host = f"[{address[0]}]" if ":" in address[0] else address[0]
            return f"{host}:{address[1]}"
        return str(address or "unknown")

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS layer, once it is up."""
        return self._tls

    @property
    def unsent(self) -> int:
        """Bytes written that the kernel has not taken yet."""
        below = self._transport.get_write_buffer_size() if self._transport else 0
        return self._pending_size + below

    def write(self, data: bytes) -> None:
        """Queue bytes; see `Connection.write`."""
        if self._life is not _Life.OPEN:
            raise ConnectionClosed(f"the connection to {self.peer} is {self._life.value}")
        if self.unsent + len(data) > MAX_UNSENT:
            raise WriteBufferFull(f"{self.unsent} bytes are waiting for {self.peer} to read")
        if not self._pending:
            self._shared.flush_soon(self)
        self._pending.append(data)
        self._pending_size += len(data)

    async def start_tls(
        self,
        context: ssl.SSLContext,
        server_name: str | None = None,
        *,
        server_side: bool = False,
        timeout: float = TLS_TIMEOUT_S,
    ) -> TlsInfo:
        """Run the TLS handshake; see `Connection.start_tls`."""
        if self._life is not _Life.OPEN:
            raise self._error or ConnectionClosed("the connection is closing or closed")
        if self._pump is not None:
            raise TlsError(TlsCheck.PROTOCOL, "TLS has been started on this connection before")
        self.flush()  # what was written before goes in the clear
        self._pump = TlsPump(context, server_name, server_side=server_side)
        self._handshake = self._loop.create_future()
        try:
            async with asyncio.timeout(timeout):
                self._advance_handshake(b"")
                await self._handshake
            self._tls = self._pump.finish()
        except TimeoutError:
            raise self._break(
                TlsError(TlsCheck.TIMEOUT, f"no end of the TLS handshake in {timeout:g} s")
            ) from None
        except TlsError as error:
            raise self._break(error) from error.__cause__
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self._handshake = None
        self._session_kept = self._pump.keep_session()
        # The caller's next lines run first: they may reset a parser.
        self._loop.call_soon(self._after_handshake)
        return self._tls

    def pause_reading(self) -> None:
        """Stop reading the socket."""
        if self._transport is not None and self._life is _Life.OPEN:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if self._transport is not None and self._life is not _Life.CLOSED:
            self._transport.resume_reading()

    def close(self) -> None:
        """End cleanly; see `Connection.close`."""
        if self._life is not _Life.OPEN:
            return
        if self._handshake is not None:
            self.abort()
            return
        self._say_goodbye()
        transport = self._transport
        if transport is not None:
            transport.resume_reading()  # to see the peer's FIN
            if not transport.get_write_buffer_size():  # else resume_writing does it
                self._send_fin()

    def all_left(self) -> bool:
        """Whether the system has taken all that was written; see `Connection.all_left`."""
        return not (self._pending or self._backlog or self._stuck)

    def _drop_unsent(self) -> None:
        self._stuck = not self.all_left()
        self._pending.clear()
        self._pending_size = 0

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._life is _Life.CLOSED:
            return
        self._life = _Life.CLOSING
        self._drop_unsent()
        if self._transport is not None:
            self._transport.abort()

    def hand_over(self, events: ConnectionEvents) -> None:
        """Tell somebody else from now on."""
        self._events = events

    # -- asyncio's side ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is ready."""
        self._transport = cast("asyncio.Transport", transport)
        # Any backlog pauses writing: the system's own buffer is room enough, and so it is known
        # when what was written has left.
        self._transport.set_write_buffer_limits(0)
        if self._accept is not None:
            accept, self._accept = self._accept, None
            self._events = accept(self)

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Lend the loop's read buffer."""
        return self._shared.read_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes were read into the buffer."""
        view = self._shared.read_buffer[:nbytes]
        if self._life is not _Life.OPEN:
            return  # only the peer's FIN matters now
        if self._pump is None:
            self._deliver(bytes(view))
        elif self._held is not None:
            self._held += view
        elif self._handshake is not None:
            self._advance_handshake(view)
        else:
            self._decrypt(view)

    def eof_received(self) -> bool:
        """The peer sent FIN: flush, answer in kind, and be done."""
        if self._handshake is not None and not self._handshake.done():
            self._handshake.set_exception(ConnectionLost("the peer hung up during the handshake"))
        elif self._life is _Life.OPEN:
            if self._pump is not None and not self._pump.closed_by_peer:
                self._error = ConnectionLost("the peer hung up without TLS close_notify")
            self._say_goodbye()
        if self._transport is not None:
            self._transport.close()
        return True

    def pause_writing(self) -> None:
        """The system does not take all that is written."""
        self._backlog = True
        if self._events is not None and self._life is _Life.OPEN:
            self._events.pause_writing()

    def resume_writing(self) -> None:
        """The system has taken all that was written."""
        self._backlog = False
        if self._life is _Life.CLOSING:
            self._send_fin()
        elif self._events is not None and self._life is _Life.OPEN:
            self._events.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is closed."""
        self._life = _Life.CLOSED
        self._drop_unsent()
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None
        error = self._error or lost(exc)
        if self._handshake is not None and not self._handshake.done():
            self._handshake.set_exception(
                error or ConnectionLost("the connection was closed during the handshake")
            )
        self._error = error
        events, self._events = self._events, None
        if events is not None:
            events.connection_lost(error)

    # -- inside ------------------------------------------------------------------------------

    def flush(self) -> None:
        """Send what is queued; never raises."""
        transport = self._transport
        if not self._pending or transport is None:
            return
        if self._handshake is not None or self._held is not None:
            return  # goes out encrypted, after the handshake
        pending, self._pending, self._pending_size = self._pending, [], 0
        data = pending[0] if len(pending) == 1 else b"".join(pending)
        if self._pump is not None:
            try:
                data = self._pump.send(data)
            except TlsError as error:
                self._break(error)
                return
        if transport.is_closing():
            self._stuck = True
        transport.write(data)

    def _deliver(self, data: bytes) -> None:
        if data and self._events is not None and self._life is _Life.OPEN:
            self._events.data_received(data)

    def _decrypt(self, data: memoryview | bytearray) -> None:
        pump = self._pump
        assert pump is not None
        try:
            plain = pump.receive(data, self._shared.scratch)
        except TlsError as error:
            self._break(error)
            return
        self._send_outgoing()
        if not self._session_kept:
            self._session_kept = pump.keep_session()
        self._deliver(plain)
        if pump.closed_by_peer and self._life is _Life.OPEN:
            self._say_goodbye()
            if self._transport is not None:
                self._transport.close()

    def _advance_handshake(self, data: memoryview | bytes) -> None:
        handshake, pump = self._handshake, self._pump
        assert handshake is not None
        assert pump is not None
        try:
            rest = pump.handshake(data)
        except TlsError as error:
            self._send_outgoing()  # the alert tells the peer why
            if not handshake.done():
                handshake.set_exception(error)
            return
        self._send_outgoing()
        if rest is not None and not handshake.done():
            self._held = bytearray(rest)
            handshake.set_result(None)

    def _send_outgoing(self) -> None:
        if self._pump is not None and self._transport is not None:
            data = self._pump.outgoing()
            if data:
                self._transport.write(data)

    def _after_handshake(self) -> None:
        held, self._held = self._held, None
        if self._life is _Life.OPEN and held is not None:
            self._decrypt(held)
            self.flush()

    def _say_goodbye(self) -> None:
        """Flush, send close_notify, start the deadline."""
        self.flush()
        self._life = _Life.CLOSING
        if self._pump is not None and self._transport is not None:
            self._transport.write(self._pump.close_notify())
        self._close_timer = self._loop.call_later(CLOSE_TIMEOUT_S, self._give_up)

    def _send_fin(self) -> None:
        """Half-close. Not before all is written: asyncio would then do it where errors escape."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        try:
            transport.write_eof()
        except OSError:  # the peer has reset the connection, and we have not been told yet
            transport.abort()

    def _give_up(self) -> None:
        """The deadline of a clean close: what is still unsent is lost, and that is an error."""
        if self.unsent:
            self._error = ConnectionLost(f"closed with {self.unsent} bytes the peer did not read")
        self.abort()

    def _break(self, error: NetError) -> NetError:
        """Remember why, send OpenSSL's alert if there is one, drop the connection."""
        if self._error is None:
            self._error = error
        self._send_outgoing()
        self.abort()
        return error

    def __repr__(self) -> str:
        secure = " TLS" if self._tls is not None else ""
        return f"<StreamConnection {self.peer}{secure} {self._life.value}>"
