"""pykka on an event loop: `EventLoopActor` and its ref.

`EventLoopActor` is used like `pykka.ThreadingActor` and runs on the loop of whoever starts it
(without one, on a loop in a daemon thread). `LoopRef` is the actor's ref and its record at once:
`tell` is the first step of a message's path, and on the loop's own thread it is an append.

pykka_internals.py says what is relied on inside pykka.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import uuid
from threading import get_ident
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

import pykka

from supervisors.errors import ActorDeadError, InboxFull, StartAborted, StartError, WouldBlockLoop
from supervisors.future import LoopFuture
from supervisors.inbox import INBOX_LIMIT, InboxView, overflow, send_remote
from supervisors.lifecycle import (
    OwnedResource,
    OwnedTimer,
    call_on,
    exit_next,
    launch,
    own_task,
    request_exit,
    stop_after,
    stop_asked,
    stop_into,
    task_over,
)
from supervisors.policy import AskFailure, InboxPolicy
from supervisors.pykka_internals import ActorStop, Envelope
from supervisors.reasons import NORMAL, SHUTDOWN, ExitKind, ExitReason
from supervisors.record import Ask, Record, Status
from supervisors.scheduler import current_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from supervisors.clock import Clock, TimerHandle
    from supervisors.deadletters import Refusal
    from supervisors.scheduler import Scheduler

__all__ = ["EventLoopActor", "LoopRef", "ask"]

A = TypeVar("A", bound="EventLoopActor")

_RUNNING: Final = Status.RUNNING

# An actor's urn is made on demand: one uuid for the process, and a running number.
_URN_BASE: Final = uuid.uuid4().int & ~((1 << 48) - 1)
_urn_numbers: Final = itertools.count(1)


class _Roots:
    """The parent of actors without a supervisor: these are in pykka's registry."""

    supervised = False
    scheduler = None

    @staticmethod
    def exited(record: Record) -> None:
        assert isinstance(record, LoopRef)
        pykka.ActorRegistry.unregister(record)

    @staticmethod
    def undelivered(_record: Record, _item: Any, _refusal: Refusal) -> bool:
        return False


_ROOTS: Final = _Roots()


class LoopRef(Record, pykka.ActorRef[A]):
    """Ref of an actor on an event loop: pykka's interface, usable from any thread."""

    __slots__ = ("actor_class",)

    def __init__(self, actor: A, scheduler: Scheduler) -> None:
        self.actor_class = actor.__class__
        self.scheduler = scheduler
        self.actor = actor
        self.queue = None
        self.status = Status.STARTING
        self.limit = actor.inbox_limit
        self.reason = None
        self.owned = None
        self.watchers = None
        self.on_started = None
        self.grace = None
        self._urn = None
        self._event = None
        self.parent = None
        if scheduler.starting is not None and get_ident() == scheduler.thread:
            self.parent, scheduler.starting = scheduler.starting, None

    def __repr__(self) -> str:
        return f"<LoopRef for {self}>"

    # -- pykka's attributes, made when they are asked for ----------------------------------

    @property
    def actor_urn(self) -> str:  # type: ignore[override]
        """The actor's unique name."""
        if self._urn is None:
            self._urn = uuid.UUID(int=_URN_BASE + next(_urn_numbers)).urn
        return self._urn

    @property
    def actor_inbox(self) -> InboxView:  # type: ignore[override]
        """Pykka's view of the inbox."""
        return InboxView(self)

    @property
    def actor_stopped(self) -> threading.Event:  # type: ignore[override]
        """An event that is set once the actor is dead."""
        if self._event is None:
            self._event = threading.Event()
        if self.status is Status.DEAD:
            self._event.set()
        return self._event

    def _living_actor(self) -> A | None:
        actor: A | None = self.actor
        return actor

    @property
    def _actor_weakref(self) -> Callable[[], A | None]:  # type: ignore[override]
        return self._living_actor

    def is_alive(self) -> bool:
        """Return whether the actor takes messages."""
        return self.status <= _RUNNING

    # -- messages --------------------------------------------------------------------------

    def tell(self, message: Any) -> None:
        """Send a message, without waiting for anything.

        Raises:
            ActorDeadError: the actor has ended or is ending.
            InboxFull: its inbox is at its limit and refuses.
        """
        scheduler = self.scheduler
        if get_ident() != scheduler.thread:
            send_remote(self, message)
            return
        queue = self.queue
        if queue is None:
            if self.status > _RUNNING:
                raise ActorDeadError(f"{self} not found")
            scheduler.enqueue(self, message)
        elif len(queue) < self.limit:
            queue.append(message)
        else:
            overflow(self, message)

    def send(self, item: Ask) -> None:
        """Put an Ask into the inbox; errors go to its future."""
        try:
            self.tell(item)
        except (ActorDeadError, InboxFull) as exc:
            item.future.set_exception(exc)

    def ask(self, message: Any, *, block: bool = True, timeout: float | None = None) -> Any:
        """Send a message and get its reply, as a future unless `block`.

        Args:
            message: the message.
            block: wait here for the reply, as pykka does by default; only off the loop.
            timeout: seconds to wait for it when blocking.

        Returns:
            a `LoopFuture` (await it, or `get()` it from another thread), or the reply.

        Raises:
            WouldBlockLoop: `block` on a thread that runs a loop; nothing was sent.
            pykka.Timeout: it took longer than `timeout`.
            Exception: what the actor answered with.
        """
        if block:
            _refuse_on_loop("ask(block=True)")
        future: LoopFuture[Any] = LoopFuture()
        if type(message) is ActorStop:
            call_on(self, stop_asked, future)
            return future.get(timeout=timeout) if block else future
        scheduler = self.scheduler
        item = Ask(message, future)
        if self.queue is None and self.status is _RUNNING and get_ident() == scheduler.thread:
            scheduler.enqueue(self, item)
            future.turn = scheduler.turn
        else:
            self.send(item)
        return future.get(timeout=timeout) if block else future

    def stop(self, *, block: bool = True, timeout: float | None = None) -> Any:
        """Let the actor handle the messages it has, then end.

        Args:
            block: wait until it is dead, as pykka does by default; only off the loop.
            timeout: seconds to wait when blocking.

        Returns:
            True when it ended, False when it was dead already; a future of that unless `block`.
        """
        if block:
            _refuse_on_loop("stop(block=True)")
        future: LoopFuture[bool] = LoopFuture()
        call_on(self, stop_into, future)
        return future.get(timeout=timeout) if block else future


