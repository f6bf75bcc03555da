"""`Supervisor`: children with an order. OTP's one_for_one, one_for_all and rest_for_one.

Children start in the order of their specs and stop in the reverse. Operations run one after
another in the order they were asked for; while one waits (for a child's coroutine on_start, for a
child that takes its time to end) questions are still answered, and a stop is obeyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from supervisors.child import Child, ChildState
from supervisors.errors import (
    AlreadyPresent,
    AlreadyStarted,
    ChildNotFound,
    ChildRestarting,
    ChildRunning,
    StartIgnored,
)
from supervisors.lifecycle import StartShutdown
from supervisors.policy import AutoShutdown, Restart, Scope, Strategy, restart_scope
from supervisors.reasons import ExitReason
from supervisors.spec import ChildSpec, Flags, check_specs
from supervisors.supervision import Supervising, called_off, is_temporary
from supervisors.tree import TreeNode, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from supervisors.future import LoopFuture
    from supervisors.operation import Steps

__all__ = ["Supervisor"]


class Supervisor(Supervising):
    """Supervises children that have an order.

    Args:
        children: their specs, in starting order; or a function of the supervisor that gives them,
            for specs whose arguments are addresses of siblings.
        strategy: who is restarted with a failed child.
        intensity: restarts allowed within `period`; one more and the supervisor gives up.
        period: length of that window, in seconds.
        auto_shutdown: whether significant children's ends end the supervisor.
        name: for reports.

    Raises:
        SpecError: a flag or spec is wrong.
    """

    __slots__ = ()

    def __init__(
        self,
        children: Iterable[ChildSpec] | Callable[[Any], Iterable[ChildSpec]] = (),
        *,
        strategy: Strategy = Strategy.ONE_FOR_ONE,
        intensity: int = 3,
        period: float = 5.0,
        auto_shutdown: AutoShutdown = AutoShutdown.NEVER,
        name: str | None = None,
    ) -> None:
        super().__init__(Flags(strategy, intensity, period, auto_shutdown), name, serial=True)
        specs = children(self) if callable(children) else children
        for spec in check_specs(specs, auto_shutdown):
            self._add(Child(self, spec, spec.id))

    # -- start and end ---------------------------------------------------------------------

    def on_start(self) -> Any:
        """Start the children. Overriding it: call this one and return (or await) its result."""
        future = self._operations.request(self._start_all())
        if not future.done():
            return future
        exception = future.exception()
        if exception is not None:
            raise exception
        return None

    def _start_all(self) -> Steps:
        for child in tuple(self._children.values()):
            error = yield from self._start_one(child)
            if isinstance(error, StartIgnored):
                self._ignored(child)
            elif error is not None:
                raise StartShutdown(
                    ExitReason.shutdown(("failed_to_start_child", child.id), error)
                ) from error
            else:
                self._settled(child)

    def _stop_all(self) -> Steps:
        for child in reversed(tuple(self._children.values())):
            yield from self._stop_one(child, expected=True)

    # -- restarting ------------------------------------------------------------------------

    def _group(self, child: Child) -> list[Child]:
        """Return the children a restart of `child` touches, in starting order."""
        scope = restart_scope(self._flags.strategy)
        if scope is Scope.ONE:
            return [child]
        children = list(self._children.values())
        return children if scope is Scope.ALL else children[children.index(child) :]

    def _restart(self, child: Child) -> Steps:
        if child.state is not ChildState.RESTARTING or self._children.get(child.id) is not child:
            return
        group = self._group(child)
        for member in reversed(group):
            if member is not child:
                yield from self._stop_bystander(member)
        for member in group:
            if self._children.get(member.id) is not member:
                continue
            error = yield from self._start_one(member, again=True)
            if isinstance(error, StartIgnored):
                self._ignored(member)
            elif error is not None:
                if not called_off(member):
                    self._retry(member, error)
                return

    def _stop_bystander(self, member: Child) -> Steps:
        yield from self._stop_one(member, expected=True)
        if is_temporary(member.spec):
            self._forget(member)

    def _before_backoff(self, child: Child) -> None:
        if restart_scope(self._flags.strategy) is not Scope.ONE:
            self._operations.submit(self._stop_dependents(child))

    def _stop_dependents(self, child: Child) -> Steps:
        if self._children.get(child.id) is child:
            for member in reversed(self._group(child)):
                if member is not child:
                    yield from self._stop_bystander(member)

    def _ignored(self, child: Child) -> None:
        child.state = ChildState.DOWN
        child.ref = None
        if is_temporary(child.spec):
            self._forget(child)

    @staticmethod
    def _settled(child: Child) -> None:
        """Drop a temporary child's arguments: it is never started again."""
        if child.spec.restart is Restart.TEMPORARY:
            child.spec = child.spec.without_arguments()

    # -- requests --------------------------------------------------------------------------

    def start_child(self, spec: ChildSpec) -> LoopFuture[Any]:
        """Add a child and start it.

        Returns:
            a future of its ref (of ref and info when the start function returned both); of None
            when its start was ignored. It fails with
            `AlreadyStarted`, `AlreadyPresent`, `SpecError` or `StartError`.
        """
        return self._operations.request(self._start_child(spec))

    def _start_child(self, spec: ChildSpec) -> Steps:
        check_specs((spec,), self._flags.auto_shutdown)
        present = self._children.get(spec.id)
        if present is not None:
            if present.ref is not None:
                raise AlreadyStarted(spec.id, present.ref)
            raise AlreadyPresent(spec.id)
        child = self._add(Child(self, spec, spec.id))
        error = yield from self._start_one(child)
        if isinstance(error, StartIgnored):
            self._ignored(child)
            return None
        if error is not None:
            if not called_off(child):
                self._forget(child)
            raise error
        self._settled(child)
        return child.answer()

    def terminate_child(self, child_id: Any) -> LoopFuture[Any]:
        """Stop a child and leave it down; a temporary one's spec goes too.

        Never counts as a restart, never triggers auto_shutdown, and calls off a restart.

        Returns:
            a future of None; it fails with `ChildNotFound`.
        """
        child = self._children.get(child_id)
        # Don't wait behind the very start that is to be called off.
        urgent = child is not None and child.state is ChildState.STARTING
        return self._operations.request(self._terminate_child(child_id), urgent=urgent)

    def _terminate_child(self, child_id: Any) -> Steps:
        child = self._find(child_id)
        yield from self._stop_one(child)
        if is_temporary(child.spec):
            self._forget(child)

    def restart_child(self, child_id: Any) -> LoopFuture[Any]:
        """Start a child that is down.

        Returns:
            a future of its ref (of ref and info when the start function returned both); of None
            when its start was ignored. It fails with
            `ChildNotFound`, `ChildRunning`, `ChildRestarting` or `StartError`; the spec stays.
        """
        return self._operations.request(self._restart_child(child_id))

    def _restart_child(self, child_id: Any) -> Steps:
        child = self._find_down(child_id)
        error = yield from self._start_one(child)
        if isinstance(error, StartIgnored):
            self._ignored(child)
            return None
        if error is not None:
            raise error
        self._settled(child)
        return child.answer()

    def delete_child(self, child_id: Any) -> LoopFuture[Any]:
        """Drop the spec of a child that is down.

        Returns:
            a future of None; it fails with `ChildNotFound`, `ChildRunning` or `ChildRestarting`.
        """
        return self._operations.request(self._delete_child(child_id))

    def _delete_child(self, child_id: Any) -> Steps:
        self._forget(self._find_down(child_id))
        yield from ()

    def _find_down(self, child_id: Any) -> Child:
        child = self._children.get(child_id)
        if child is None:
            raise ChildNotFound(child_id)
        if child.state is ChildState.RESTARTING:
            raise ChildRestarting(child_id)
        if child.state is not ChildState.DOWN:
            raise ChildRunning(child_id, child.ref)
        return child

    def tree(self) -> TreeNode:
        """Return the tree below and with this supervisor."""
        return tree_of(self)

    def configure(
        self,
        *,
        children: Iterable[ChildSpec] | None = None,
        strategy: Strategy | None = None,
        intensity: int | None = None,
        period: float | None = None,
        auto_shutdown: AutoShutdown | None = None,
    ) -> LoopFuture[Any]:
        """Change flags and specs at run time, as OTP's code_change does.

        Specs of known ids replace the old ones, with effect from the next start; new ones are
        added but not started; children that are no longer listed stay as they are.

        Returns:
            a future of None; it fails with `SpecError`, and nothing has changed then.
        """
        old = self._flags
        flags = Flags(
            old.strategy if strategy is None else strategy,
            old.intensity if intensity is None else intensity,
            old.period if period is None else period,
            old.auto_shutdown if auto_shutdown is None else auto_shutdown,
        )
        specs = None if children is None else check_specs(children, flags.auto_shutdown)
        return self._operations.request(self._configure(flags, specs))

    def _configure(self, flags: Flags, specs: tuple[ChildSpec, ...] | None) -> Steps:
        self._flags = flags
        if specs is not None:
            old, self._children = self._children, {}
            for spec in specs:
                child = old.pop(spec.id, None) or Child(self, spec, spec.id)
                child.spec = spec
                self._children[spec.id] = child
            self._children.update(old)
        yield from ()
