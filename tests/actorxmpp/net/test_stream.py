"""What every kind of connection does: the same tests over TCP and in memory."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import struct
import weakref

import pytest

from actorxmpp.net import tls
from actorxmpp.net.connection import Connection
from actorxmpp.net.errors import (
    ConnectionClosed,
    ConnectionLost,
    NetError,
    TlsCheck,
    TlsError,
    WriteBufferFull,
)
from actorxmpp.net.stream import CLOSE_TIMEOUT_S, MAX_UNSENT, READ_BUFFER, LoopShared, shared
from actorxmpp.net.tls import TlsPolicy

from .certificates import issue
from .conftest import Trust
from .harness import Ends, Joined, move_clock, over_tcp, run, turns, until

BIG = 300_000


async def with_tls(ends: Ends, trust: Trust) -> Ends:
    await ends.start_tls(await trust.client(), await trust.serving())
    return ends


async def end(ends: Ends) -> None:
    ends.client.abort()
    ends.server.abort()
    await ends.over()


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def secure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


# -- data --------------------------------------------------------------------------------------


def test_bytes_arrive_in_order_both_ways(joined: Joined, secure: bool, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        if secure:
            await with_tls(ends, trust)
        data = bytes(range(256)) * (BIG // 256)
        for start in range(0, len(data), 777):
            ends.client.write(data[start : start + 777])
        ends.server.write(b"and back")
        await until(lambda: len(ends.server_events.data) >= len(data))
        await until(lambda: len(ends.client_events.data) >= 8)
        assert ends.server_events.data == data
        assert ends.client_events.data == b"and back"
        await end(ends)

    run(main)


def test_the_writes_of_one_turn_leave_together(joined: Joined, secure: bool, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        if secure:
            await with_tls(ends, trust)
        before = ends.server_events.reads
        for index in range(50):
            ends.client.write(b"%d " % index)
        await until(lambda: ends.server_events.data.endswith(b"49 "))
        assert ends.server_events.reads == before + 1
        await end(ends)

    run(main)


def test_it_is_a_connection(joined: Joined) -> None:
    async def main() -> None:
        ends = await joined()
        connection: Connection = ends.client
        assert connection.peer.startswith(("127.0.0.1:", "memory:"))
        assert connection.tls is None
        assert connection.peer in repr(connection)
        assert not hasattr(connection, "__dict__") or not vars(connection)
        await end(ends)

    run(main)


def test_reading_can_be_paused(joined: Joined, secure: bool, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        if secure:
            await with_tls(ends, trust)
        ends.server.pause_reading()
        ends.client.write(b"wait")
        await turns()
        assert ends.server_events.data == b""
        ends.server.resume_reading()
        await until(lambda: ends.server_events.data == b"wait")
        await end(ends)

    run(main)


def test_a_peer_that_does_not_read_pauses_the_writer(
    joined: Joined, secure: bool, trust: Trust
) -> None:
    async def main() -> None:
        ends = await joined()
        if secure:
            await with_tls(ends, trust)
        ends.server.pause_reading()
        sent = 0
        while not ends.client_events.calls:
            ends.client.write(b"x" * 60_000)
            sent += 60_000
            await asyncio.sleep(0)
        assert ends.client_events.calls == ["pause"]
        ends.server.resume_reading()
        await until(lambda: len(ends.server_events.data) == sent)
        assert ends.client_events.calls == ["pause", "resume"]
        await end(ends)

    run(main)


def test_beyond_the_limit_a_write_is_refused_whole(joined: Joined) -> None:
    async def main() -> None:
        ends = await joined()
        ends.server.pause_reading()
        piece = b"x" * 100_000
        while ends.client.unsent + len(piece) <= MAX_UNSENT:
            ends.client.write(piece)
        before = ends.client.unsent
        with pytest.raises(WriteBufferFull):
            ends.client.write(piece)
        assert ends.client.unsent == before
        await end(ends)

    run(main)


# -- the end -----------------------------------------------------------------------------------


def test_close_delivers_the_last_words(joined: Joined, secure: bool, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        if secure:
            await with_tls(ends, trust)
        ends.server.write(b"unread by the client" * 100)
        ends.client.write(b"x" * BIG + b"last words")
        ends.client.close()
        await ends.over()
        assert len(ends.server_events.data) == BIG + 10
        assert ends.server_events.data.endswith(b"last words")
        assert ends.client_events.lost == [None]
        assert ends.server_events.lost == [None]

    run(main)


def test_closing_twice_and_both_at_once(joined: Joined, secure: bool, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        if secure:
            await with_tls(ends, trust)
        ends.client.close()
        ends.server.close()
        ends.client.close()
        await ends.over()
        ends.client.close()
        ends.client.abort()
        await turns()
        assert (ends.client_events.lost, ends.server_events.lost) == ([None], [None])

    run(main)


def test_after_close_nothing_is_written_and_nothing_told(joined: Joined) -> None:
    async def main() -> None:
        ends = await joined()
        ends.client.close()
        with pytest.raises(ConnectionClosed):
            ends.client.write(b"late")
        ends.server.write(b"too late")
        await ends.over()
        assert ends.client_events.data == b""
        with pytest.raises(ConnectionClosed):
            ends.client.write(b"much later")

    run(main)


def test_a_peer_that_never_reads_can_not_hold_up_a_close(joined: Joined) -> None:
    async def main() -> None:
        ends = await joined()
        ends.server.pause_reading()
        while not ends.client_events.calls:
            ends.client.write(b"x" * 60_000)
            await asyncio.sleep(0)
        ends.client.close()
        await turns()
        assert ends.client_events.lost == []
        move_clock(CLOSE_TIMEOUT_S + 1)
        await until(lambda: ends.client_events.lost)
        (error,) = ends.client_events.lost
        assert isinstance(error, ConnectionLost)
        assert "bytes" in str(error)
        await end(ends)

    run(main)


def test_abort_is_seen_as_a_loss_on_the_other_side(joined: Joined) -> None:
    async def main() -> None:
        ends = await joined()
        ends.server.write(b"never read")
        await turns()
        ends.client.pause_reading()
        ends.client.abort()
        await ends.over()
        assert ends.client_events.lost == [None]
        assert len(ends.server_events.lost) == 1

    run(main)


def test_a_peer_that_hangs_up_without_close_notify(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await with_tls(await joined(), trust)
        ends.client._pump = None  # it forgets to say goodbye
        ends.client.close()
        await ends.over()
        (error,) = ends.server_events.lost
        assert isinstance(error, ConnectionLost)
        assert "close_notify" in str(error)

    run(main)


# -- TLS ---------------------------------------------------------------------------------------


def test_what_was_agreed(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        info, other = await ends.start_tls(await trust.client(), await trust.serving())
        assert info is ends.client.tls
        assert (info.version, info.cipher) == (other.version, other.cipher)
        assert info.version == "TLSv1.3"
        assert info.server_name == "localhost"
        assert info.peer_certificate == trust.server.der
        assert other.peer_certificate is None
        assert info.server_end_point == other.server_end_point
        assert info.server_end_point is not None
        await end(ends)

    run(main)


def test_what_was_written_before_goes_in_the_clear_first(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        client_context, server_context = await trust.client(), await trust.serving()
        ends.server.write(b"<proceed/>")
        accepting = asyncio.ensure_future(ends.server.start_tls(server_context, server_side=True))
        await until(lambda: ends.client_events.data == b"<proceed/>")
        shaking = asyncio.ensure_future(ends.client.start_tls(client_context, "localhost"))
        await turns(2)
        ends.client.write(b"secret")  # in the middle of the handshake
        await asyncio.gather(accepting, shaking)
        await until(lambda: ends.server_events.data == b"secret")
        await end(ends)

    run(main)


def test_data_that_follows_the_handshake_at_once_waits_for_its_caller(
    joined: Joined, trust: Trust
) -> None:
    async def main() -> None:
        ends = await joined()
        client_context, server_context = await trust.client(), await trust.serving()
        seen: list[bytes] = []

        async def accept() -> None:
            await ends.server.start_tls(server_context, server_side=True)
            seen.append(bytes(ends.server_events.data))

        async def ask() -> None:
            shaking = asyncio.ensure_future(ends.client.start_tls(client_context, "localhost"))
            await turns(1)
            ends.client.write(b"header")
            await shaking

        await asyncio.gather(accept(), ask())
        await until(lambda: ends.server_events.data)
        assert (seen, bytes(ends.server_events.data)) == ([b""], b"header")
        await end(ends)

    run(main)


def test_a_session_is_taken_up_again(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        context, server_context = await trust.client(), await trust.serving()
        seen, bindings = [], set()
        for _ in range(3):
            ends = await joined()
            info, _other = await ends.start_tls(context, server_context)
            ends.server.write(b"the ticket comes along")
            await until(lambda ends=ends: ends.client_events.data)
            seen.append(info.resumed)
            bindings.add(info.server_end_point)
            ends.client.close()
            await ends.over()
        assert seen == [False, True, True]
        assert len(bindings) == 1
        assert len(context.sessions) == 1

    run(main)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_channel_bindings(joined: Joined, trust: Trust, version: str) -> None:
    async def main() -> None:
        policy = TlsPolicy(ca_file=trust.ca_file, pins=frozenset({trust.server.pin}))
        context = await trust.client(policy)
        context.maximum_version = ssl.TLSVersion[version]
        for _ in range(2):
            ends = await joined()
            info, other = await ends.start_tls(context, await trust.serving())
            assert not info.resumed  # a server with tls-unique is not resumed
            for kind in ("tls-unique", "tls-server-end-point"):
                assert info.channel_binding(kind) == other.channel_binding(kind)
                assert info.channel_binding(kind)
            assert info.channel_binding("tls-exporter") is None
            assert ("tls-unique" in info.binding_types) is (version == "TLSv1_2")
            await end(ends)
        context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
        tls.forget_contexts()

    run(main)


def test_a_session_is_not_used_for_another_name(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        context, server_context = await trust.client(), await trust.serving()
        ends = await with_tls(await joined(), trust)
        ends.server.write(b"x")
        await until(lambda: len(context.sessions))
        await end(ends)
        ends = await joined()
        with pytest.raises(TlsError) as caught:
            await ends.start_tls(context, server_context, "example.org")
        assert caught.value.check is TlsCheck.HOSTNAME
        await ends.over()

    run(main)


def test_a_ticket_the_server_forgot_costs_nothing(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        context = await trust.client()
        for _ in range(2):
            ends = await joined()
            info, _ = await ends.start_tls(context, await trust.serving())  # new ticket keys
            assert not info.resumed
            ends.server.write(b"x")
            await until(lambda ends=ends: ends.client_events.data)
            await end(ends)
        assert len(context.sessions) == 1

    run(main)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (TlsCheck.EXPIRED, "has expired"),
        (TlsCheck.NOT_YET_VALID, "not valid yet"),
        (TlsCheck.SELF_SIGNED, "self-signed"),
        (TlsCheck.UNKNOWN_ISSUER, "issuer"),
        (TlsCheck.HOSTNAME, "another host name"),
    ],
    ids=lambda value: value.value if isinstance(value, TlsCheck) else "",
)
def test_a_bad_certificate_is_refused_with_its_reason(
    joined: Joined, trust: Trust, check: TlsCheck, words: str
) -> None:
    made = {
        TlsCheck.EXPIRED: lambda: issue("localhost", trust.authority, starts=-3, ends=-1),
        TlsCheck.NOT_YET_VALID: lambda: issue("localhost", trust.authority, starts=1, ends=2),
        TlsCheck.SELF_SIGNED: lambda: issue("localhost"),
        TlsCheck.UNKNOWN_ISSUER: lambda: issue("localhost", issue("Other CA", is_ca=True)),
        TlsCheck.HOSTNAME: lambda: issue("example.org", trust.authority),
    }

    async def main() -> None:
        ends = await joined()
        with pytest.raises(TlsError, match=words) as caught:
            await ends.start_tls(await trust.client(), await trust.serving(made[check]()))
        assert caught.value.check is check
        assert "localhost" in caught.value.reason
        await ends.over()
        assert ends.client_events.lost == [caught.value]
        assert isinstance(ends.server_events.lost[0], NetError)
        assert ends.server_events.data == b""

    run(main)


def test_insecure_by_name(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        context = await trust.client(TlsPolicy.insecure())
        await ends.start_tls(context, await trust.serving(issue("example.org")))
        await ends.send(b"hello")
        await end(ends)

    run(main)


@pytest.mark.parametrize("chain", [False, True], ids=["pin alone", "pin and chain"])
@pytest.mark.parametrize("fits", [False, True], ids=["wrong key", "right key"])
def test_pinned_keys(joined: Joined, trust: Trust, chain: bool, fits: bool) -> None:
    async def main() -> None:
        server = issue("localhost", trust.authority if chain else None)
        pin = server.pin if fits else issue("localhost").pin
        policy = TlsPolicy(pins=frozenset({pin}), ca_file=trust.ca_file if chain else None)
        context = await trust.client(policy)
        for _ in range(2):  # the second time by a resumed session
            ends = await joined()
            if fits:
                await ends.start_tls(context, await trust.serving(server))
                await ends.send(b"hello")
                await end(ends)
            else:
                with pytest.raises(TlsError, match="pinned") as caught:
                    await ends.start_tls(context, await trust.serving(server))
                assert caught.value.check is TlsCheck.PIN
                await ends.over()
                assert len(context.sessions) == 0

    run(main)


def test_a_pin_does_not_replace_a_chain_that_was_asked_for(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        server = issue("localhost")
        policy = TlsPolicy(pins=frozenset({server.pin}), ca_file=trust.ca_file)
        ends = await joined()
        with pytest.raises(TlsError) as caught:
            await ends.start_tls(await trust.client(policy), await trust.serving(server))
        assert caught.value.check is TlsCheck.SELF_SIGNED
        await ends.over()

    run(main)


def test_a_peer_that_speaks_no_tls(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        shaking = asyncio.ensure_future(ends.client.start_tls(await trust.client(), "localhost"))
        ends.server.write(b"<stream:error/>" * 10)
        with pytest.raises(TlsError) as caught:
            await shaking
        assert caught.value.check is TlsCheck.PROTOCOL
        await ends.over()

    run(main)


def test_a_peer_that_never_answers_the_handshake(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        shaking = asyncio.ensure_future(
            ends.client.start_tls(await trust.client(), "localhost", timeout=30)
        )
        await turns()
        move_clock(31)
        with pytest.raises(TlsError, match="30 s") as caught:
            await shaking
        assert caught.value.check is TlsCheck.TIMEOUT
        await ends.over()

    run(main)


@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_peer_that_hangs_up_during_the_handshake(joined: Joined, trust: Trust, how: str) -> None:
    async def main() -> None:
        ends = await joined()
        shaking = asyncio.ensure_future(ends.client.start_tls(await trust.client(), "localhost"))
        await turns(2)
        getattr(ends.server, how)()
        with pytest.raises(NetError):
            await shaking
        await ends.over()
        assert len(ends.client_events.lost) == 1

    run(main)


@pytest.mark.parametrize("how", ["close", "abort", "cancel"])
def test_giving_up_during_the_handshake(joined: Joined, trust: Trust, how: str) -> None:
    async def main() -> None:
        ends = await joined()
        shaking = asyncio.ensure_future(ends.client.start_tls(await trust.client(), "localhost"))
        await turns(2)
        getattr(shaking if how == "cancel" else ends.client, how)()
        with pytest.raises((NetError, asyncio.CancelledError)):
            await shaking
        await ends.over()
        assert len(ends.client_events.lost) == 1

    run(main)


def test_a_broken_record_ends_the_connection(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await with_tls(await joined(), trust)
        assert ends.client._transport is not None
        ends.client._transport.write(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)
        await ends.over()
        (error,) = ends.server_events.lost
        assert isinstance(error, TlsError)
        assert error.check is TlsCheck.PROTOCOL

    run(main)


def test_tls_is_started_once(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await with_tls(await joined(), trust)
        with pytest.raises(TlsError, match="before"):
            await ends.client.start_tls(await trust.client(), "localhost")
        await end(ends)
        with pytest.raises(NetError):
            await ends.client.start_tls(await trust.client(), "localhost")

    run(main)


def test_a_name_that_tls_can_not_take(joined: Joined, trust: Trust) -> None:
    async def main() -> None:
        ends = await joined()
        with pytest.raises(TlsError) as caught:
            await ends.client.start_tls(await trust.client(), "." + "x" * 300)
        assert caught.value.check is TlsCheck.CONFIGURATION
        await end(ends)

    run(main)


def test_closing_after_a_reset_nobody_has_told_us_about() -> None:
    async def main() -> None:
        ends = await over_tcp()
        assert ends.server._transport is not None
        sock = ends.server._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ends.client.pause_reading()
        ends.server.abort()  # sends RST, which the client does not read
        await until(lambda: ends.server_events.lost)
        await turns()
        ends.client.close()
        await ends.over()
        assert len(ends.client_events.lost) == 1

    run(main)


# what the connections of a loop share


class Counting:
    def __init__(self, shared_: LoopShared) -> None:
        self.flushed = 0
        self._shared = shared_

    def flush(self) -> None:
        self.flushed += 1


def test_each_asked_for_is_flushed_once_in_the_next_turn() -> None:
    async def main() -> None:
        mine = shared(asyncio.get_running_loop())
        one, two = Counting(mine), Counting(mine)
        mine.flush_soon(one)  # type: ignore[arg-type]  # all that is used of a connection
        mine.flush_soon(two)  # type: ignore[arg-type]  # the same
        assert (one.flushed, two.flushed) == (0, 0)
        await turns(2)
        assert (one.flushed, two.flushed) == (1, 1)
        mine.flush_soon(one)  # type: ignore[arg-type]  # all that is used of a connection
        await turns(2)
        assert (one.flushed, two.flushed) == (2, 1)

    run(main)


def test_one_per_loop_and_gone_with_it() -> None:
    async def main() -> LoopShared:
        mine = shared(asyncio.get_running_loop())
        assert shared(asyncio.get_running_loop()) is mine
        assert len(mine.read_buffer) == READ_BUFFER
        return mine

    first, second = run(main), run(main)
    assert first is not second
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
