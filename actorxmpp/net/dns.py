"""Names to addresses: SRV, A and AAAA records through aiodns, with one cache per loop.

Where it stands: the transport stage calls `resolve` to learn which hosts to try, `tcp.connect`
calls `addresses` for each.

Rules:

* Nothing blocks the loop. IP literals and `localhost` need no query; c-ares reads /etc/hosts.
* Answers are kept for their TTL, within `MIN_TTL_S` and `MAX_TTL_S`, failures for
  `FAILURE_TTL_S`; the cache is bounded. Sessions that ask for the same name at the same
  moment share one query.
* SRV is only a hint where to connect; the certificate is checked for the domain (RFC 6125).
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import socket
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import aiodns

from actorxmpp.net.errors import DnsError
from actorxmpp.net.srv import SrvRecord, Target, order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

__all__ = ["Address", "Resolver", "Target", "addresses", "close_resolver", "resolve"]

MIN_TTL_S: Final = 5.0
"""Even a TTL of 0 lets a fleet that reconnects at once share one query."""
MAX_TTL_S: Final = 3600.0
"""A wrong record with a week's TTL must not outlive the hour in which it was put right."""
FAILURE_TTL_S: Final = 5.0
"""Failures are remembered long enough for the sessions that asked together."""
MAX_ENTRIES: Final = 1024
"""Names remembered; a fleet meets a handful of servers."""
QUERY_TIMEOUT_S: Final = 5.0
"""Per try of one name server."""
TRIES: Final = 3

CLIENT_PORT: Final = 5222
_DIRECT: Final = {"xmpp-client": "xmpps-client", "xmpp-server": "xmpps-server"}
_PORTS: Final = {"xmpp-client": CLIENT_PORT, "xmpp-server": 5269}
_LOOPBACK: Final = ("127.0.0.1", "::1")
_NO_SUCH_NAME: Final = frozenset({aiodns.error.ARES_ENOTFOUND, aiodns.error.ARES_ENODATA})


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address to connect to."""

    family: socket.AddressFamily
    ip: str


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Any
    error: DnsError | None
    expires: float


_Query: TypeAlias = "Callable[[], Awaitable[tuple[Any, float]]]"


class Resolver:
    """One loop's resolver and cache.

    Args:
        nameservers: Ask these instead of the system's, for instance `["127.0.0.1:5353"]`.
        rng: Draws among SRV records of one priority.
    """

    def __init__(
        self, nameservers: list[str] | None = None, *, rng: random.Random | None = None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._rng = rng or random.Random()
        self._nameservers = nameservers
        self._resolver: aiodns.DNSResolver | None = None
        self._answers: OrderedDict[tuple[str, str], _Answer] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[_Answer]] = {}

    async def resolve(self, domain: str, service: str = "xmpp-client") -> list[Target]:
        """Where to connect for a domain's service, in the order to try.

        Args:
            domain: The domain part of the JID.
            service: `"xmpp-client"` or `"xmpp-server"`.

        Returns:
            The targets of `_xmpps-…` and `_xmpp-…` records mixed (XEP-0368, 5); without any,
            the domain itself on the service's port (RFC 6120, 3.2.2).

        Raises:
            DnsError: If the domain says that it has no such service (a target of `.`).
        """
        fallback = [Target(domain, _PORTS.get(service, CLIENT_PORT))]
        if _literal(domain) is not None or _is_localhost(domain):
            return fallback
        name = _ascii(domain)
        plain, direct = await asyncio.gather(
            self._srv(f"_{service}._tcp.{name}", direct_tls=False),
            self._srv(f"_{_DIRECT.get(service, service)}._tcp.{name}", direct_tls=True),
        )
        records = [*plain, *direct]
        if not records:
            return fallback
        offered = [record for record in records if record.target.host]
        if not offered:
            raise DnsError(domain, f"the domain states that it has no {service}", final=True)
        return order(offered, self._rng)

    async def addresses(self, host: str) -> list[Address]:
        """The IP addresses of a host, IPv6 and IPv4 taking turns (RFC 8305, 4).

        Raises:
            DnsError: If there is none.
        """
        literal = _literal(host)
        if literal is not None:
            return [literal]
        if _is_localhost(host):
            return [_address(ip) for ip in _LOOPBACK]
        name = _ascii(host)
        answer = await self._ask(("host", name), lambda: self._query_host(name))
        found: list[Address] = answer
        return found

    def close(self) -> None:
        """Cancel what is under way and free the resolver's sockets."""
        for task in self._asking.values():
            task.cancel()
        if self._resolver is not None:
            self._resolver.cancel()
            self._resolver = None

    # -- inside ------------------------------------------------------------------------------

    async def _srv(self, name: str, *, direct_tls: bool) -> list[SrvRecord]:
        try:
            records: list[SrvRecord] = await self._ask(
                ("srv", name), lambda: self._query_srv(name, direct_tls)
            )
        except DnsError:
            return []  # no records, or no answer: the fallback still may work
        return records

    async def _ask(self, key: tuple[str, str], query: _Query) -> Any:
        answer = self._answers.get(key)
        if answer is None or self._loop.time() >= answer.expires:
            task = self._asking.get(key)
            if task is None:
                task = self._asking[key] = self._loop.create_task(self._run(key, query))
                task.add_done_callback(lambda _done: self._asking.pop(key, None))
            answer = await asyncio.shield(task)  # one that gives up must not stop the others
        if answer.error is not None:
            raise DnsError(answer.error.name, answer.error.args[0], final=answer.error.final)
        return answer.value

    async def _run(self, key: tuple[str, str], query: _Query) -> _Answer:
        try:
            value, ttl = await query()
            error = None
        except aiodns.error.DNSError as failure:
            value, ttl, error = None, FAILURE_TTL_S, _translate(key[1], failure)
        except DnsError as failure:
            value, ttl, error = None, FAILURE_TTL_S, failure
        ttl = min(max(ttl, MIN_TTL_S), MAX_TTL_S)
        answer = _Answer(value, error, self._loop.time() + ttl)
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > MAX_ENTRIES:
            self._answers.popitem(last=False)
        return answer

    def _ares(self) -> aiodns.DNSResolver:
        if self._resolver is None:
            self._resolver = aiodns.DNSResolver(
                self._nameservers, loop=self._loop, timeout=QUERY_TIMEOUT_S, tries=TRIES
            )
        return self._resolver

    async def _query_srv(self, name: str, direct_tls: bool) -> tuple[list[SrvRecord], float]:
        result = await self._ares().query_dns(name, "SRV")
        records, ttl = [], MAX_TTL_S
        for record in result.answer:
            data: Any = record.data
            if not hasattr(data, "weight"):
                continue  # a CNAME on the way
            host = data.target.rstrip(".")
            target = Target(host, data.port, direct_tls)
            records.append(SrvRecord(data.priority, data.weight, target))
            ttl = min(ttl, float(record.ttl))
        return records, ttl

    async def _query_host(self, name: str) -> tuple[list[Address], float]:
        result = await self._ares().getaddrinfo(name, type=socket.SOCK_STREAM)
        found, ttl = [], MAX_TTL_S
        for node in result.nodes:
            ip = node.addr[0]
            found.append(_address(ip.decode() if isinstance(ip, bytes) else ip))
            ttl = min(ttl, float(node.ttl))
        if not found:
            raise DnsError(name, "no address", final=True)
        return interleave(found), ttl


