"""`Record`: all the runtime knows of one actor, and the items that stand in its inbox.

The record is the base of `LoopRef` (runtime.py): the ref a user holds *is* the actor's record, so
an idle actor costs its own object and this one. A record keeps its actor alive from start to exit
and lets go of it then. Only the scheduler's thread touches the fields, but for reading `status`.

The inbox is a deque that exists only while messages wait; schedulers keep a few spare ones.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from threading import Event

    from supervisors.clock import TimerHandle
    from supervisors.deadletters import Refusal
    from supervisors.future import LoopFuture
    from supervisors.policy import AskFailure, InboxPolicy
    from supervisors.reasons import ExitReason
    from supervisors.scheduler import Scheduler

__all__ = ["ActorCore", "Ask", "Call", "Parent", "Record", "Status", "Stop"]


class Status(IntEnum):
    """Where an actor stands in its life. Order matters: up to RUNNING it takes messages."""

    STARTING = 0
    """its on_start is not done: messages wait"""
    PAUSED = 1
    """a sequential actor waits for its handler's coroutine: messages wait"""
    RUNNING = 2
    STOPPING = 3
    """its exit has begun (on_stop, owned tasks): messages are refused"""
    DRAINING = 4
    """its own part of the exit is done; its cancelled tasks are waited for"""
    DEAD = 5


class ActorCore(Protocol):
    """What the runtime calls on an actor."""

    inbox_policy: InboxPolicy
    sequential: bool
    ask_failure: AskFailure
    business_errors: tuple[type[Exception], ...]

    def on_start(self) -> Any:
        """Run before the first message."""

    def on_receive(self, message: Any) -> Any:
        """Handle one message."""

    def _exit_hook(self, reason: ExitReason, *, started: bool) -> Any:
        """Run the user's part of an exit; may return an awaitable."""

    def _kill_hook(self) -> None:
        """Let go of what would outlive the actor; nothing of the user's runs."""


class Parent(Protocol):
    """Who is notified of an actor's end: a supervisor's child record, or pykka's registry."""

    supervised: bool

    @property
    def scheduler(self) -> Scheduler | None:
        """The supervisor's scheduler; None for a root."""

    def exited(self, record: Record) -> None:
        """Note that the actor has ended; called on that actor's thread."""

    def undelivered(self, record: Record, item: Any, refusal: Refusal) -> bool:
        """Take an item its actor won't handle; False if it is not wanted here."""


class Ask:
    """An inbox item: a message with a future for its reply."""

    __slots__ = ("future", "message")

    def __init__(self, message: Any, future: LoopFuture[Any]) -> None:
        self.message = message
        self.future = future


class Call:
    """An inbox item: a callback for the actor's own turn (timers, a supervisor's events).

    Never refused, never counted against the inbox's limit.
    """

    __slots__ = ("args", "callback")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...] = ()) -> None:
        self.callback = callback
        self.args = args


class Stop:
    """An inbox item: end, with this reason, after the messages before it."""

    __slots__ = ("reason",)

    def __init__(self, reason: ExitReason) -> None:
        self.reason = reason


class Record:
    """One actor's record.

    Attributes:
        scheduler: whose loop it runs on.
        actor: the actor, None once it is dead.
        queue: waiting items; None when there are none.
        status: see `Status`.
        limit: how many items may wait.
        reason: why it ended; None before.
        owned: its tasks and timers; None when there are none.
        watchers: functions to call with the record when it is dead; None when there are none.
        parent: its supervisor's record of it, or that of the roots; None for neither.
        grace: the timer that stops waiting for its cancelled tasks; None when there is none.
        on_started: called with None or the exception when its start is over; None after.
    """

    __slots__ = (
        "_event",
        "_urn",
        "actor",
        "grace",
        "limit",
        "on_started",
        "owned",
        "parent",
        "queue",
        "reason",
        "scheduler",
        "status",
        "watchers",
    )

    scheduler: Scheduler
    actor: Any
    queue: deque[Any] | None
    status: Status
    limit: int
    reason: ExitReason | None
    owned: set[Any] | None
    watchers: list[Callable[[Record], object]] | None
    parent: Parent | None
    grace: TimerHandle | None
    on_started: Callable[[Record, BaseException | None], object] | None
    _urn: str | None
    _event: Event | None

    @property
    def is_open(self) -> bool:
        """Whether it takes messages."""
        return self.status <= Status.RUNNING

    def ended(self) -> None:
        """Release who waits for `actor_stopped`; called once the record is dead."""
        if self._event is not None:
            self._event.set()
