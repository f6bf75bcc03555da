"""What happens when a child dies: what static and dynamic supervisors share.

A supervisor is an actor whose inbox also brings its children's ends (`child_exited`). What such an
end means is decided by the tables in policy.py and carried out here, top to bottom: the table of
children and questions about it, a child's own end, its restart, and the steps of one start (which
may take a coroutine, with a deadline) and of one stop (asked first, killed when late). Last comes
the supervisor's own end.

It never waits in a handler: each procedure is an operation (operation.py). Subclasses say who is
restarted and stopped together, and answer the requests: supervisor.py, dynamic.py.
"""

from __future__ import annotations

import logging
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from supervisors import telemetry
from supervisors.address import Address, ChildAddress
from supervisors.child import Child, ChildInfo, ChildState, Counts
from supervisors.errors import (
    ActorDeadError,
    ChildNotFound,
    StartAborted,
    StartError,
    StartIgnored,
    StartTimeout,
    SupervisorsError,
)
from supervisors.future import LoopFuture
from supervisors.handle import SupervisorRef
from supervisors.lifecycle import (
    attend,
    begin_exit,
    call_on,
    is_awaitable,
    kill,
    launch,
    request_exit,
)
from supervisors.operation import Operation, Operations, settle, until_exit, until_started
from supervisors.policy import (
    AutoShutdown,
    ChildType,
    ExitAction,
    Restart,
    Shutdown,
    auto_shutdown,
    count_restart,
    exit_action,
    is_reported,
)
from supervisors.reasons import SHUTDOWN, ExitReason
from supervisors.record import Call, Record, Status
from supervisors.runtime import EventLoopActor, LoopRef
from supervisors.telemetry import EventKind

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from supervisors.operation import Steps
    from supervisors.spec import ChildSpec, Flags

__all__ = ["IGNORE", "Supervising", "called_off", "is_temporary"]

logger = logging.getLogger("supervisors")


class _Ignore(Enum):
    """What a start function returns instead of a ref when the child is not wanted now."""

    IGNORE = "ignore"


#: What a start function returns instead of a ref when the child is not wanted now.
IGNORE: Final = _Ignore.IGNORE
#: Waiting messages of a supervisor: a hundred thousand children may be asked for at once.
SUPERVISOR_INBOX: Final = 1_000_000


