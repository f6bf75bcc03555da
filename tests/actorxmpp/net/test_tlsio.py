"""The pump alone: two of them talk to each other, a byte at a time."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import pytest

from actorxmpp.net.errors import TlsCheck, TlsError
from actorxmpp.net.tls import PolicyContext, ServerContext
from actorxmpp.net.tlsio import SCRATCH, SLICE, TlsPump, translate

from .conftest import Trust
from .harness import run

SCRATCH_BUFFER = memoryview(bytearray(SCRATCH))


@dataclass
class Pumps:
    client: TlsPump
    server: TlsPump

    def shake(self, step: int) -> None:
        """The handshake, `step` bytes at a time."""
        done = {"client": self.client.handshake() is not None, "server": False}
        ends = {"client": self.client, "server": self.server}
        for _ in range(10):
            for sender, receiver in (("client", "server"), ("server", "client")):
                data = ends[sender].outgoing()
                for start in range(0, len(data), step):
                    piece = data[start : start + step]
                    if done[receiver]:
                        ends[receiver].receive(piece, SCRATCH_BUFFER)
                        continue
                    rest = ends[receiver].handshake(piece)
                    if rest is not None:
                        done[receiver] = True
                        ends[receiver].receive(rest, SCRATCH_BUFFER)
            if all(done.values()):
                return
        raise AssertionError("the handshake does not end")


def contexts(trust: Trust) -> tuple[PolicyContext, ServerContext]:
    async def main() -> tuple[PolicyContext, ServerContext]:
        return await trust.client(), await trust.serving()

    return run(main)


def pumps(trust: Trust, step: int = 1) -> Pumps:
    client, server = contexts(trust)
    made = Pumps(TlsPump(client, "localhost"), TlsPump(server, None, server_side=True))
    made.shake(step)
    made.client.finish()
    made.server.finish()
    return made


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_handshake_and_data_in_pieces_of_any_size(trust: Trust, step: int) -> None:
    made = pumps(trust, step)
    wire = made.client.send(b"hello") + made.client.send(b"world" * 10)
    got = b"".join(
        made.server.receive(wire[start : start + step], SCRATCH_BUFFER)
        for start in range(0, len(wire), step)
    )
    assert got == b"hello" + b"world" * 10


@pytest.mark.parametrize("size", [0, 1, SLICE - 1, SLICE, SLICE + 1, SCRATCH + 1, 1_000_000])
def test_messages_of_any_size(trust: Trust, size: int) -> None:
    made = pumps(trust, 100_000)
    data = bytes(range(256)) * (size // 256 + 1)
    wire = made.server.send(data[:size])
    assert made.client.receive(wire, SCRATCH_BUFFER) == data[:size]
    assert made.client.outgoing() == b""


def test_goodbye(trust: Trust) -> None:
    made = pumps(trust, 100_000)
    wire = made.client.send(b"last") + made.client.close_notify()
    assert made.server.receive(wire, SCRATCH_BUFFER) == b"last"
    assert made.server.closed_by_peer
    assert made.server.close_notify() != b""
    assert made.server.close_notify() == b""  # once is enough, and harmless


def test_a_large_message_leaves_no_large_buffers(trust: Trust) -> None:
    made = pumps(trust, 100_000)
    pieces = [made.server._out.pending, made.client._in.pending]
    largest = 0
    for start in range(0, 200_000, 50_000):
        wire = made.server.send(b"x" * 50_000)
        largest = max(largest, len(wire))
        made.client.receive(wire, SCRATCH_BUFFER)
        pieces += [made.server._out.pending, made.client._in.pending]
        assert start < 200_000
    assert max(pieces) <= SLICE
    assert largest > 50_000


def test_garbage_is_a_typed_error(trust: Trust) -> None:
    made = pumps(trust, 100_000)
    with pytest.raises(TlsError) as caught:
        made.client.receive(b"<message/>" * 10, SCRATCH_BUFFER)
    assert caught.value.check is TlsCheck.PROTOCOL
    assert isinstance(caught.value.__cause__, ssl.SSLError)


def test_garbage_instead_of_a_handshake(trust: Trust) -> None:
    client, _ = contexts(trust)
    pump = TlsPump(client, "localhost")
    pump.handshake()
    with pytest.raises(TlsError) as caught:
        pump.handshake(b"HTTP/1.1 400 Bad Request\r\n")
    assert caught.value.check is TlsCheck.PROTOCOL


def test_unknown_failures_still_have_words() -> None:
    error = translate(ssl.SSLError(1, ""), None)
    assert error.check is TlsCheck.PROTOCOL
    assert error.reason.startswith("TLS failed: ")
    assert "middle of a record" in translate(ssl.SSLEOFError(8, "EOF"), None).reason
