"""`Child`: what a supervisor keeps of one child, and the values that describe it.

A child outlives its actors: it keeps the spec, the state and the counts, and for a child that is a
supervisor also the addresses below it, so that these survive its restart too.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from supervisors.deadletters import RefusalReason
from supervisors.errors import ActorDeadError
from supervisors.lifecycle import refuse
from supervisors.record import Call

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from supervisors.address import Address, ChildAddress
    from supervisors.clock import TimerHandle
    from supervisors.deadletters import Refusal
    from supervisors.policy import ChildType
    from supervisors.record import Record
    from supervisors.scheduler import Scheduler
    from supervisors.spec import ChildSpec

__all__ = ["Child", "ChildInfo", "ChildState", "Counts"]


class ChildState(Enum):
    """Where a child stands, seen from its supervisor."""

    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    """down, and the supervisor is about to start it again"""
    TERMINATING = "terminating"
    DOWN = "down"
    """down, and nothing is done about it (OTP's undefined)"""


class ChildInfo(NamedTuple):
    """A line of `which_children`.

    Attributes:
        id: the child's id.
        ref: its ref; None while it is down or restarting.
        state: where it stands.
        type: worker or supervisor.
        restarts: how often it has been restarted.
    """

    id: Any
    ref: Any
    state: ChildState
    type: ChildType | None
    restarts: int


class Counts(NamedTuple):
    """What `count_children` answers.

    Attributes:
        specs: how many specs there are.
        active: how many children run.
        supervisors: how many specs are of supervisors.
        workers: how many specs are of workers.
    """

    specs: int
    active: int
    supervisors: int
    workers: int


class Child:
    """One child of a supervisor.

    Attributes:
        supervisor: the supervising actor.
        spec: the spec (without arguments once a temporary child runs).
        id: the child's id.
        extra: arguments after the template's, of a child started from a template.
        info: what the start function returned besides the ref (OTP's {ok, Pid, Info}).
        ref: its actor, also while it starts or is being stopped.
        state: see `ChildState`.
        restarts: how often it was restarted.
        attempts: restarts since the backoff's last reset.
        since: when it was started, for the backoff's reset.
        timer: the backoff's timer.
        address: the address of a child that is started on demand (entities.py).
        names: for a supervisor, its children's addresses.
    """

    __slots__ = (
        "address",
        "attempts",
        "extra",
        "id",
        "info",
        "names",
        "ref",
        "restarts",
        "since",
        "spec",
        "state",
        "supervisor",
        "timer",
    )

    supervised = True

    def __init__(
        self, supervisor: Any, spec: ChildSpec, child_id: Any, extra: tuple[Any, Any] | None = None
    ) -> None:
        self.supervisor = supervisor
        self.spec = spec
        self.id = child_id
        self.extra = extra
        self.info: Any = None
        self.ref: Any = None
        self.state = ChildState.DOWN
        self.restarts = 0
        self.attempts = 0
        self.since: float | None = None
        self.timer: TimerHandle | None = None
        self.address: Address | None = None
        self.names: MutableMapping[Any, ChildAddress] | None = None

    @property
    def scheduler(self) -> Scheduler:
        """The supervisor's scheduler."""
        scheduler: Scheduler = self.supervisor.actor_ref.scheduler
        return scheduler

    def exited(self, record: Record) -> None:
        """Have the supervisor deal with the actor's end, on its own turn."""
        try:
            self.scheduler.call(self._notify, record)
        except ActorDeadError:  # its loop is closed: there is no supervisor any more
            self.ref = None

    def _notify(self, record: Record) -> None:
        ref = self.supervisor.actor_ref
        if ref.is_open:
            ref.scheduler.enqueue(ref, Call(self.supervisor.child_exited, (self, record)))

    def undelivered(self, record: Record, item: Any, refusal: Refusal) -> bool:
        """Give an item its actor won't handle to the child's address, on the supervisor's loop."""
        if self.address is None and not self.spec.keep_waiting:
            return False
        try:
            self.scheduler.call(self._give_back, record, item, refusal)
        except ActorDeadError:  # its loop is closed
            return False
        return True

    def _give_back(self, record: Record, item: Any, refusal: Refusal) -> None:
        address: Address | None = self.supervisor.address_of(self)
        if address is None:
            refuse(record, item, refusal)
        elif self.spec.keep_waiting and refusal.reason is RefusalReason.ENDED:
            address.take_back(item, stopped=self.state is ChildState.TERMINATING)
        else:
            address.refuse(item, refusal)

    def release_names(self) -> None:
        """Refuse what waits for the children of a supervisor that won't come back."""
        if self.names is not None:
            for address in list(self.names.values()):
                address.on_gone()

    def line(self) -> ChildInfo:
        """Return this child as a line of `which_children`."""
        ref = None if self.state is ChildState.RESTARTING else self.ref
        return ChildInfo(self.id, ref, self.state, self.spec.type, self.restarts)

    def answer(self) -> Any:
        """Return what a request to start this child is answered with."""
        return self.ref if self.info is None else (self.ref, self.info)
