"""The two interfaces between the network and everything else.

Where it stands: `tcp` and `memory` make objects that satisfy `Connection`; the transport
stage and the embedded server are `ConnectionEvents`.

Rules for `ConnectionEvents`: all calls come on the loop's thread. `connection_lost` comes
exactly once, last, and also after `close` and `abort`. `pause_writing` and `resume_writing`
alternate, beginning with `pause_writing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ssl

    from actorxmpp.net.errors import NetError
    from actorxmpp.net.tls import TlsInfo


class ConnectionEvents(Protocol):
    """What a connection tells its owner."""

    def data_received(self, data: bytes) -> None:
        """Bytes arrived, decrypted if TLS is up: at most one call per read of the socket."""

    def connection_lost(self, error: NetError | None) -> None:
        """The connection is over. None: closed cleanly, by either side."""

    def pause_writing(self) -> None:
        """The peer reads too slowly: stop writing until `resume_writing`."""

    def resume_writing(self) -> None:
        """The backlog is gone: writing may go on."""


class Connection(Protocol):
    """A byte stream, plain or inside TLS."""

    @property
    def peer(self) -> str:
        """The other side's address, for logs."""

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS layer, once it is up."""

    def write(self, data: bytes) -> None:
        """Queue bytes; all writes of one loop turn leave together.

        Raises:
            ConnectionClosed: If the connection is closing or closed.
            WriteBufferFull: If too much is waiting already; nothing is taken then.
        """

    async def start_tls(
        self,
        context: ssl.SSLContext,
        server_name: str | None = None,
        *,
        server_side: bool = False,
        timeout: float = ...,
    ) -> TlsInfo:
        """Run the TLS handshake and encrypt everything from here on.

        What was written before leaves in the clear first. Decrypted data is delivered no
        earlier than the loop turn after this returns, so the caller can get ready for it.

        Args:
            context: From `tls.context_for` or `tls.server_context`.
            server_name: The name the peer's certificate must be valid for; client only.
            server_side: True for the accepting side.
            timeout: Seconds until the attempt is given up.

        Raises:
            TlsError: Naming the check that failed. The connection is aborted.
            ConnectionLost: If the connection broke meanwhile.
        """

    def pause_reading(self) -> None:
        """Stop reading the socket. Data already read may still be delivered once."""

    def resume_reading(self) -> None:
        """Read on."""

    def close(self) -> None:
        """Send what is queued, say goodbye (close_notify, FIN), then wait for the peer's.

        A deadline bounds the wait. Data that arrives from now on is dropped.
        """

    def flush(self) -> None:
        """Give to the system what was written in this turn of the loop; never raises."""

    def all_left(self) -> bool:
        """Whether all that was written has been given to the system; stays right after the end."""

    def abort(self) -> None:
        """Drop the connection at once; queued data is lost."""