class Supervising(EventLoopActor):
    """Base of the supervisors; not for direct use.

    Args:
        flags: the supervisor's settings.
        name: for reports.
        serial: whether operations run one after another.
    """

    __slots__ = ("_children", "_flags", "_names", "_operations", "_restart_times", "name")

    is_supervisor: ClassVar[bool] = True
    ref_class: ClassVar[type[LoopRef[Any]]] = SupervisorRef
    inbox_limit: ClassVar[int] = SUPERVISOR_INBOX
    business_errors: ClassVar[tuple[type[Exception], ...]] = (SupervisorsError,)

    _children: dict[Any, Child]
    _flags: Flags
    _names: MutableMapping[Any, ChildAddress] | None
    _operations: Operations
    _restart_times: deque[float] | None

    def __init__(self, flags: Flags, name: str | None, *, serial: bool) -> None:
        super().__init__()
        self.name = name
        self._flags = flags
        self._children = {}
        self._restart_times = None
        self._operations = Operations(self, serial=serial)
        parent = self._actor_ref.parent
        self._names = parent.names if isinstance(parent, Child) else None

    def _make_names(self) -> MutableMapping[Any, ChildAddress]:
        return {}

    if TYPE_CHECKING:  # its ref offers a supervisor's requests

        @classmethod
        def start(cls, *args: Any, **kwargs: Any) -> SupervisorRef:
            """Start a supervisor."""

        @classmethod
        async def spawn(cls, *args: Any, **kwargs: Any) -> SupervisorRef:
            """Start a supervisor and wait until its children have started."""

    # -- questions, answered at once -------------------------------------------------------

    def address(self, child_id: Any) -> Address:
        """Return the name of a child, valid before it runs and across its restarts."""
        if self._names is None:
            self._names = self._make_names()
            parent = self._actor_ref.parent
            if isinstance(parent, Child):
                parent.names = self._names
        address = self._names.get(child_id)
        if address is None:
            address = self._names[child_id] = ChildAddress(child_id, self._actor_ref.scheduler)
            child = self._children.get(child_id)
            if child is not None:
                self._bind(child, address)
        return address

    @staticmethod
    def _bind(child: Child, address: ChildAddress) -> None:
        address.on_expected(child.spec.buffer)
        if child.state is ChildState.RUNNING:
            address.on_running(child.ref, child.spec.buffer, again=False)
        elif child.state is ChildState.STARTING and child.ref is not None:
            address.on_starting(child.ref)

    def _add(self, child: Child) -> Child:
        self._children[child.id] = child
        if self._names is not None and child.address is None:
            address = self._names.get(child.id)
            if address is not None:
                self._bind(child, address)
        return child

    def address_of(self, child: Child) -> Address | None:
        """Return the address of a child, if it was ever asked for."""
        if child.address is not None:
            return child.address
        return None if self._names is None else self._names.get(child.id)

    def which_children(self) -> list[ChildInfo]:
        """Return the children, newest first, as OTP lists them."""
        return [child.line() for child in reversed(self._children.values())]

    def which_child(self, child_id: Any) -> ChildInfo:
        """Return the `ChildInfo` of one child.

        Raises:
            ChildNotFound: there is none with this id.
        """
        return self._find(child_id).line()

    def count_children(self) -> Counts:
        """Return how many specs, running children, supervisors and workers there are."""
        children = self._children.values()
        active = sum(child.state is ChildState.RUNNING for child in children)
        supervisors = sum(child.spec.type is ChildType.SUPERVISOR for child in children)
        return Counts(len(children), active, supervisors, len(children) - supervisors)

    def get_childspec(self, child_id: Any) -> ChildSpec:
        """Return the spec of a child.

        Raises:
            ChildNotFound: there is none with this id.
        """
        return self._find(child_id).spec

    def _find(self, key: Any) -> Child:
        """Return a child by its id, its ref or its address."""
        if isinstance(key, LoopRef):
            child = key.parent
            if isinstance(child, Child) and child.supervisor is self and child.ref is key:
                return child
            raise ChildNotFound(key)
        if isinstance(key, Address):
            key = key.child_id
        found = self._children.get(key)
        if found is None:
            raise ChildNotFound(key)
        return found

    # -- subclasses fill in ----------------------------------------------------------------

    def _stop_all(self) -> Steps:
        raise NotImplementedError

    def _restart(self, child: Child) -> Steps:
        raise NotImplementedError

    # -- a child's own end -----------------------------------------------------------------

    def child_exited(self, child: Child, record: Record) -> None:
        """Deal with the end of a child's actor, on the supervisor's own turn (see child.Child)."""
        if child.ref is not record or child.state is not ChildState.RUNNING:
            return  # an operation is stopping it, or it has been replaced already
        child.ref = None
        reason = record.reason or SHUTDOWN
        spec = child.spec
        action = exit_action(spec.restart, reason)
        child.state = ChildState.RESTARTING if action is ExitAction.RESTART else ChildState.DOWN
        address = self.address_of(child)
        if address is not None:
            address.on_down()
        if telemetry.listening():
            telemetry.emit(EventKind.EXITED, self._actor_ref, child, record, reason)
        if is_reported(spec.restart, reason):
            logger.info("%s: child %r ended: %r", self._label(), child.id, reason)
        if action is ExitAction.RESTART:
            self._begin_restart(child, reason)
        elif action is ExitAction.FORGET:
            self._forget(child)
        else:
            self._kept(child)
        self._check_auto_shutdown(spec, restarted=action is ExitAction.RESTART)

    def _kept(self, child: Child) -> None:
        """Leave a child down that ended by itself; a dynamic supervisor forgets it."""
        address = self.address_of(child)
        if address is not None:
            address.on_gone()

    def _check_auto_shutdown(self, spec: ChildSpec, *, restarted: bool) -> None:
        mode = self._flags.auto_shutdown
        if mode is AutoShutdown.NEVER or not spec.significant:
            return
        left = mode is AutoShutdown.ALL_SIGNIFICANT and any(
            child.spec.significant and child.state is not ChildState.DOWN
            for child in self._children.values()
        )
        if auto_shutdown(mode, significant=True, restarted=restarted, significant_left=left):
            begin_exit(self._actor_ref, ExitReason.shutdown("auto_shutdown"))

    # -- restarting ------------------------------------------------------------------------

    def _begin_restart(self, child: Child, reason: ExitReason) -> None:
        """Count a restart and start it: now, or after the backoff's delay."""
        if child.state is not ChildState.RESTARTING or self._children.get(child.id) is not child:
            return  # it was terminated meanwhile
        if child.spec.backoff is not None:
            self._begin_backoff(child, reason)
            return
        flags = self._flags
        if self._restart_times is None:
            self._restart_times = deque()
        now = self.clock.time()
        if count_restart(self._restart_times, now, flags.intensity, flags.period):
            self._operations.submit(self._restart(child))
        else:
            self._give_up(child, reason, "reached max restart intensity")

    def _begin_backoff(self, child: Child, reason: ExitReason) -> None:
        backoff = child.spec.backoff
        assert backoff is not None
        assert backoff.reset_after is not None
        if child.since is not None and self.clock.time() - child.since >= backoff.reset_after:
            child.attempts = 0
        child.since = None
        if backoff.max_restarts is not None and child.attempts >= backoff.max_restarts:
            self._give_up(child, reason, "reached the backoff's max_restarts")
            return
        delay = backoff.delay(child.attempts)
        child.attempts += 1
        critical = backoff.critical_after is not None and child.attempts >= backoff.critical_after
        logger.log(
            logging.CRITICAL if critical else logging.INFO,
            "%s: child %r restarts in %.3f s (attempt %d): %r",
            self._label(), child.id, delay, child.attempts, reason,
        )  # fmt: skip
        self._before_backoff(child)
        child.timer = self.clock.call_later(delay, self._backoff_over, child)

    def _before_backoff(self, child: Child) -> None:
        """Stop those that are restarted with the child, so that they don't run without it."""

    def _backoff_over(self, child: Child) -> None:
        child.timer = None
        ref = self._actor_ref
        if ref.is_open:
            ref.scheduler.enqueue(ref, Call(self._submit_restart, (child,)))

    def _submit_restart(self, child: Child) -> None:
        if child.state is ChildState.RESTARTING:
            self._operations.submit(self._restart(child))

    def _retry(self, child: Child, error: StartError) -> None:
        """Try a failed restart again after what waits in the inbox; the failure counts."""
        logger.error("%s: child %r can't be restarted: %s", self._label(), child.id, error)
        child.state = ChildState.RESTARTING
        reason = ExitReason.error(error)
        ref = self._actor_ref
        if ref.is_open:
            ref.scheduler.enqueue(ref, Call(self._begin_restart, (child, reason)))

    def _give_up(self, child: Child, reason: ExitReason, why: str) -> None:
        logger.error("%s: %s, at child %r: %r", self._label(), why, child.id, reason)
        child.state = ChildState.DOWN
        if telemetry.listening():
            telemetry.emit(EventKind.GAVE_UP, self._actor_ref, child, None, reason)
        begin_exit(self._actor_ref, ExitReason.shutdown(why, reason.exception))

    # -- starting one child ----------------------------------------------------------------

    def _start_one(self, child: Child, *, again: bool = False) -> Steps:
        """Start a child.

        Returns:
            None, or the StartError; a StartIgnored or StartAborted is no fault.
        """
        child.state = ChildState.STARTING
        try:
            ref = self._construct(child)
        except Exception as exc:  # noqa: BLE001  # whatever a constructor raises is a failed start
            child.state = ChildState.DOWN
            child.ref = None
            return self._start_failed(child, exc)
        if ref.status is Status.STARTING:
            error = yield from self._await_start(child, ref)
        else:
            error = ref.reason.exception if ref.reason is not None else None
        if error is None and ref.is_open:
            self._started(child, ref, again=again)
            return None
        if child.ref is ref and child.state is not ChildState.TERMINATING:
            child.ref = None
            child.state = ChildState.DOWN
        return self._start_failed(child, error or ActorDeadError(f"it ended: {ref.reason}"))

    def _await_start(self, child: Child, ref: LoopRef[Any]) -> Steps:
        """Wait for a start that takes its time, not longer than it may; returns its failure."""
        address = self.address_of(child)
        if address is not None:
            address.on_starting(ref)
        timeout = child.spec.start_timeout
        outcome = yield until_started(self._actor_ref.scheduler, ref, timeout)
        if outcome is not None:
            return outcome[0]
        ref.on_started = None
        child.state = ChildState.TERMINATING
        call_on(ref, kill)
        child.state = ChildState.DOWN
        return StartTimeout(f"child {child.id!r}: on_start took over {timeout} s")

    def _construct(self, child: Child) -> LoopRef[Any]:
        """Make the actor and launch it; its start may be over when this returns."""
        scheduler = self._actor_ref.scheduler
        spec = child.spec
        args, kwargs = spec.args, spec.kwargs
        if child.extra is not None:
            args, kwargs = (*args, *child.extra[0]), {**kwargs, **child.extra[1]}
        elif child.address is not None:
            args = (*args, child.address)
        scheduler.starting = child
        try:
            made = spec.start(*args, **kwargs)
        finally:
            scheduler.starting = None
        if isinstance(made, EventLoopActor):
            ref: LoopRef[Any] = made.actor_ref
            child.ref = ref
            ref.on_started = _looked_at_later
            launch(ref)
            return ref
        child.info = None
        if isinstance(made, tuple) and len(made) == 2:  # a ref and more
            made, child.info = made
        if made is IGNORE:
            raise StartIgnored(f"child {child.id!r}: ignored", child.id)
        if not isinstance(made, LoopRef):
            raise StartError(f"child {child.id!r}: start returned {made!r}, not a ref", child.id)
        child.ref = made
        call_on(made, _adopt, child)
        return made

    def _started(self, child: Child, ref: LoopRef[Any], *, again: bool) -> None:
        child.state = ChildState.RUNNING
        if child.spec.backoff is not None:
            child.since = self.clock.time()
        if again:
            child.restarts += 1
        address = self.address_of(child)
        if address is not None:
            address.on_running(ref, child.spec.buffer, again=again)
        if telemetry.listening():
            kind = EventKind.RESTARTED if again else EventKind.STARTED
            telemetry.emit(kind, self._actor_ref, child, ref)

    def _start_failed(self, child: Child, cause: BaseException) -> StartError:
        error = self._start_error(child, cause)
        address = self.address_of(child)
        if address is not None:
            address.on_not_started(error)
        return error

    def _start_error(self, child: Child, cause: BaseException) -> StartError:
        if isinstance(cause, StartError) and cause.child_id in (None, child.id):
            cause.child_id = child.id
            return cause
        kind = StartError
        if child.state is ChildState.TERMINATING or isinstance(cause, ActorDeadError):
            kind = StartAborted
        error = kind(f"child {child.id!r} of {self._label()}: {cause!r}", child.id)
        error.__cause__ = cause
        return error

    # -- stopping one child ----------------------------------------------------------------

    def _stop_one(self, child: Child, *, expected: bool = False) -> Steps:
        """Stop a child whatever its state: by its spec's shutdown, killed when it is late."""
        self._cancel_timer(child)
        ref = child.ref
        address = self.address_of(child)
        if address is not None:
            if expected:
                address.on_down()
            else:
                address.on_stopping()
        if ref is None:
            child.state = ChildState.DOWN
            return
        child.state = ChildState.TERMINATING
        scheduler = self._actor_ref.scheduler
        deadline = self._ask_to_end(child)
        if ref.status is not Status.DEAD:
            in_time = yield until_exit(scheduler, ref, deadline)
            if not in_time:
                self._kill_late(child, ref)
                if ref.status is not Status.DEAD:
                    yield until_exit(scheduler, ref, None)
        self._stopped(child, ref)

    def _ask_to_end(self, child: Child) -> float | None:
        """Ask a child to end; return how long it may take, in seconds or None."""
        ref, shutdown = child.ref, child.spec.shutdown
        if shutdown is Shutdown.BRUTAL_KILL:
            call_on(ref, kill)
            return None
        call_on(ref, request_exit, SHUTDOWN)
        return None if isinstance(shutdown, Shutdown) else shutdown

    def _kill_late(self, child: Child, ref: LoopRef[Any]) -> None:
        logger.error(
            "%s: child %r did not end within %s s: killed",
            self._label(), child.id, child.spec.shutdown,
        )  # fmt: skip
        call_on(ref, kill)

    def _stopped(self, child: Child, ref: LoopRef[Any]) -> None:
        if child.ref is not ref:  # another operation has seen to it
            return
        child.ref = None
        child.state = ChildState.DOWN
        if telemetry.listening():
            telemetry.emit(EventKind.EXITED, self._actor_ref, child, ref, ref.reason)

    def _forget(self, child: Child) -> None:
        self._cancel_timer(child)
        if self._children.get(child.id) is child:
            del self._children[child.id]
            child.release_names()
            address = self.address_of(child)
            if address is not None:
                address.on_gone()

    @staticmethod
    def _cancel_timer(child: Child) -> None:
        if child.timer is not None:
            child.timer.cancel()
            child.timer = None

    def _label(self) -> str:
        return self.name or self.__class__.__name__

    # -- the supervisor's own end ----------------------------------------------------------

    def _exit_hook(self, reason: ExitReason, *, started: bool) -> Any:
        """End all children, then run the user's hook."""
        self._operations.abort(f"{self._label()} is ending")
        future: LoopFuture[None] = LoopFuture()
        Operation(
            self._leave(reason, started=started), lambda _op, value, exc: settle(future, value, exc)
        ).advance()
        if future.done():
            exception = future.exception()
            if exception is not None:
                raise exception
            return None
        return future

    def _leave(self, reason: ExitReason, *, started: bool) -> Steps:
        yield from self._stop_all()
        self._release_addresses()
        pending = super()._exit_hook(reason, started=started)
        if pending is not None and is_awaitable(pending):
            exc = yield lambda wake: attend(
                self._actor_ref, pending, lambda _record, _value, exc: wake(exc)
            )
            if exc is not None:
                raise exc

    def _kill_hook(self) -> None:
        """Kill the children: the effect of OTP's links."""
        self._operations.abort(f"{self._label()} is ending")
        for child in tuple(self._children.values()):
            self._cancel_timer(child)
            address = self.address_of(child)
            if address is not None:
                address.on_down()
            ref, child.ref = child.ref, None
            if ref is not None:
                call_on(ref, kill)
        self._release_addresses()

    def _release_addresses(self) -> None:
        """Refuse what waits below a root: no supervisor comes after it."""
        if isinstance(self._actor_ref.parent, Child):
            return
        for child in self._children.values():
            child.release_names()
        for address in list((self._names or {}).values()):
            address.on_gone()


def _looked_at_later(_record: Record, _exc: BaseException | None) -> None:
    """Stand for the supervisor while it launches a child: a failed start isn't a child's end."""


def _adopt(record: Record, child: Child) -> None:
    """Put an actor that was started as a root under a supervisor."""
    if record.status is Status.DEAD:
        child.exited(record)
        return
    if record.parent is not None and not record.parent.supervised:
        record.parent.exited(record)
    record.parent = child


def is_temporary(spec: ChildSpec) -> bool:
    """Return whether a child's spec goes with it."""
    return spec.restart is Restart.TEMPORARY


def called_off(child: Child) -> bool:
    """Return whether a start failed because the child is being stopped."""
    return child.state is ChildState.TERMINATING
