"""One scheduler per event loop: it gives each actor with messages its turn.

Where it stands on a message's path: `LoopRef.tell` puts the message into the record's queue and the
record into `ready`; `_run` takes records from `ready` in order and lets each handle up to `QUANTUM`
messages; after `BUDGET` seconds it hands the loop back and asks to be called again, so sockets
and timers are never late by more than that and one handler.

Other threads never touch a record: they append to `remote`, and the first of a batch wakes the
loop. Everything else here runs on the loop's thread and takes no lock.

When a loop is closed with actors on it, they are dead: their futures are answered, their monitors
notified. asyncio lets us know through an asynchronous generator that is closed with the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from contextvars import Context
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from supervisors.clock import Clock, LoopClock
from supervisors.dispatch import handle_result, special
from supervisors.errors import ActorDeadError, InboxFull
from supervisors.lifecycle import abandon, crash
from supervisors.record import Status

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from supervisors.record import Parent, Record

__all__ = ["Scheduler", "current_scheduler"]

#: Messages an actor may handle before others get their turn: enough to make a turn's own cost
#: small, few enough that a flooded actor is no neighbour to fear.
QUANTUM: Final = 64
#: Seconds of one loop turn's worth of messages, after which sockets and timers come first.
BUDGET: Final = 0.002
#: Awaited asks that may be answered without the loop coming round, before it has to.
INLINE_TURNS: Final = 64
#: Items other threads may have waiting for a loop; more means that it is stuck.
REMOTE_LIMIT: Final = 100_000
#: Spare inboxes kept; an empty deque takes 760 bytes and 150 ns to make.
SPARE_INBOXES: Final = 64

_RUNNING: Final = Status.RUNNING


class Scheduler:
    """Runs the actors of one loop.

    Args:
        loop: the loop; must be running in the calling thread.

    Attributes:
        clock: the clock of all timers of these actors.
        records: all actors that have started and not ended.
        ready: records with messages, in the order of their turns.
        starting: the supervisor's record of the child that is being constructed.
        turns: how many turns were given (a test's measure of idleness).
    """

    __slots__ = (
        "_closer",
        "active",
        "clock",
        "closed",
        "context",
        "inline",
        "loop",
        "now",
        "ready",
        "records",
        "remote",
        "running",
        "spare",
        "starting",
        "thread",
        "turns",
        "until",
        "woken",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.thread = threading.get_ident()
        self.clock: Clock = LoopClock(loop)
        self.now: Callable[[], float] = perf_counter
        self.records: set[Record] = set()
        self.ready: deque[Record] = deque()
        self.spare: list[deque[Any]] = []
        self.remote: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self.woken = False
        self.active = False
        self.running = False
        self.inline = 0
        self.until = 0.0
        self.closed = False
        self.starting: Parent | None = None
        self.turns = 0
        # Actors' handlers run in this context, not in whichever sender's came first.
        self.context = Context()
        self._closer = self._close_with_the_loop()
        # Run it to its first yield; the loop then closes it when it shuts down.
        with contextlib.suppress(StopIteration):  # how an async generator's step reports its yield
            self._closer.__anext__().send(None)

    # -- turns -----------------------------------------------------------------------------

    def enqueue(self, record: Record, item: Any) -> None:
        """Put an item into a record's inbox, limit or not; the record must not be dead."""
        queue = record.queue
        if queue is None:
            spare = self.spare
            record.queue = queue = spare.pop() if spare else deque()
            queue.append(item)
            if record.status is _RUNNING:
                self.ready.append(record)
                if not self.active:
                    self.activate()
        else:
            queue.append(item)

    def resume(self, record: Record) -> None:
        """Let a record that was starting or paused take its turns."""
        record.status = _RUNNING
        if record.queue is not None:
            self.ready.append(record)
            if not self.active:
                self.activate()

    def activate(self) -> None:
        """See to it that `_run` is called."""
        self.active = True
        try:
            self.loop.call_soon(self._run, context=self.context)
        except RuntimeError:
            self.close()
            raise ActorDeadError("the actor's event loop is closed") from None

    def turn(self) -> None:
        """Give actors their turns now, for a task that is about to wait for one of them.

        Only so often in a row: then the loop comes first. Handlers run in the actors' context.
        """
        if self.running or self.inline >= INLINE_TURNS or not self.ready:
            return
        if threading.get_ident() != self.thread:
            return
        if not self.inline:
            self.until = self.now() + BUDGET
        elif self.now() >= self.until:
            return
        self.inline += 1
        self.context.run(self._take_turns, self.until)

    def _run(self) -> None:
        self.inline = 0
        try:
            self._take_turns(self.now() + BUDGET)
        finally:
            if self.ready and not self.closed:
                self.loop.call_soon(self._run, context=self.context)
            else:
                self.active = False

    def _take_turns(self, deadline: float) -> None:
        self.running = True
        ready = self.ready
        handler_of = special.get
        try:
            while ready:
                record = ready.popleft()
                queue = record.queue
                if queue is None:  # it ended while it waited for its turn
                    continue
                actor = record.actor
                left = QUANTUM
                self.turns += 1
                while queue:
                    item = queue.popleft()
                    try:
                        handler = handler_of(type(item))
                        if handler is None:
                            result = actor.on_receive(item)
                            if result is not None:
                                handle_result(record, result)
                        else:
                            handler(record, actor, item)
                    except BaseException as exc:  # noqa: BLE001  # the actor's own end
                        crash(record, exc)
                    left -= 1
                    if record.status is not _RUNNING or not left:
                        break
                if queue:
                    # An exit takes the queue away, a pause leaves it where resume() finds it.
                    if record.status is _RUNNING:
                        ready.append(record)
                elif record.queue is queue:
                    record.queue = None
                    if len(self.spare) < SPARE_INBOXES:
                        self.spare.append(queue)
                if self.now() >= deadline:
                    break
        finally:
            self.running = False

    # -- other threads ---------------------------------------------------------------------

    def call(self, callback: Callable[..., object], *args: Any) -> None:
        """Call `callback(*args)` on the loop's thread: at once when this is it.

        Raises:
            ActorDeadError: the loop is closed.
        """
        if threading.get_ident() == self.thread:
            callback(*args)
        else:
            self.call_remote(callback, *args)

    def call_remote(self, callback: Callable[..., object], *args: Any) -> None:
        """Call `callback(*args)` on the loop's thread, soon; the loop is woken once per batch.

        Ends and kills go this way, so nothing is refused here: see `check_flood` for messages.

        Raises:
            ActorDeadError: the loop is closed.
        """
        if self.closed:
            raise ActorDeadError("the actor's event loop is closed")
        self.remote.append((callback, args))
        if not self.woken:
            self.woken = True
            try:
                self.loop.call_soon_threadsafe(self._drain, context=self.context)
            except RuntimeError:
                self.close()
                raise ActorDeadError("the actor's event loop is closed") from None

    def check_flood(self) -> None:
        """Refuse a message of another thread when the loop doesn't keep up.

        Raises:
            InboxFull: `REMOTE_LIMIT` items wait already.
        """
        if len(self.remote) >= REMOTE_LIMIT:
            raise InboxFull(f"{REMOTE_LIMIT} items wait for the loop: it is stuck or flooded")

    def _drain(self) -> None:
        # First the mark, then the items: who appends after this wakes the loop again.
        self.woken = False
        remote = self.remote
        for _ in range(len(remote)):
            callback, args = remote.popleft()
            try:
                callback(*args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as exc:  # noqa: BLE001  # reported, as asyncio does
                self.loop.call_exception_handler(
                    {"message": "A call from another thread failed", "exception": exc}
                )

    # -- the end of the loop ---------------------------------------------------------------

    async def _close_with_the_loop(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """End every actor here without notifying their supervisors, which end with them."""
        if self.closed:
            return
        self.closed = True
        _schedulers.pop(self.loop, None)
        for record in self.records:
            if record.parent is not None and record.parent.scheduler is self:
                record.parent = None  # its supervisor ends with it
        for record in tuple(self.records):
            abandon(record)
        while self.remote:
            callback, args = self.remote.popleft()
            callback(*args)


_schedulers: Final[dict[asyncio.AbstractEventLoop, Scheduler]] = {}
_background: Scheduler | None = None
_background_lock: Final = threading.Lock()


def current_scheduler() -> Scheduler:
    """Return the scheduler of the running loop; without one, of the background loop.

    The background loop runs in a daemon thread that the first use starts.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _background_scheduler()
    scheduler = _schedulers.get(loop)
    if scheduler is None:
        for other in [known for known in list(_schedulers) if known.is_closed()]:
            _schedulers[other].close()
        scheduler = _schedulers[loop] = Scheduler(loop)
    return scheduler


def _background_scheduler() -> Scheduler:
    global _background  # one per process, made when first needed
    with _background_lock:
        if _background is None or _background.closed:
            made: list[Scheduler] = []
            started = threading.Event()
            thread = threading.Thread(
                target=_run_background, args=(made, started), name="supervisors-loop", daemon=True
            )
            thread.start()
            started.wait()
            _background = made[0]
        return _background


def _run_background(made: list[Scheduler], started: threading.Event) -> None:
    async def main() -> None:
        made.append(current_scheduler())
        started.set()
        await asyncio.get_running_loop().create_future()

    asyncio.run(main())
