"""What goes wrong in a demo, and when: made from the seed before anything starts.

Cuts and crashes are spread over the time of the traffic: evenly, each shifted by chance within its
own slot. Nothing goes wrong in the last part, so that the end shows what recovery looks like.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actorxmpp.cli.demo.options import DemoOptions

__all__ = ["Trouble", "TroubleKind", "schedule"]

QUIET_START = 0.05
QUIET_END = 0.15
"""Parts of the duration in which nothing is made to fail."""


class TroubleKind(Enum):
    """What can be made to fail."""

    CUT = "cut"
    """The server closes a connection hard, without a word."""
    CRASH = "crash"
    """A session is sent a message that crashes its handler."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that will fail.

    Attributes:
        at: Seconds after the traffic's start.
        number: Its number among those of its kind.
        kind: What fails.
        victim: Index of the session whose handler is crashed; for cuts the server chooses.
    """

    at: float
    number: int
    kind: TroubleKind
    victim: int


def schedule(options: DemoOptions) -> list[Trouble]:
    """All trouble of a demo in the order in which it comes; the same for the same options."""
    rng = random.Random(f"chaos/{options.seed}")
    plan = []
    for kind in TroubleKind:
        victims = _victims(rng, options)
        for number, at in enumerate(_times(rng, options)):
            plan.append(Trouble(at, number, kind, victims[number]))
    return sorted(plan, key=lambda trouble: (trouble.at, trouble.kind.value))


def _times(rng: random.Random, options: DemoOptions) -> list[float]:
    """Moments, one in each of as many equal slots."""
    start = options.duration * QUIET_START
    slot = options.duration * (1 - QUIET_START - QUIET_END) / options.trouble
    return [start + slot * (number + rng.random()) for number in range(options.trouble)]


def _victims(rng: random.Random, options: DemoOptions) -> list[int]:
    """Sessions to be hit, each as seldom as possible."""
    everybody = list(range(options.total))
    found: list[int] = []
    while len(found) < options.trouble:
        found += rng.sample(everybody, min(options.total, options.trouble - len(found)))
    return found
