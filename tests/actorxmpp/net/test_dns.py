from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Coroutine
from typing import Any

import aiodns
import pytest

from actorxmpp.net import dns
from actorxmpp.net.dns import MAX_TTL_S, MIN_TTL_S, Address, Resolver, Target, interleave
from actorxmpp.net.errors import DnsError

from .harness import move_clock, run
from .nameserver import REFUSED, NameServer

RECORDS = {
    ("_xmpp-client._tcp.example.net", "SRV"): [
        "10 0 5222 a.example.net.",
        "20 0 80 b.example.net.",
    ],
    ("_xmpps-client._tcp.example.net", "SRV"): ["15 0 443 a.example.net."],
    ("a.example.net", "A"): ["192.0.2.1", "192.0.2.2"],
    ("a.example.net", "AAAA"): ["2001:db8::1"],
    ("four.example.net", "A"): ["192.0.2.4"],
    ("_xmpp-client._tcp.none.example", "SRV"): ["0 0 5222 ."],
    ("_xmpps-client._tcp.none.example", "SRV"): ["0 0 0 ."],
    ("_xmpp-client._tcp.half.example", "SRV"): ["0 0 0 ."],
    ("_xmpps-client._tcp.half.example", "SRV"): ["5 0 5223 a.example.net."],
    ("_xmpp-client._tcp.xn--bcher-kva.example", "SRV"): ["5 0 5222 a.example.net."],
    ("bare.example", "A"): ["192.0.2.9"],
}


class Forgetful(Resolver):
    """Uses c-ares anew for each question: it has a cache of its own, by the real clock."""

    def _ares(self) -> aiodns.DNSResolver:
        self._used = [*getattr(self, "_used", []), self._resolver]
        self._resolver = None
        return super()._ares()


def with_server(test: Any, *, ttl: int = 60, failing: int = 0) -> None:
    """Run `test(resolver, server)` against a name server of our own."""

    async def main() -> None:
        server = NameServer(RECORDS, ttl=ttl, failing=failing)
        address = await server.start()
        resolver = Forgetful([address], rng=random.Random(1))
        try:
            await test(resolver, server)
        finally:
            resolver.close()
            server.stop()

    run(main)


def test_both_services_are_mixed_by_priority() -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        assert await resolver.resolve("example.net") == [
            Target("a.example.net", 5222),
            Target("a.example.net", 443, direct_tls=True),
            Target("b.example.net", 80),
        ]

    with_server(test)


@pytest.mark.parametrize("domain", ["bare.example", "unknown.example"])
def test_without_records_the_domain_itself(domain: str) -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        assert await resolver.resolve(domain) == [Target(domain, 5222)]
        assert await resolver.resolve(domain, "xmpp-server") == [Target(domain, 5269)]

    with_server(test)


def test_a_domain_may_say_that_it_has_no_service() -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        with pytest.raises(DnsError, match="has no xmpp-client") as caught:
            await resolver.resolve("none.example")
        assert caught.value.final
        assert await resolver.resolve("half.example") == [Target("a.example.net", 5223, True)]

    with_server(test)


def test_a_server_that_does_not_answer_leaves_the_domain_itself() -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        assert await resolver.resolve("example.net") == [Target("example.net", 5222)]
        with pytest.raises(DnsError) as caught:
            await resolver.addresses("a.example.net")
        assert not caught.value.final
        assert caught.value.name == "a.example.net"

    with_server(test, failing=REFUSED)


def test_a_name_in_other_letters() -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        assert await resolver.resolve("b\u00fccher.example") == [Target("a.example.net", 5222)]
        with pytest.raises(DnsError, match="not a host name"):
            await resolver.resolve("b\u00fc" * 60 + ".example")

    with_server(test)


def test_both_families_take_turns() -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        found = await resolver.addresses("a.example.net")
        assert {address.ip for address in found} == {"192.0.2.1", "192.0.2.2", "2001:db8::1"}
        assert found[0].family != found[1].family
        assert [a.ip for a in await resolver.addresses("four.example.net")] == ["192.0.2.4"]

    with_server(test)