def interleave(found: list[Address]) -> list[Address]:
    """Let the two families take turns, beginning with that of the first address."""
    first = found[0].family
    one = [address for address in found if address.family == first]
    two = [address for address in found if address.family != first]
    mixed: list[Address] = []
    for index in range(max(len(one), len(two))):
        mixed.extend(one[index : index + 1])
        mixed.extend(two[index : index + 1])
    return mixed


def _translate(name: str, failure: aiodns.error.DNSError) -> DnsError:
    code = failure.args[0] if failure.args else 0
    reason = str(failure.args[1]) if len(failure.args) > 1 else str(failure)
    error = DnsError(name, reason, final=code in _NO_SUCH_NAME)
    error.__cause__ = failure
    return error


def _literal(host: str) -> Address | None:
    try:
        ip = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    return _address(str(ip))


def _address(ip: str) -> Address:
    return Address(socket.AF_INET6 if ":" in ip else socket.AF_INET, ip)


def _is_localhost(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")  # RFC 6761, 6.3


def _ascii(name: str) -> str:
    """The name as DNS wants it.

    Raises:
        DnsError: If it can't be a host name.
    """
    bare = name.rstrip(".")
    try:
        return bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError as error:
        raise DnsError(name, f"not a host name: {error}", final=True) from error


_resolvers: MutableMapping[asyncio.AbstractEventLoop, Resolver] = weakref.WeakKeyDictionary()


def _resolver() -> Resolver:
    loop = asyncio.get_running_loop()
    found = _resolvers.get(loop)
    if found is None:
        found = _resolvers[loop] = Resolver()
    return found


async def resolve(domain: str, service: str = "xmpp-client") -> list[Target]:
    """`Resolver.resolve` of this loop's own resolver."""
    return await _resolver().resolve(domain, service)


async def addresses(host: str) -> list[Address]:
    """`Resolver.addresses` of this loop's own resolver."""
    return await _resolver().addresses(host)


def close_resolver() -> None:
    """Free this loop's resolver; the next question makes a new one."""
    resolver = _resolvers.pop(asyncio.get_running_loop(), None)
    if resolver is not None:
        resolver.close()
