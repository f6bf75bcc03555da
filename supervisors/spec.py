"""Child specs and backoff: how a supervisor treats a child, checked when it is built.

A spec is immutable and may be shared by any number of children and supervisors. A wrong value is
a `SpecError` that names field and value, raised where the spec is written, not where it is used.
"""

from __future__ import annotations

import random as random_module
from dataclasses import dataclass, field, replace
from enum import Enum
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from supervisors.errors import SpecError
from supervisors.policy import AutoShutdown, ChildType, Restart, Shutdown, Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "AUTO_ID",
    "Backoff",
    "ChildSpec",
    "Flags",
    "Jitter",
    "check_count",
    "check_seconds",
    "check_specs",
]

#: OTP's default for a worker: long enough to flush, short enough for a process that must end.
WORKER_SHUTDOWN: Final = 5.0
#: OTP has none and waits for ever; a start that takes longer than this is called hung.
START_TIMEOUT: Final = 30.0
#: 2**60 seconds is longer than any backoff; higher powers only overflow.
MAX_EXPONENT: Final = 60

#: Shared by all specs without keyword arguments.
NO_KWARGS: Final[Mapping[str, Any]] = MappingProxyType({})

_E = TypeVar("_E", bound=Enum)


class _AutoId(Enum):
    """The id of a child that doesn't care about its name (dynamic supervisors number them)."""

    AUTO_ID = "auto"


AUTO_ID: Final = _AutoId.AUTO_ID


class Jitter(Enum):
    """How chance enters a backoff delay."""

    FULL = "full"
    """uniform between 0 and the delay: spreads a fleet best"""
    AKKA = "akka"
    """the delay, plus up to `random_factor` of it (added after the cap, as Akka does)"""


def _check_enum(name: str, value: object, kind: type[_E]) -> None:
    if not isinstance(value, kind):
        names = ", ".join(str(member) for member in kind)
        raise SpecError(name, value, f"must be one of {names}")


