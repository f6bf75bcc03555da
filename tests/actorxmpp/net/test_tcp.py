"""Connecting and listening; the rest of a connection's life is in test_stream."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest

from actorxmpp.net import dns, tcp
from actorxmpp.net.dns import Address
from actorxmpp.net.errors import ConnectFailed, NetError
from actorxmpp.net.stream import StreamConnection

from .harness import Recorder, move_clock, run, turns, until


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Hosts:
    """Names and addresses for a test, in place of DNS."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *ips: str) -> None:
        self._found = [Address(socket.AF_INET6 if ":" in ip else socket.AF_INET, ip) for ip in ips]
        monkeypatch.setattr(dns, "addresses", self.addresses)

    async def addresses(self, _host: str) -> Sequence[Address]:
        return self._found


class Silent:
    """Addresses that never answer: nothing of the kind can be had on the loopback interface."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *ips: str) -> None:
        self.tried: list[str] = []
        self.given_up: list[str] = []
        real = tcp._try

        async def attempt(address: Address, port: int, failures: list[str]) -> socket.socket:
            self.tried.append(address.ip)
            if address.ip not in ips:
                return await real(address, port, failures)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self.given_up.append(address.ip)
            raise AssertionError

        monkeypatch.setattr(tcp, "_try", attempt)


async def listener(accepted: list[StreamConnection]) -> tcp.Listener:
    def accept(connection: StreamConnection) -> Recorder:
        accepted.append(connection)
        return Recorder()

    return await tcp.serve("127.0.0.1", 0, accept)


def test_a_refused_connection_names_every_address() -> None:
    async def main() -> None:
        port = free_port()
        with pytest.raises(ConnectFailed) as caught:
            await tcp.connect("localhost", port, Recorder())
        assert len(caught.value.tried) == 2
        assert f"127.0.0.1:{port}: connection refused" in caught.value.tried
        assert f"[::1]:{port}" in str(caught.value)
        assert "localhost" in str(caught.value)

    run(main)


def test_a_name_that_does_not_exist() -> None:
    async def main() -> None:
        with pytest.raises(ConnectFailed, match=r"nowhere\.invalid"):
            await tcp.connect("nowhere.invalid", 5222, Recorder())
        dns.close_resolver()

    run(main)


def test_a_silent_address_does_not_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        Hosts(monkeypatch, "192.0.2.1", "127.0.0.1")
        silent = Silent(monkeypatch, "192.0.2.1")
        accepted: list[StreamConnection] = []
        listening = await listener(accepted)
        attempt = asyncio.ensure_future(tcp.connect("host", listening.port, Recorder()))
        await turns()
        assert silent.tried == ["192.0.2.1"]
        move_clock(tcp.HEAD_START_S + 0.1)
        connection = await attempt
        assert silent.given_up == ["192.0.2.1"]
        connection.abort()
        listening.close()
        await until(lambda: accepted)
        accepted[0].abort()
        await turns()

    run(main)


def test_a_refused_address_is_followed_by_the_next_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        accepted: list[StreamConnection] = []
        listening = await listener(accepted)
        Hosts(monkeypatch, "::1", "127.0.0.1")  # it listens on one of them only
        connection = await tcp.connect("host", listening.port, Recorder())
        assert connection.peer == f"127.0.0.1:{listening.port}"
        connection.abort()
        listening.close()
        await until(lambda: accepted)
        accepted[0].abort()
        await turns()

    run(main)


def test_when_nobody_answers_the_deadline_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        Hosts(monkeypatch, "192.0.2.1", "192.0.2.2")
        silent = Silent(monkeypatch, "192.0.2.1", "192.0.2.2")
        attempt = asyncio.ensure_future(tcp.connect("host", 5222, Recorder(), timeout=30))
        await turns()
        move_clock(1)
        await until(lambda: len(silent.tried) == 2)
        move_clock(30)
        with pytest.raises(ConnectFailed, match="no answer in 30 s"):
            await attempt
        assert sorted(silent.given_up) == ["192.0.2.1", "192.0.2.2"]

    run(main)


def test_giving_up_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        Hosts(monkeypatch, "192.0.2.1", "192.0.2.2")
        silent = Silent(monkeypatch, "192.0.2.1", "192.0.2.2")
        attempt = asyncio.ensure_future(tcp.connect("host", 5222, Recorder()))
        await turns()
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        assert silent.given_up == ["192.0.2.1"]

    run(main)


def test_a_port_that_is_taken() -> None:
    async def main() -> None:
        listening = await listener([])
        assert listening.host == "127.0.0.1"
        with pytest.raises(NetError, match=f"127.0.0.1:{listening.port}"):
            await tcp.serve("127.0.0.1", listening.port, lambda _connection: Recorder())
        listening.close()

    run(main)


def test_no_descriptors_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> socket.socket:
        raise OSError(24, "Too many open files")

    async def main() -> None:
        Hosts(monkeypatch, "127.0.0.1")
        monkeypatch.setattr(tcp.socket, "socket", full)
        with pytest.raises(ConnectFailed, match="RLIMIT_NOFILE"):
            await tcp.connect("host", 5222, Recorder())
        monkeypatch.undo()

    run(main)


def test_a_socket_connected_to_itself_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    real = socket.socket

    def bound(family: int, kind: int) -> socket.socket:
        sock = real(family, kind)
        sock.bind(("127.0.0.1", port))
        return sock

    async def main() -> None:
        Hosts(monkeypatch, "127.0.0.1")
        monkeypatch.setattr(tcp.socket, "socket", bound)
        with pytest.raises(ConnectFailed, match="refused"):
            await tcp.connect("host", port, Recorder())
        monkeypatch.undo()

    run(main)