def test_an_unknown_host() -> None:
    async def test(resolver: Resolver, server: NameServer) -> None:
        for _ in range(2):
            with pytest.raises(DnsError) as caught:
                await resolver.addresses("nowhere.example")
            assert caught.value.final
        assert len({asked for asked in server.asked if asked[0] == "nowhere.example"}) <= 2

    with_server(test)


def test_sessions_that_ask_together_share_the_query() -> None:
    async def test(resolver: Resolver, server: NameServer) -> None:
        answers = await asyncio.gather(*[resolver.resolve("example.net") for _ in range(100)])
        assert all(len(answer) == 3 for answer in answers)
        await resolver.resolve("example.net")
        assert sorted(server.asked) == [
            ("_xmpp-client._tcp.example.net", "SRV"),
            ("_xmpps-client._tcp.example.net", "SRV"),
        ]

    with_server(test)


@pytest.mark.parametrize(("ttl", "kept_for"), [(60, 60.0), (0, MIN_TTL_S), (10_000_000, MAX_TTL_S)])
def test_answers_are_kept_for_their_time(ttl: int, kept_for: float) -> None:
    async def test(resolver: Resolver, server: NameServer) -> None:
        await resolver.resolve("example.net")
        asked = len(server.asked)
        move_clock(kept_for - 1)
        await resolver.resolve("example.net")
        assert len(server.asked) == asked
        move_clock(2)
        await resolver.resolve("example.net")
        assert len(server.asked) == 2 * asked

    with_server(test, ttl=ttl)


def test_one_that_gives_up_does_not_stop_the_others() -> None:
    async def test(resolver: Resolver, _server: NameServer) -> None:
        one = asyncio.ensure_future(resolver.resolve("example.net"))
        two = asyncio.ensure_future(resolver.resolve("example.net"))
        await asyncio.sleep(0)
        one.cancel()
        assert len(await two) == 3
        with pytest.raises(asyncio.CancelledError):
            await one

    with_server(test)


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "MAX_ENTRIES", 4)

    async def test(resolver: Resolver, _server: NameServer) -> None:
        for index in range(10):
            await resolver.resolve(f"d{index}.example")
        assert len(resolver._answers) == 4

    with_server(test)


def asked_of_the_real_one(question: Coroutine[Any, Any, Any]) -> Any:
    async def main() -> Any:
        try:
            return await question
        finally:
            dns.close_resolver()

    return run(main)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]"])
def test_a_literal_needs_no_query(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    expected = [Address(family, host.strip("[]"))]
    assert asked_of_the_real_one(dns.addresses(host)) == expected
    assert asked_of_the_real_one(dns.resolve(host)) == [Target(host, 5222)]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "server.localhost"])
def test_localhost_needs_no_query(host: str) -> None:
    found = asked_of_the_real_one(dns.addresses(host))
    assert [address.ip for address in found] == ["127.0.0.1", "::1"]
    assert asked_of_the_real_one(dns.resolve(host)) == [Target(host, 5222)]


def test_the_hosts_file_counts() -> None:
    name = socket.gethostname()
    try:
        known = {info[4][0] for info in socket.getaddrinfo(name, None)}
    except OSError:
        pytest.skip("this machine's own name is in no hosts file")
    found = asked_of_the_real_one(dns.addresses(name))
    assert {address.ip for address in found} <= known | {"127.0.0.1", "::1"}


def test_interleaving() -> None:
    four = [Address(socket.AF_INET, f"192.0.2.{n}") for n in range(3)]
    six = [Address(socket.AF_INET6, "2001:db8::1")]
    assert interleave(six + four) == [six[0], four[0], four[1], four[2]]
    assert interleave(four + six) == [four[0], six[0], four[1], four[2]]
