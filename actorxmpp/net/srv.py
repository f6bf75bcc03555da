"""Which server to try first: SRV records put in order (RFC 2782; XEP-0368 for mixing).

Where it stands: `dns.resolve` queries, this module decides.

Rules: pure; randomness comes in as an argument. Records for direct TLS and for STARTTLS are
one list: priorities and weights count across both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect.

    Attributes:
        host: A host name or an IP address.
        port: The TCP port.
        direct_tls: TLS starts at once; otherwise STARTTLS.
    """

    host: str
    port: int
    direct_tls: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" + (" (direct TLS)" if self.direct_tls else "")


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """One SRV record.

    Attributes:
        priority: Lower ones are tried first.
        weight: Within a priority, the share of first tries.
        target: Where it points.
    """

    priority: int
    weight: int
    target: Target


def order(records: Iterable[SrvRecord], rng: Random) -> list[Target]:
    """Put records in the order to try them: by priority, drawn by weight within one.

    Args:
        records: In any order; those with the target `.` are left out by the caller.
        rng: Where the randomness comes from.
    """
    by_priority: dict[int, list[SrvRecord]] = {}
    for record in records:
        by_priority.setdefault(record.priority, []).append(record)
    targets: list[Target] = []
    for priority in sorted(by_priority):
        targets.extend(_draw(by_priority[priority], rng))
    return targets


def _draw(records: list[SrvRecord], rng: Random) -> list[Target]:
    """RFC 2782's algorithm: records of weight 0 first, then a running sum against a draw."""
    waiting = sorted(records, key=lambda record: record.weight)
    drawn: list[Target] = []
    while waiting:
        mark = rng.randint(0, sum(record.weight for record in waiting))
        running = 0
        for index, record in enumerate(waiting):
            running += record.weight
            if running >= mark:
                drawn.append(waiting.pop(index).target)
                break
    return drawn
