"""How long to wait before the next connection attempt: exponential backoff with full jitter.

Where it stands: the transport stage asks for a delay after each failure; the fleet's gate
paces the attempts on top of that.

Rules: pure; the random numbers come in as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actorxmpp.protocol.errors import Decision

if TYPE_CHECKING:
    from random import Random

_MAX_EXPONENT = 64
"""Beyond this the cap has long been reached; `2.0 ** attempt` would overflow some day."""


@dataclass(frozen=True, slots=True)
class FullJitter:
    """Delays drawn evenly from zero to an exponentially growing, capped bound.

    Full jitter spreads the reconnects of a fleet whose server restarted; a delay that only
    wobbles around a common value would bring all of them back at the same moment.

    Attributes:
        base: The first bound, in seconds.
        cap: The largest bound, in seconds.
        factor: How much each attempt raises the bound.
        slow_from: The least delay after a `GO_SLOW` failure, in seconds; the cap bounds it.

    Raises:
        ValueError: If a value makes no sense; it names the field and the value.
    """

    base: float = 1.0
    cap: float = 300.0
    factor: float = 2.0
    slow_from: float = 30.0

    def __post_init__(self) -> None:
        if not self.base > 0:
            raise ValueError(f"base must be more than 0 seconds, not {self.base!r}")
        if not self.cap >= self.base:
            raise ValueError(f"cap must be at least base ({self.base!r}), not {self.cap!r}")
        if not self.factor >= 1:
            raise ValueError(f"factor must be at least 1, not {self.factor!r}")
        if not self.slow_from >= 0:
            raise ValueError(f"slow_from must not be negative: {self.slow_from!r}")

    def bound(self, attempt: int) -> float:
        """The largest delay, in seconds, before attempt number `attempt` (the first is 0)."""
        if attempt < 0:
            raise ValueError(f"attempt must not be negative: {attempt!r}")
        return min(self.cap, self.base * self.factor ** min(attempt, _MAX_EXPONENT))

    def delay(self, attempt: int, rng: Random, decision: Decision = Decision.RETRY) -> float:
        """Draw a delay in seconds.

        Args:
            attempt: How many attempts have failed in a row; 0 for the first retry.
            rng: Where the randomness comes from.
            decision: `GO_SLOW` draws from `slow_from` to the cap instead.
        """
        if decision is Decision.GO_SLOW:
            return rng.uniform(min(self.slow_from, self.cap), self.cap)
        return rng.uniform(0.0, self.bound(attempt))
