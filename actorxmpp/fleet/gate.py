"""The connect gate: how fast and how many at once a fleet may open connections.

After a server restart thousands of sessions want to connect in the same second. The gate lets them
through at a rate (a token bucket for the whole process) and keeps the number of unfinished logins
towards one domain below a limit, since a TLS handshake costs the server and us the most CPU of all.

Where it stands: a transport awaits :meth:`ConnectGate.acquire` before it dials and calls
:meth:`ConnectGate.release` when the login is over, well or badly.

Rules of this file:

- Fair: first come, first served within a domain; domains with room take turns, so that a domain
  that does not answer holds up nobody else.
- Cancel-safe: a waiter that is cancelled leaves no trace; if it had been let through already, its
  place and its token go to the next.
- Bounded: at most ``max_waiting`` wait; the next one gets ``GateFull``.
- Self-healing: a place nobody gave back (its holder crashed) is free again after ``lease`` seconds.
- Constant cost for each call, however many wait.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from actorxmpp.fleet.errors import GateFull
from supervisors.clock import LoopClock

if TYPE_CHECKING:
    from supervisors.clock import Clock, TimerHandle

__all__ = ["ConnectGate"]

DEFAULT_RATE = 50.0
"""New connections a second: a server of two cores does some 100 TLS handshakes with SCRAM."""

DEFAULT_BURST = 10
"""Connections let through at once after a quiet time."""

DEFAULT_HANDSHAKES = 100
"""Unfinished logins towards one domain; beyond that each only makes the others slower."""

MAX_WAITING = 100_000
"""Callers that may wait: as many as the biggest fleet has sessions."""

LEASE = 120.0
"""Seconds after which a place is taken back: longer than connecting and all steps may take."""

_ALMOST_ONE = 1.0 - 1e-9
"""A whole token, after the rounding of rate times time."""


class _Lane:
    """The waiters and the unfinished logins of one domain."""

    __slots__ = ("domain", "granted", "queued", "timer", "waiting")

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()
        self.granted: deque[float] = deque()
        """When each place in use was given, oldest first."""
        self.queued = False
        """Whether the lane stands in the gate's queue of lanes with something to do."""
        self.timer: TimerHandle | None = None
        """Set while the lane is full: when its oldest place expires."""


