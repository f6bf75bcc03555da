"""`Supervisor`: children with an order. OTP's one_for_one, one_for_all and rest_for_one.

Children start in the order of their specs and stop in the reverse. Operations run one after
another in the order they were asked for; while one waits (for a child's coroutine on_start, for a
child that takes its time to end) questions are still answered, and a stop is obeyed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from supervisors.child import Child, ChildState
from supervisors.errors import (
    ActorDeadError,
    AlreadyPresent,
    AlreadyStarted,
    ChildNotFound,
    ChildRestarting,
    ChildRunning,
    InboxFull,
    StartIgnored,
)
from supervisors.future import LoopFuture
from supervisors.launch import StartShutdown
from supervisors.operation import Operation
from supervisors.policy import AutoShutdown, Restart, Scope, Strategy, restart_scope
from supervisors.reasons import ExitReason
from supervisors.spec import ChildSpec, Flags, check_specs
from supervisors.supervision import MAX_REQUESTS, Supervising, called_off, is_temporary
from supervisors.tree import TreeNode, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from supervisors.operation import Steps

__all__ = ["Supervisor", "flags_of"]

#: Thousands of supervisors share a handful of flags; this many different ones are remembered.
KNOWN_FLAGS = 64
_known_flags: dict[tuple[Any, ...], Flags] = {}


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

    __slots__ = ("_future", "_operation", "_waiting")

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
        super().__init__(flags_of(strategy, intensity, period, auto_shutdown), name)
        self._operation: Operation | None = None
        self._future: LoopFuture[Any] | None = None
        self._waiting: deque[tuple[Steps, LoopFuture[Any] | None]] | None = None
        specs = children(self) if callable(children) else children
        for spec in check_specs(specs, auto_shutdown):
            self._add(Child(self, spec, spec.id))

    # -- start and end ---------------------------------------------------------------------

    def on_start(self) -> Any:
        """Start the children. Overriding it: call this one and return (or await) its result."""
        future: LoopFuture[None] = LoopFuture()
        self._submit(self._start_all(), future)
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

    # -- one operation after another -------------------------------------------------------

    def _submit(self, steps: Steps, future: LoopFuture[Any] | None = None) -> None:
        if self._operation is not None:
            if self._waiting is None:
                self._waiting = deque()
            if future is not None and len(self._waiting) >= MAX_REQUESTS:
                steps.close()
                future.set_exception(InboxFull(f"{MAX_REQUESTS} requests wait already"))
            else:
                self._waiting.append((steps, future))
            return
        self._operation, self._future = Operation(steps, self._operation_over), future
        self._operation.advance()

    def _operation_over(self, _operation: Operation, value: Any, exc: Exception | None) -> None:
        self._operation = None
        future, self._future = self._future, None
        if future is None:
            if exc is not None:
                self.exit(exc)
        elif exc is None:
            future.set(value)
        else:
            future.set_exception(exc)
        if self._waiting and self._operation is None:
            self._submit(*self._waiting.popleft())

    def _abort_operations(self) -> None:
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.abort()
        futures, self._future = [self._future], None
        waiting, self._waiting = self._waiting, None
        for steps, future in waiting or ():
            steps.close()
            futures.append(future)
        for future in futures:
            if future is not None:
                future.set_exception(ActorDeadError(f"{self._label()} is ending"))

    def _request(self, steps: Steps) -> LoopFuture[Any]:
        future: LoopFuture[Any] = LoopFuture()
        self._submit(steps, future)
        return future

    # -- restarting ------------------------------------------------------------------------

    def _group(self, child: Child) -> list[Child]:
        """The children a restart of `child` touches, in starting order."""
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
            self._submit(self._stop_dependents(child))

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
        """A temporary child is never started again: its arguments are not kept."""
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
        return self._request(self._start_child(spec))

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
        if child is not None and child.state is ChildState.STARTING:
            return self._terminate_starting(child)
        return self._request(self._terminate_child(child_id))

    def _terminate_starting(self, child: Child) -> LoopFuture[Any]:
        """Don't queue behind the very start that is to be called off."""
        future: LoopFuture[Any] = LoopFuture()

        def over(_operation: Operation, value: Any, exc: Exception | None) -> None:
            if exc is None:
                future.set(value)
            else:
                future.set_exception(exc)

        Operation(self._terminate_child(child.id), over).advance()
        return future

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
        return self._request(self._restart_child(child_id))

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
        return self._request(self._delete_child(child_id))

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
        """The tree below and with this supervisor."""
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
        flags = flags_of(
            old.strategy if strategy is None else strategy,
            old.intensity if intensity is None else intensity,
            old.period if period is None else period,
            old.auto_shutdown if auto_shutdown is None else auto_shutdown,
        )
        specs = None if children is None else check_specs(children, flags.auto_shutdown)
        return self._request(self._configure(flags, specs))

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


def flags_of(
    strategy: Strategy, intensity: int, period: float, auto_shutdown: AutoShutdown
) -> Flags:
    """Checked flags; equal ones are the same object."""
    key = (strategy, intensity, period, auto_shutdown)
    try:
        flags = _known_flags.get(key)
    except TypeError:
        flags = None
    if flags is None or type(intensity) is not int:
        flags = Flags(*key)
        if len(_known_flags) < KNOWN_FLAGS:
            _known_flags[key] = flags
    return flags