def check_seconds(name: str, value: object, *, zero: bool) -> None:
    """Raise `SpecError` unless `value` is a finite number of seconds, above 0 or `zero`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise SpecError(name, value, "must be a finite number of seconds")
    if value < 0 or (value == 0 and not zero):
        raise SpecError(name, value, "must not be negative" if zero else "must be above 0")


def check_count(name: str, value: object, least: int = 0) -> None:
    """Raise `SpecError` unless `value` is a whole number, `least` or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SpecError(name, value, f"must be a whole number, {least} or more")


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays between restarts, growing from `min` to `max`.

    A child with a backoff is not counted against its supervisor's intensity: it has its own limit.

    Args:
        min: first delay, in seconds.
        max: cap, in seconds.
        jitter: full (default) or Akka's.
        random_factor: Akka's jitter only: up to this part of the delay is added.
        reset_after: running this long resets the count; default is the mean of min and max.
        max_restarts: give up after so many restarts without a reset; None for never.
        critical_after: from this restart on, failures are logged as critical; None for never.
        random: source of numbers in [0, 1).

    Raises:
        SpecError: a value is out of range.
    """

    min: float = 1.0
    max: float = 60.0
    jitter: Jitter = Jitter.FULL
    random_factor: float = 0.2
    reset_after: float | None = None
    max_restarts: int | None = None
    critical_after: int | None = None
    random: Callable[[], float] = field(default=random_module.random, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_seconds("min", self.min, zero=False)
        check_seconds("max", self.max, zero=False)
        if self.max < self.min:
            raise SpecError("max", self.max, f"must not be below min ({self.min})")
        _check_enum("jitter", self.jitter, Jitter)
        check_seconds("random_factor", self.random_factor, zero=True)
        if self.reset_after is None:
            object.__setattr__(self, "reset_after", (self.min + self.max) / 2)
        else:
            check_seconds("reset_after", self.reset_after, zero=True)
        if self.max_restarts is not None:
            check_count("max_restarts", self.max_restarts)
        if self.critical_after is not None:
            check_count("critical_after", self.critical_after)

    def delay(self, restarts: int) -> float:
        """Return the seconds to wait before the next restart, after `restarts` earlier ones."""
        base: float = min(self.max, self.min * 2.0 ** min(restarts, MAX_EXPONENT))
        if self.jitter is Jitter.FULL:
            return base * self.random()
        return base * (1.0 + self.random() * self.random_factor)


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How to start, restart and stop one child.

    Args:
        id: its name among its siblings; any hashable value. `AUTO_ID` lets a dynamic supervisor
            number it.
        start: an `EventLoopActor` class, or a function that starts an actor and returns its ref
            (or the supervisor's `IGNORE`).
        args: positional arguments for `start`.
        kwargs: keyword arguments for `start`.
        restart: permanent, transient or temporary.
        shutdown: seconds between being asked to end and being killed, `BRUTAL_KILL`, or
            `INFINITY`. Default: 5 s for a worker, infinity for a supervisor.
        start_timeout: seconds `on_start` may take; None for no limit.
        significant: whether its own end counts for auto_shutdown.
        type: worker or supervisor; found out when `start` is a class.
        backoff: delays between restarts; None restarts at once and counts intensity.
        buffer: how many messages wait in its `Address` while it is down.
        keep_waiting: what waits in its inbox when it ends goes back to its `Address` and to the
            next actor, so that a failure costs only the message it happened with.

    Raises:
        SpecError: a value can't be used; names field and value.
    """

    id: Any
    start: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=lambda: NO_KWARGS)
    restart: Restart = Restart.PERMANENT
    shutdown: float | Shutdown | None = None
    start_timeout: float | None = START_TIMEOUT
    significant: bool = False
    type: ChildType | None = None
    backoff: Backoff | None = None
    buffer: int = 0
    keep_waiting: bool = False

    def __post_init__(self) -> None:
        self._check_identity()
        _check_enum("restart", self.restart, Restart)
        if self.type is None:
            supervisor = getattr(self.start, "is_supervisor", False) is True
            object.__setattr__(
                self, "type", ChildType.SUPERVISOR if supervisor else ChildType.WORKER
            )
        _check_enum("type", self.type, ChildType)
        if self.shutdown is None:
            worker = self.type is ChildType.WORKER
            object.__setattr__(self, "shutdown", WORKER_SHUTDOWN if worker else Shutdown.INFINITY)
        elif not isinstance(self.shutdown, Shutdown):
            check_seconds("shutdown", self.shutdown, zero=True)
        if self.start_timeout is not None:
            check_seconds("start_timeout", self.start_timeout, zero=False)
        if not isinstance(self.significant, bool):
            raise SpecError("significant", self.significant, "must be True or False")
        if self.significant and self.restart is Restart.PERMANENT:
            raise SpecError("significant", True, "a permanent child can't be significant")
        if self.backoff is not None and not isinstance(self.backoff, Backoff):
            raise SpecError("backoff", self.backoff, "must be a Backoff or None")
        check_count("buffer", self.buffer)
        if not isinstance(self.keep_waiting, bool):
            raise SpecError("keep_waiting", self.keep_waiting, "must be True or False")

    def _check_identity(self) -> None:
        try:
            hash(self.id)
        except TypeError:
            raise SpecError("id", self.id, "must be hashable") from None
        if self.id is None:
            raise SpecError("id", self.id, "is required (AUTO_ID lets a dynamic supervisor number)")
        if not callable(self.start):
            raise SpecError("start", self.start, "must be an actor class or a function")
        if not isinstance(self.args, tuple):
            raise SpecError("args", self.args, "must be a tuple")
        if not hasattr(self.kwargs, "keys"):
            raise SpecError("kwargs", self.kwargs, "must be a mapping")

    def without_arguments(self) -> ChildSpec:
        """Return this spec without args and kwargs (they are not kept for temporary children)."""
        if not self.args and not self.kwargs:
            return self
        return replace(self, args=(), kwargs=NO_KWARGS)


@dataclass(frozen=True, slots=True)
class Flags:
    """A supervisor's own settings, checked when built.

    Args:
        strategy: who is restarted with a failed child.
        intensity: restarts allowed within `period`.
        period: length of that window, in seconds.
        auto_shutdown: whether significant children's ends end the supervisor.

    Raises:
        SpecError: a value can't be used.
    """

    strategy: Strategy = Strategy.ONE_FOR_ONE
    intensity: int = 3
    period: float = 5.0
    auto_shutdown: AutoShutdown = AutoShutdown.NEVER

    def __post_init__(self) -> None:
        _check_enum("strategy", self.strategy, Strategy)
        check_count("intensity", self.intensity)
        check_seconds("period", self.period, zero=False)
        _check_enum("auto_shutdown", self.auto_shutdown, AutoShutdown)


def check_specs(
    specs: Iterable[ChildSpec], auto_shutdown: AutoShutdown = AutoShutdown.NEVER
) -> tuple[ChildSpec, ...]:
    """Check that specs can live together under one supervisor.

    Returns:
        the specs, as a tuple.

    Raises:
        SpecError: not a spec, an id twice, or `significant` under auto_shutdown=NEVER.
    """
    checked = tuple(specs)
    seen: set[Any] = set()
    for spec in checked:
        if not isinstance(spec, ChildSpec):
            raise SpecError("children", spec, "must be ChildSpecs")
        if spec.id in seen:
            raise SpecError("id", spec.id, "is used twice")
        seen.add(spec.id)
        check_significant(spec, auto_shutdown)
    return checked


def check_significant(spec: ChildSpec, auto_shutdown: AutoShutdown) -> None:
    """Refuse a significant child under a supervisor that never shuts down for one.

    Raises:
        SpecError: that combination.
    """
    if spec.significant and auto_shutdown is AutoShutdown.NEVER:
        raise SpecError("significant", True, "needs a supervisor with auto_shutdown")