class ConnectGate:
    """A token bucket with a limit of logins under way for each domain.

    Belongs to one event loop: ``acquire`` and ``release`` are called on that loop only.

    Args:
        rate: New connections a second, over all domains.
        burst: Tokens the bucket holds; what may start at once after a quiet time.
        max_handshakes: Places between ``acquire`` and ``release`` for each domain.
        max_waiting: Callers that may wait at the same time.
        lease: Seconds after which a place that was not given back is free again.
        clock: Time and timers; by default those of the running loop (there must be one).

    Raises:
        ValueError: An argument is not positive.
    """

    __slots__ = (
        "_burst",
        "_clock",
        "_lanes",
        "_lease",
        "_max_handshakes",
        "_max_waiting",
        "_queue",
        "_rate",
        "_refilled_at",
        "_timer",
        "_tokens",
        "_waiting",
    )

    def __init__(
        self,
        *,
        rate: float = DEFAULT_RATE,
        burst: int = DEFAULT_BURST,
        max_handshakes: int = DEFAULT_HANDSHAKES,
        max_waiting: int = MAX_WAITING,
        lease: float = LEASE,
        clock: Clock | None = None,
    ) -> None:
        for name, value in (
            ("rate", rate),
            ("burst", burst),
            ("max_handshakes", max_handshakes),
            ("max_waiting", max_waiting),
            ("lease", lease),
        ):
            if not value > 0:
                raise ValueError(f"{name} must be more than 0, not {value}")
        self._rate = rate
        self._burst = burst
        self._max_handshakes = max_handshakes
        self._max_waiting = max_waiting
        self._lease = lease
        self._clock: Clock = LoopClock(asyncio.get_running_loop()) if clock is None else clock
        self._tokens = float(burst)
        self._refilled_at = self._clock.time()
        self._lanes: dict[str, _Lane] = {}
        self._queue: deque[_Lane] = deque()
        self._waiting = 0
        self._timer: TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Callers that wait now."""
        return self._waiting

    def handshakes(self, domain: str) -> int:
        """Places in use for ``domain``; a crashed holder's counts until its lease ends."""
        lane = self._lanes.get(domain)
        return len(lane.granted) if lane is not None else 0

    async def acquire(self, domain: str) -> None:
        """Wait until one more connection to ``domain`` may be made.

        Whoever comes back from here calls :meth:`release` once the login is over.

        Raises:
            GateFull: ``max_waiting`` callers wait already.
        """
        if self._waiting >= self._max_waiting:
            raise GateFull(f"{self._waiting} connections wait for the gate; that is its limit")
        lane = self._lanes.get(domain)
        if lane is None:
            lane = self._lanes[domain] = _Lane(domain)
        waiter = asyncio.get_running_loop().create_future()
        lane.waiting[waiter] = None
        self._waiting += 1
        self._line_up(lane)
        self._grant()
        try:
            await waiter
        except BaseException:
            self._give_up(lane, waiter)
            raise

    def release(self, domain: str) -> None:
        """Say that a login to ``domain`` is over, well or badly.

        A call without a place in use changes nothing: its lease has ended before.
        """
        lane = self._lanes.get(domain)
        if lane is None:
            return
        if lane.granted:
            # The newest is taken off, so that a place whose holder is gone grows old and expires.
            lane.granted.pop()
        self._line_up(lane)
        self._forget_if_idle(lane)
        self._grant()

    def _give_up(self, lane: _Lane, waiter: asyncio.Future[None]) -> None:
        """Undo what a waiter holds that will not go on: its place in the line, or what it got."""
        if waiter in lane.waiting:
            del lane.waiting[waiter]
            self._waiting -= 1
            self._forget_if_idle(lane)
        elif not waiter.cancelled():
            self._tokens = min(self._tokens + 1.0, float(self._burst))
            self.release(lane.domain)

    def _forget_if_idle(self, lane: _Lane) -> None:
        """Drop a lane nobody uses, so that domains seen once don't add up."""
        if lane.waiting or lane.granted or lane.queued:
            return
        if lane.timer is not None:
            lane.timer.cancel()
        del self._lanes[lane.domain]

    def _line_up(self, lane: _Lane) -> None:
        """Put a lane into the queue if somebody waits in it and it is not there already."""
        if lane.waiting and not lane.queued:
            lane.queued = True
            self._queue.append(lane)

    def _grant(self) -> None:
        """Let through whoever may go now, and see that this is called when the next one may."""
        now = self._clock.time()
        elapsed, self._refilled_at = now - self._refilled_at, now
        self._tokens = min(self._tokens + elapsed * self._rate, float(self._burst))
        while self._queue and self._tokens >= _ALMOST_ONE:
            lane = self._queue.popleft()
            lane.queued = False
            if not lane.waiting:
                self._forget_if_idle(lane)
            elif self._has_room(lane, now):
                self._let_through(lane, now)
                self._line_up(lane)
            elif lane.timer is None:
                oldest = lane.granted[0]
                lane.timer = self._clock.call_later(
                    oldest + self._lease - now, self._lease_ended, lane
                )
        if self._queue and self._timer is None:
            self._timer = self._clock.call_later((1.0 - self._tokens) / self._rate, self._refilled)

    def _let_through(self, lane: _Lane, now: float) -> None:
        """Give the first in the lane its token and its place."""
        waiter, _ = lane.waiting.popitem(last=False)
        self._waiting -= 1
        if waiter.cancelled():
            return  # its task has been cancelled and has not run since
        lane.granted.append(now)
        self._tokens = max(self._tokens - 1.0, 0.0)
        waiter.set_result(None)

    def _has_room(self, lane: _Lane, now: float) -> bool:
        """Whether the domain may have one more login under way; takes back what has expired."""
        while lane.granted and now - lane.granted[0] >= self._lease:
            lane.granted.popleft()
        return len(lane.granted) < self._max_handshakes

    def _refilled(self) -> None:
        """There is a token again."""
        self._timer = None
        self._grant()

    def _lease_ended(self, lane: _Lane) -> None:
        """The oldest place of a full lane has expired, or was given back meanwhile."""
        lane.timer = None
        self._line_up(lane)
        self._grant()
