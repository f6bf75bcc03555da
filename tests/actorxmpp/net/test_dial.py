from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from actorxmpp.net import dns, tcp
from actorxmpp.net.dial import ATTEMPT_S, dial
from actorxmpp.net.dns import Target
from actorxmpp.net.errors import ConnectFailed, DnsError, TlsCheck, TlsError
from actorxmpp.net.stream import StreamConnection
from actorxmpp.net.tls import TlsPolicy

from .conftest import Trust
from .harness import Recorder, move_clock, run, turns, until
from .test_tcp import free_port


class Server:
    """A listener that may expect TLS at once."""

    def __init__(self, trust: Trust, *, direct_tls: bool = False) -> None:
        self._trust = trust
        self._direct = direct_tls
        self._tasks: list[asyncio.Task[object]] = []
        self.accepted: list[StreamConnection] = []
        self.events: list[Recorder] = []
        self.listener: tcp.Listener

    async def start(self) -> Server:
        self._context = await self._trust.serving()
        self.listener = await tcp.serve("127.0.0.1", 0, self._accept)
        return self

    def _accept(self, connection: StreamConnection) -> Recorder:
        self.accepted.append(connection)
        self.events.append(Recorder())
        if self._direct:
            shaking = connection.start_tls(self._context, server_side=True)
            self._tasks.append(asyncio.ensure_future(shaking))
        return self.events[-1]

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.listener.port, self._direct)

    async def stop(self) -> None:
        self.listener.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self.accepted:
            connection.abort()
        await until(lambda: all(events.lost for events in self.events))


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what DNS says about every domain."""

    def say(*targets: Target) -> None:
        async def resolve(_domain: str, _service: str) -> list[Target]:
            return list(targets)

        monkeypatch.setattr(dns, "resolve", resolve)

    return say


def dead() -> Target:
    return Target("127.0.0.1", free_port())


def test_a_server_by_address_asks_no_dns(trust: Trust) -> None:
    async def main() -> None:
        server = await Server(trust).start()
        events = Recorder()
        connection = await dial(events, "example.net", ("127.0.0.1", server.listener.port))
        assert connection.tls is None
        await server.stop()
        await until(lambda: events.lost)

    run(main)


def test_the_next_target_follows_one_that_refuses(
    trust: Trust, records: Callable[..., None]
) -> None:
    async def main() -> None:
        server = await Server(trust).start()
        records(dead(), server.target)
        events = Recorder()
        connection = await dial(events, "example.net")
        assert connection.peer == str(server.target)
        await server.stop()
        await until(lambda: events.lost)
        assert len(events.lost) == 1

    run(main)


def test_when_all_fail_all_are_named(records: Callable[..., None]) -> None:
    async def main() -> None:
        targets = [dead(), dead()]
        records(*targets)
        with pytest.raises(ConnectFailed, match=r"example\.net") as caught:
            await dial(Recorder(), "example.net")
        assert caught.value.tried == tuple(f"{target}: connection refused" for target in targets)

    run(main)


def test_direct_tls(trust: Trust, records: Callable[..., None]) -> None:
    async def main() -> None:
        server = await Server(trust, direct_tls=True).start()
        records(server.target)
        events = Recorder()
        connection = await dial(events, "localhost", policy=trust.policy)
        assert connection.tls is not None
        assert connection.tls.alpn == "xmpp-client"
        await until(lambda: server.accepted[0].tls)
        server.accepted[0].write(b"hello")
        await until(lambda: events.data == b"hello")
        await server.stop()
        await until(lambda: events.lost)

    run(main)


def test_without_a_policy_direct_tls_is_left_out(
    trust: Trust, records: Callable[..., None]
) -> None:
    async def main() -> None:
        server = await Server(trust).start()
        records(Target("127.0.0.1", free_port(), direct_tls=True), server.target)
        events = Recorder()
        connection = await dial(events, "localhost")
        assert connection.tls is None
        await server.stop()
        await until(lambda: events.lost)

    run(main)


def test_a_certificate_for_somebody_else_counts_more_than_silence(
    trust: Trust, records: Callable[..., None]
) -> None:
    async def main() -> None:
        server = await Server(trust, direct_tls=True).start()
        records(server.target, dead())
        events = Recorder()
        with pytest.raises(TlsError) as caught:
            await dial(events, "example.org", policy=trust.policy)
        assert caught.value.check is TlsCheck.HOSTNAME
        await server.stop()
        await turns()
        assert events.lost == []  # an attempt that failed tells its future owner nothing

    run(main)


def test_after_a_bad_certificate_the_next_target_may_do(
    trust: Trust, records: Callable[..., None]
) -> None:
    async def main() -> None:
        bad = await Server(trust, direct_tls=True).start()
        good = await Server(trust).start()
        records(bad.target, good.target)
        events = Recorder()
        connection = await dial(events, "example.org", policy=trust.policy)
        assert connection.peer == str(good.target)
        await bad.stop()
        await turns()
        assert events.lost == []
        await good.stop()
        await until(lambda: events.lost)

    run(main)


def test_a_silent_target_does_not_use_up_the_time(
    trust: Trust, records: Callable[..., None]
) -> None:
    async def main() -> None:
        silent, server = await Server(trust).start(), await Server(trust).start()
        records(Target("127.0.0.1", silent.listener.port, direct_tls=True), server.target)
        events = Recorder()
        dialing = asyncio.ensure_future(dial(events, "localhost", policy=trust.policy))
        await until(lambda: silent.accepted)
        await until(lambda: silent.events[0].data)  # it has our ClientHello, and says nothing
        move_clock(ATTEMPT_S + 1)
        connection = await dialing
        assert connection.peer == str(server.target)
        await silent.stop()
        await server.stop()
        await until(lambda: events.lost)

    run(main)


def test_one_deadline_for_all(trust: Trust, records: Callable[..., None]) -> None:
    async def main() -> None:
        silent = await Server(trust).start()
        records(Target("127.0.0.1", silent.listener.port, direct_tls=True))
        dialing = asyncio.ensure_future(
            dial(Recorder(), "localhost", timeout=7, policy=trust.policy)
        )
        await until(lambda: silent.events and silent.events[0].data)
        move_clock(8)
        with pytest.raises(ConnectFailed, match="no answer in 7 s"):
            await dialing
        await silent.stop()

    run(main)


def test_dns_errors_and_bad_files_are_net_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(domain: str, _service: str) -> list[Target]:
        raise DnsError(domain, "the domain states that it has no xmpp-client", final=True)

    monkeypatch.setattr(dns, "resolve", resolve)

    async def main() -> None:
        with pytest.raises(ConnectFailed, match="no xmpp-client"):
            await dial(Recorder(), "example.net")
        with pytest.raises(TlsError, match="/nowhere"):
            await dial(
                Recorder(),
                "example.net",
                ("127.0.0.1", 1),
                policy=TlsPolicy(ca_file="/nowhere/ca.pem"),
                direct_tls=True,
            )

    run(main)