def ask(ref: pykka.ActorRef[Any], message: Any) -> LoopFuture[Any]:
    """Ask any actor, of a loop or of a thread; the future can be awaited on a loop.

    pykka's own `ThreadingFuture` blocks the loop that awaits it, this one doesn't. It fails with
    `ActorDeadError` when the actor is dead.
    """
    if isinstance(ref, LoopRef):
        future: LoopFuture[Any] = ref.ask(message, block=False)
        return future
    future = LoopFuture()
    if ref.is_alive():
        ref.actor_inbox.put(Envelope(message, reply_to=future))
    else:
        future.set_exception(ActorDeadError(f"{ref} not found"))
    return future


def _refuse_on_loop(what: str) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise WouldBlockLoop(f"{what} on a running loop's own thread: use block=False and await")


class EventLoopActor(pykka.Actor):
    """An actor on an asyncio loop, used like `pykka.ThreadingActor`.

    It runs on the loop of the thread that makes it, or on the background loop. Its hooks
    (`on_start`, `on_receive`, `on_stop`) may be coroutines; while a handler's coroutine runs, the
    actor goes on with its next messages unless `sequential` is set.

    Class options:
        inbox_limit: messages that may wait.
        inbox_policy: what happens to one more.
        ask_failure: whether an exception in an ask also crashes the actor.
        business_errors: exception types that are answers: they only go to the asker.
        sequential: wait for a handler's coroutine before the next message.
        ref_class: class of its refs.
    """

    __slots__ = ("_actor_ref",)

    inbox_limit: ClassVar[int] = INBOX_LIMIT
    inbox_policy: ClassVar[InboxPolicy] = InboxPolicy.REFUSE
    ask_failure: ClassVar[AskFailure] = AskFailure.DEFAULT
    business_errors: ClassVar[tuple[type[Exception], ...]] = ()
    sequential: ClassVar[bool] = False
    ref_class: ClassVar[type[LoopRef[Any]]] = LoopRef

    _actor_ref: LoopRef[Any]

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        self._actor_ref = self.ref_class(self, current_scheduler())

    # -- start -----------------------------------------------------------------------------

    @classmethod
    def start(cls, *args: Any, **kwargs: Any) -> LoopRef[Self]:
        """Start an actor, as pykka does.

        On a loop's thread a plain `on_start` has run when this returns; a failure in it is logged
        and leaves a dead ref; `spawn` raises it.
        """
        actor = cls(*args, **kwargs)
        return actor._launch()

    @classmethod
    async def spawn(cls, *args: Any, **kwargs: Any) -> LoopRef[Self]:
        """Start an actor and wait until it has started.

        Raises:
            StartError: `on_start` failed; `__cause__` is its exception.
        """
        actor = cls(*args, **kwargs)
        started: LoopFuture[None] = LoopFuture()

        def tell(_record: Record, exc: BaseException | None) -> None:
            if exc is None:
                started.set(None)
            else:
                started.set_exception(exc)

        actor._actor_ref.on_started = tell
        ref = actor._launch()
        try:
            await started
        except asyncio.CancelledError:
            ref.scheduler.call(request_exit, ref, SHUTDOWN)
            raise
        except StartError:
            raise
        except ActorDeadError as exc:
            raise StartAborted(str(exc)) from exc
        except BaseException as exc:
            raise StartError(f"{cls.__name__} did not start: {exc!r}") from exc
        return ref

    def _launch(self) -> LoopRef[Self]:
        assert hasattr(self, "_actor_ref"), (
            "Actor.__init__() was not called. Did you forget super().__init__() in your override?"
        )
        ref = self._actor_ref
        if ref.parent is None:
            ref.parent = _ROOTS
            pykka.ActorRegistry.register(ref)
        self._start_actor_loop()
        return ref

    def _start_actor_loop(self) -> None:
        self._actor_ref.scheduler.call(launch, self._actor_ref)

    @staticmethod
    def _create_actor_inbox() -> Any:
        raise TypeError("an EventLoopActor's inbox is part of its ref")

    @staticmethod
    def _create_future() -> LoopFuture[Any]:
        return LoopFuture()

    # -- what pykka keeps as attributes ----------------------------------------------------

    @property
    def actor_ref(self) -> LoopRef[Self]:
        """The actor's own ref."""
        return self._actor_ref

    @property
    def actor_urn(self) -> str:  # type: ignore[override]
        """The actor's unique name."""
        return self._actor_ref.actor_urn

    @property
    def actor_inbox(self) -> InboxView:  # type: ignore[override]
        """Pykka's view of the inbox."""
        return self._actor_ref.actor_inbox

    @property
    def actor_stopped(self) -> threading.Event:  # type: ignore[override]
        """An event that is set once the actor is dead."""
        return self._actor_ref.actor_stopped

    # -- what an actor owns ----------------------------------------------------------------

    @property
    def clock(self) -> Clock:
        """The clock of this actor's timers."""
        return self._actor_ref.scheduler.clock

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None
    ) -> asyncio.Task[Any]:
        """Run a coroutine as a task of this actor.

        It is cancelled when the actor ends; an exception in it crashes the actor. Cancelling it
        is no failure. Only on the actor's own thread.

        Raises:
            ActorDeadError: the actor has ended.
        """
        return own_task(self._actor_ref, coro, task_over, name)

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call `callback(*args)` on the actor's turn, `delay` seconds from now.

        It is cancelled when the actor ends; an exception in it crashes the actor.

        Raises:
            ActorDeadError: the actor has ended.
        """
        return OwnedTimer(self._actor_ref, delay, callback, args)

    # -- the end ---------------------------------------------------------------------------

    def own(self, release: Callable[[], object]) -> OwnedResource:
        """Release something when this actor ends, in whatever way: also when it is killed.

        It happens after `on_stop` or `on_failure` (which a kill skips), with the actor's tasks.

        Args:
            release: called once, without arguments, on the loop; must not block.

        Returns:
            a handle: `cancel()` lets go now, `disown()` never does.

        Raises:
            ActorDeadError: the actor has ended.
        """
        return OwnedResource(self._actor_ref, release)

    def stop(self) -> None:
        """End normally, after the messages that wait already."""
        call_on(self._actor_ref, stop_after, NORMAL)

    def exit(self, reason: ExitReason | BaseException = SHUTDOWN) -> None:
        """End with `reason` after the current handler; messages that wait are not handled.

        Args:
            reason: an exit reason, or an exception: then the actor has failed with it.
        """
        self._actor_ref.scheduler.call(exit_next, self._actor_ref, ExitReason.of(reason))

    def _exit_hook(self, reason: ExitReason, *, started: bool) -> Any:
        if not started:
            return None
        exc = reason.exception
        if reason.kind is ExitKind.ERROR and exc is not None:
            return self.on_failure(type(exc), exc, exc.__traceback__)
        return self.on_stop() if reason.is_normal else None

    def _kill_hook(self) -> None:
        return None

    def on_idle(self) -> Any:
        """Run when no message has come for a while; may be a coroutine.

        Only for children of `Entities` with an `idle` time.

        Returns:
            False to stay; after anything else the actor ends, and the next message starts it anew.
        """

    if TYPE_CHECKING:  # pykka's hooks, which may be coroutines here

        def on_start(self) -> Any:
            """Run before the first message."""

        def on_stop(self) -> Any:
            """Run when the actor ends normally or is shut down."""

        def on_failure(
            self,
            exception_type: type[BaseException] | None,
            exception_value: BaseException | None,
            traceback: TracebackType | None,
        ) -> Any:
            """Run when the actor has crashed."""
