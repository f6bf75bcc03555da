"""Every decision of a supervisor, as pure functions over small enums. No I/O, no state, no clock.

The supervisor asks here and carries out the answer, so each rule of OTP can be read and tested
as a table: which ends lead to a restart, who is restarted with it, when is it too often, does a
significant child's end take the supervisor with it, and what an exception in an ask costs.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections import deque

    from supervisors.reasons import ExitReason

__all__ = [
    "BRUTAL_KILL",
    "INFINITY",
    "AskFailure",
    "AskOutcome",
    "AutoShutdown",
    "ChildType",
    "ExitAction",
    "InboxPolicy",
    "Restart",
    "Scope",
    "Shutdown",
    "Strategy",
    "ask_outcome",
    "auto_shutdown",
    "count_restart",
    "exit_action",
    "is_reported",
    "restart_scope",
]


class Restart(Enum):
    """When a child is restarted after its end."""

    PERMANENT = "permanent"
    """always"""
    TRANSIENT = "transient"
    """only when it failed or was killed"""
    TEMPORARY = "temporary"
    """never, and its spec goes with it"""


class Strategy(Enum):
    """Who is restarted when one child has to be."""

    ONE_FOR_ONE = "one_for_one"
    ONE_FOR_ALL = "one_for_all"
    REST_FOR_ONE = "rest_for_one"


class AutoShutdown(Enum):
    """Whether the end of significant children ends the supervisor."""

    NEVER = "never"
    ANY_SIGNIFICANT = "any_significant"
    ALL_SIGNIFICANT = "all_significant"


class ChildType(Enum):
    """What a child is, for counting and for the default shutdown time."""

    WORKER = "worker"
    SUPERVISOR = "supervisor"


class Shutdown(Enum):
    """The two shutdown times that are not a number of seconds."""

    BRUTAL_KILL = "brutal_kill"
    """killed at once, not asked"""
    INFINITY = "infinity"
    """asked, and waited for without a deadline"""


BRUTAL_KILL: Final[Literal[Shutdown.BRUTAL_KILL]] = Shutdown.BRUTAL_KILL
INFINITY: Final[Literal[Shutdown.INFINITY]] = Shutdown.INFINITY


class InboxPolicy(Enum):
    """What happens to a message for an inbox that is at its limit."""

    REFUSE = "refuse"
    """the sender gets `InboxFull`"""
    DROP_OLDEST = "drop_oldest"
    """the oldest waiting message becomes a dead letter"""
    FAIL = "fail"
    """the sender gets `InboxFull` and the actor fails with it"""


class AskFailure(Enum):
    """What an exception in an ask does besides going to the caller (a class option)."""

    DEFAULT = "default"
    """crash when supervised, as under OTP; only reply when not, as under pykka"""
    REPLY = "reply"
    CRASH = "crash"


class AskOutcome(Enum):
    """The answer to `ask_outcome`."""

    REPLY = "reply"
    REPLY_AND_CRASH = "reply and crash"


class ExitAction(Enum):
    """What to do about a child that ended by itself."""

    RESTART = "restart"
    KEEP = "keep the spec"
    FORGET = "drop the spec"


class Scope(Enum):
    """Which other children a restart touches."""

    ONE = "only the child"
    REST = "the child and all started after it"
    ALL = "all children"


_SCOPES: Final = {
    Strategy.ONE_FOR_ONE: Scope.ONE,
    Strategy.REST_FOR_ONE: Scope.REST,
    Strategy.ONE_FOR_ALL: Scope.ALL,
}

_EXIT_ACTIONS: Final = {
    (Restart.PERMANENT, True): ExitAction.RESTART,
    (Restart.PERMANENT, False): ExitAction.RESTART,
    (Restart.TRANSIENT, True): ExitAction.KEEP,
    (Restart.TRANSIENT, False): ExitAction.RESTART,
    (Restart.TEMPORARY, True): ExitAction.FORGET,
    (Restart.TEMPORARY, False): ExitAction.FORGET,
}


def exit_action(restart: Restart, reason: ExitReason) -> ExitAction:
    """Return what a child's end means for it, by its restart type."""
    return _EXIT_ACTIONS[restart, reason.is_normal]


def is_reported(restart: Restart, reason: ExitReason) -> bool:
    """Return whether an end is logged: a permanent child's always, others' when abnormal."""
    return restart is Restart.PERMANENT or not reason.is_normal


def restart_scope(strategy: Strategy) -> Scope:
    """Return which children a restart touches under `strategy`."""
    return _SCOPES[strategy]


def count_restart(times: deque[float], now: float, intensity: int, period: float) -> bool:
    """Count one more restart.

    Args:
        times: moments of the restarts that still count, in seconds, oldest first; this one is
            added and those that have left the window are taken out, which costs no more than
            there are of them.
        now: the moment of this one.
        intensity: how many restarts are allowed within `period`.
        period: length of the window, in seconds.

    Returns:
        whether it is allowed.
    """
    times.append(now)
    while times[0] < now - period:
        times.popleft()
    return len(times) <= intensity


def auto_shutdown(
    mode: AutoShutdown, *, significant: bool, restarted: bool, significant_left: bool
) -> bool:
    """Return whether a child's own end takes the supervisor with it.

    Args:
        mode: the supervisor's flag.
        significant: whether the child that ended is significant.
        restarted: whether it is restarted; then nothing ended.
        significant_left: whether another significant child still runs.
    """
    if not significant or restarted or mode is AutoShutdown.NEVER:
        return False
    return mode is AutoShutdown.ANY_SIGNIFICANT or not significant_left


def ask_outcome(option: AskFailure, *, supervised: bool, business: bool) -> AskOutcome:
    """Return what an exception in an ask costs.

    Args:
        option: the actor class's `ask_failure`.
        supervised: whether the actor has a supervisor.
        business: whether the exception is one of the class's `business_errors`: an answer.
    """
    if business or option is AskFailure.REPLY:
        return AskOutcome.REPLY
    if option is AskFailure.CRASH or supervised:
        return AskOutcome.REPLY_AND_CRASH
    return AskOutcome.REPLY
