"""`DynamicSupervisor`: any number of children without an order, started on demand.

Children come and go; each is started, restarted and stopped on its own, side by side with the
others, and a full stop asks them all at once, with one timer for each distinct deadline. It keeps
no specs of children that are gone. With a `template` it is OTP's simple_one_for_one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from supervisors.child import Child, ChildState, Counts
from supervisors.errors import (
    AlreadyStarted,
    ChildError,
    ChildRestarting,
    MaxChildren,
    SpecError,
    StartError,
    StartIgnored,
)
from supervisors.operation import until_exits
from supervisors.policy import AutoShutdown, Restart, Strategy
from supervisors.record import Status
from supervisors.spec import AUTO_ID, ChildSpec, Flags, check_specs
from supervisors.supervision import Supervising, called_off
from supervisors.tree import TreeNode, tree_of

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from supervisors.address import ChildAddress
    from supervisors.entities import Entities, EntityAddress
    from supervisors.future import LoopFuture
    from supervisors.operation import Steps

__all__ = ["DynamicSupervisor"]


class DynamicSupervisor(Supervising):
    """Supervises children that are started on demand, one_for_one.

    Args:
        template: the spec of all children; `start_child` then takes further arguments for it.
            None: `start_child` takes a spec.
        max_children: how many there may be; None for no limit.
        intensity: restarts of all children together allowed within `period`.
        period: length of that window, in seconds.
        name: for reports.
        on_demand: children that are started by messages to their addresses.

    Raises:
        SpecError: a value is wrong.
    """

    __slots__ = ("_entities", "_next_id", "_template", "max_children")

    def __init__(
        self,
        template: ChildSpec | None = None,
        *,
        max_children: int | None = None,
        intensity: int = 3,
        period: float = 5.0,
        name: str | None = None,
        on_demand: Entities | None = None,
    ) -> None:
        flags = Flags(Strategy.ONE_FOR_ONE, intensity, period, AutoShutdown.NEVER)
        super().__init__(flags, name, serial=False)
        if template is not None:
            check_specs((template,))
        _check_max(max_children)
        self._template = template
        self.max_children = max_children
        self._next_id = 1
        self._entities = on_demand
        if on_demand is not None:
            on_demand.attach(self)

    def _make_names(self) -> MutableMapping[Any, ChildAddress]:
        return WeakValueDictionary()

    # -- what differs from a static supervisor ---------------------------------------------

    def _kept(self, child: Child) -> None:
        self._forget(child)

    def _restart(self, child: Child) -> Steps:
        if child.state is not ChildState.RESTARTING or self._children.get(child.id) is not child:
            return
        error = yield from self._start_one(child, again=True)
        if isinstance(error, StartIgnored):
            self._forget(child)
        elif error is not None and not called_off(child):
            self._retry(child, error)

    def _stop_all(self) -> Steps:
        """Ask all at once; one timer for each distinct deadline."""
        records: list[tuple[Any, float | None]] = []
        children = [child for child in self._children.values() if child.ref is not None]
        for child in self._children.values():
            self._cancel_timer(child)
        for child in children:
            child.state = ChildState.TERMINATING
            records.append((child.ref, self._ask_to_end(child)))
        refs = [(child, child.ref) for child in children]

        def late(deadline: float) -> None:
            for child, ref in refs:
                if child.spec.shutdown == deadline and ref.status is not Status.DEAD:
                    self._kill_late(child, ref)

        if records:
            yield until_exits(self._actor_ref.scheduler, records, late)
        for child, ref in refs:
            self._stopped(child, ref)
        if self._entities is not None:
            self._entities.detach(self)

    def _kill_hook(self) -> None:
        super()._kill_hook()
        if self._entities is not None:
            self._entities.detach(self)

    def count_children(self) -> Counts:
        """Return how many children there are, run, are supervisors and are workers."""
        counts = super().count_children()
        return counts if self._template is None else counts._replace(specs=1)

    # -- requests --------------------------------------------------------------------------

    def start_child(self, *args: Any, **kwargs: Any) -> LoopFuture[Any]:
        """Start a child: from a spec, or with a template from further arguments for it.

        Returns:
            a future of its ref (of ref and info when the start function returned both); of None
            when its start was ignored: nothing is kept then. It fails with
            `AlreadyStarted`, `MaxChildren`, `SpecError` or `StartError`.
        """
        template = self._template
        if template is not None:
            return self._operations.request(self._start_child(template, (args, kwargs)))
        if len(args) != 1 or kwargs:
            raise SpecError("spec", (*args, kwargs), "start_child takes one ChildSpec")
        check_specs(args)
        return self._operations.request(self._start_child(args[0], None))

    def start_entity(self, address: EntityAddress) -> None:
        """Start the actor of an address, which is notified of the outcome."""
        entities = address.entities
        if entities.find(address.child_id) is not address:
            return
        if address.waiting:
            self._operations.submit(self._start_entity(entities.spec, address))
        elif address.child_id not in self._children:  # what waited was refused
            address.on_gone()

    def stop_entity(self, address: EntityAddress) -> None:
        """Stop the actor of an address, if there is one or will be."""
        child = self._children.get(address.child_id)
        if child is not None and child.address is address:
            self._operations.submit(self._terminate_child(address.child_id))
        else:
            address.on_gone()

    def _start_entity(self, spec: ChildSpec, address: EntityAddress) -> Steps:
        try:
            yield from self._start_child(spec, None, address)
        except StartError:
            pass  # it was notified already
        except ChildError as error:
            address.on_not_started(error)
            address.on_gone()

    def _start_child(
        self, spec: ChildSpec, extra: tuple[Any, Any] | None, address: EntityAddress | None = None
    ) -> Steps:
        child_id = spec.id if address is None else address.child_id
        if child_id is AUTO_ID or extra is not None:
            child_id = self._next_id
            self._next_id += 1
        present = self._children.get(child_id)
        if present is not None:
            if present.state is ChildState.RESTARTING:
                raise ChildRestarting(child_id)
            raise AlreadyStarted(child_id, present.ref)
        if self.max_children is not None and len(self._children) >= self.max_children:
            raise MaxChildren(child_id)
        child = Child(self, spec, child_id, extra)
        child.address = address
        self._add(child)
        error = yield from self._start_one(child)
        if error is not None:
            if not called_off(child):
                self._forget(child)
            if isinstance(error, StartIgnored):
                return None
            raise error
        if spec.restart is Restart.TEMPORARY and address is None:
            child.extra = None
            child.spec = spec if extra is not None else spec.without_arguments()
        return child.answer()

    def terminate_child(self, child: Any) -> LoopFuture[Any]:
        """Stop a child and forget it.

        Args:
            child: its ref, its id or its address.

        Returns:
            a future of None; it fails with `ChildNotFound`.
        """
        return self._operations.request(self._terminate_child(child))

    def _terminate_child(self, key: Any) -> Steps:
        child = self._find(key)
        yield from self._stop_one(child)
        self._forget(child)

    def restart_child(self, child_id: Any) -> LoopFuture[Any]:
        """Refuse: a dynamic supervisor keeps no specs of children that don't run."""
        raise _NoSpecs(child_id)

    def delete_child(self, child_id: Any) -> LoopFuture[Any]:
        """Refuse: a dynamic supervisor keeps no specs of children that don't run."""
        raise _NoSpecs(child_id)

    def tree(self) -> TreeNode:
        """Return the tree below and with this supervisor."""
        return tree_of(self)

    def configure(
        self,
        *,
        template: ChildSpec | None = None,
        max_children: int | None = None,
        intensity: int | None = None,
        period: float | None = None,
    ) -> None:
        """Change settings at run time, with effect from the next start.

        Raises:
            SpecError: a value is wrong; nothing has changed then.
        """
        old = self._flags
        flags = Flags(
            old.strategy,
            old.intensity if intensity is None else intensity,
            old.period if period is None else period,
            old.auto_shutdown,
        )
        _check_max(max_children)
        if template is not None:
            check_specs((template,))
            if self._template is None:
                raise SpecError("template", template, "this supervisor was made without one")
            for child in self._children.values():
                child.spec = template
            self._template = template
        self._flags = flags
        self.max_children = self.max_children if max_children is None else max_children


class _NoSpecs(ChildError):
    text = "a dynamic supervisor keeps no specs of children that don't run"


def _check_max(value: Any) -> None:
    if value is not None and (type(value) is not int or value < 0):
        raise SpecError("max_children", value, "must be a whole number, 0 or more, or None")
