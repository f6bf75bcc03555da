"""`ChildKeeper`: what a supervisor knows of its children, and how it starts and stops one.

The lower half of a supervisor. It holds the places and their names, answers questions about them,
and knows the steps of one child's start (which may take a coroutine, with a deadline) and of its
stop (asked first, killed when late). What these steps are used for is in supervision.py.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from supervisors import telemetry
from supervisors.address import Address
from supervisors.cell import Status
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
from supervisors.handle import SupervisorRef
from supervisors.launch import launch
from supervisors.lifecycle import call_on, kill, request_exit
from supervisors.operation import until_exit, until_started
from supervisors.policy import ChildType, Shutdown
from supervisors.reasons import SHUTDOWN
from supervisors.runtime import EventLoopActor, LoopRef
from supervisors.telemetry import EventKind

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import MutableMapping

    from supervisors.cell import Cell
    from supervisors.operation import Steps
    from supervisors.spec import ChildSpec, Flags

__all__ = ["IGNORE", "SUPERVISOR_INBOX", "ChildKeeper"]

logger = logging.getLogger("supervisors")


class _Ignore(Enum):
    """What a start function returns instead of a ref when the child is not wanted now."""

    IGNORE = "ignore"


#: What a start function returns instead of a ref when the child is not wanted now.
IGNORE: Final = _Ignore.IGNORE
#: Waiting messages of a supervisor: a hundred thousand children may be asked for at once.
SUPERVISOR_INBOX: Final = 1_000_000


class ChildKeeper(EventLoopActor):
    """Keeps children; see `Supervising`."""

    __slots__ = ("_children", "_flags", "_names", "_restart_times", "name")

    is_supervisor: ClassVar[bool] = True
    ref_class: ClassVar[type[LoopRef[Any]]] = SupervisorRef
    inbox_limit: ClassVar[int] = SUPERVISOR_INBOX
    business_errors: ClassVar[tuple[type[Exception], ...]] = (SupervisorsError,)

    _children: dict[Any, Child]
    _flags: Flags
    _names: MutableMapping[Any, Address] | None
    _restart_times: deque[float] | None

    def __init__(self, flags: Flags, name: str | None) -> None:
        super().__init__()
        self.name = name
        self._flags = flags
        self._children = {}
        self._restart_times = None
        place = self._actor_ref.parent
        self._names = place.names if isinstance(place, Child) else None

    def _make_names(self) -> MutableMapping[Any, Address]:
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
        """The name of a child, valid before it runs and across its restarts."""
        if self._names is None:
            self._names = self._make_names()
            place = self._actor_ref.parent
            if isinstance(place, Child):
                place.names = self._names
        address = self._names.get(child_id)
        if address is None:
            address = self._names[child_id] = Address(child_id, self._actor_ref.scheduler)
            child = self._children.get(child_id)
            if child is not None:
                self._bind(child, address)
        return address

    def _bind(self, child: Child, address: Address) -> None:
        address.set_limit(child.spec.stash)
        if child.state is ChildState.RUNNING:
            address.set_up(child.ref)
        elif child.state is ChildState.STARTING and child.ref is not None:
            address.set_starting(child.ref)

    def _add(self, child: Child) -> Child:
        self._children[child.id] = child
        name = self._name_of(child)
        if name is not None:
            self._bind(child, name)
        return child

    def _name_of(self, child: Child) -> Address | None:
        return None if self._names is None else self._names.get(child.id)

    def which_children(self) -> list[ChildInfo]:
        """The children, newest first, as OTP lists them."""
        return [child.line() for child in reversed(self._children.values())]

    def which_child(self, child_id: Any) -> ChildInfo:
        """One child.

        Raises:
            ChildNotFound: there is none with this id.
        """
        return self._find(child_id).line()

    def count_children(self) -> Counts:
        """How many specs, running children, supervisors and workers there are."""
        children = self._children.values()
        active = sum(child.state is ChildState.RUNNING for child in children)
        supervisors = sum(child.spec.type is ChildType.SUPERVISOR for child in children)
        return Counts(len(children), active, supervisors, len(children) - supervisors)

    def get_childspec(self, child_id: Any) -> ChildSpec:
        """The spec of a child.

        Raises:
            ChildNotFound: there is none with this id.
        """
        return self._find(child_id).spec

    def _find(self, key: Any) -> Child:
        """A child by its id, its ref or its address."""
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

    # -- starting one child ----------------------------------------------------------------

    def _start_one(self, child: Child, *, again: bool = False) -> Steps:
        """Start a child.

        Returns:
            None, or the StartError; a StartIgnored or StartAborted is no fault.
        """
        child.state = ChildState.STARTING
        box: list[BaseException | None] = []
        try:
            ref = self._construct(child, box)
        except Exception as exc:  # noqa: BLE001  # whatever a constructor raises is a failed start
            child.state = ChildState.DOWN
            child.ref = None
            return self._start_failed(child, exc)
        if not box and ref.status is Status.STARTING:
            name = self._name_of(child)
            if name is not None:
                name.set_starting(ref)
            scheduler = self._actor_ref.scheduler
            outcome = yield until_started(scheduler, ref, child.spec.start_timeout)
            if outcome is None:
                ref.on_started = None
                child.state = ChildState.TERMINATING
                call_on(ref, kill)
                child.state = ChildState.DOWN
                timeout = f"{child.spec.start_timeout} s"
                outcome = (StartTimeout(f"child {child.id!r}: on_start took over {timeout}"),)
            box.append(outcome[0])
        error = box[0] if box else ref.reason and ref.reason.exception
        if error is None and ref.is_open:
            self._started(child, ref, again=again)
            return None
        if child.ref is ref and child.state is not ChildState.TERMINATING:
            child.ref = None
            child.state = ChildState.DOWN
        return self._start_failed(child, error or ActorDeadError(f"it ended: {ref.reason}"))

    def _construct(self, child: Child, box: list[BaseException | None]) -> LoopRef[Any]:
        """Make the actor; its start's outcome is put into `box` if it is over already."""
        scheduler = self._actor_ref.scheduler
        spec = child.spec
        args, kwargs = spec.args, spec.kwargs
        if child.extra is not None:
            args, kwargs = (*args, *child.extra[0]), {**kwargs, **child.extra[1]}
        scheduler.starting = child
        try:
            made = spec.start(*args, **kwargs)
        finally:
            scheduler.starting = None
        if isinstance(made, EventLoopActor):
            ref: LoopRef[Any] = made.actor_ref
            child.ref = ref
            ref.on_started = lambda _cell, exc: box.append(exc)
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
        if self._names is not None:
            name = self._names.get(child.id)
            if name is not None:
                name.set_limit(child.spec.stash)
                name.set_up(ref)
        if telemetry.listening():
            kind = EventKind.RESTARTED if again else EventKind.STARTED
            telemetry.emit(kind, self._actor_ref, child, ref)

    def _start_failed(self, child: Child, cause: BaseException) -> StartError:
        name = self._name_of(child)
        if name is not None:
            name.set_down(expected=True)
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
        name = self._name_of(child)
        if name is not None:
            name.set_down(expected=expected)
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
        """Tell a child to end, and how long it may take."""
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
            name = self._name_of(child)
            if name is not None:
                name.set_down(expected=False)

    @staticmethod
    def _cancel_timer(child: Child) -> None:
        if child.timer is not None:
            child.timer.cancel()
            child.timer = None

    def _label(self) -> str:
        return self.name or self.__class__.__name__


def _adopt(cell: Cell, child: Child) -> None:
    """Give an actor that was started as a root its place under a supervisor."""
    if cell.status is Status.DEAD:
        child.exited(cell)
        return
    if cell.parent is not None and not cell.parent.supervised:
        cell.parent.exited(cell)
    cell.parent = child
