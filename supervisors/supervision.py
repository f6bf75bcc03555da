"""What static and dynamic supervisors share: what happens when a child or they themselves end.

A supervisor is an actor whose inbox also brings its children's ends. It never waits in a handler:
each procedure is an `Operation`; subclasses say whether operations run one after another
(`Supervisor`, whose children have an order) or side by side (`DynamicSupervisor`). What to do is
decided in policy.py; this module does it.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from supervisors import telemetry
from supervisors.cell import Call, Cell
from supervisors.child import Child, ChildState
from supervisors.future import LoopFuture
from supervisors.keeper import ChildKeeper
from supervisors.lifecycle import attend, begin_exit, call_on, is_awaitable, kill
from supervisors.operation import Operation, Operations, settle
from supervisors.policy import (
    AutoShutdown,
    ExitAction,
    Restart,
    auto_shutdown,
    count_restart,
    exit_action,
    is_reported,
)
from supervisors.reasons import SHUTDOWN, ExitReason
from supervisors.telemetry import EventKind

if TYPE_CHECKING:
    from supervisors.errors import StartError
    from supervisors.operation import Steps
    from supervisors.spec import ChildSpec, Flags

__all__ = ["Supervising", "called_off", "is_temporary"]

logger = logging.getLogger("supervisors")


class Supervising(ChildKeeper):
    """Base of the supervisors; not for direct use."""

    __slots__ = ("_operations",)

    def __init__(self, flags: Flags, name: str | None, *, serial: bool) -> None:
        super().__init__(flags, name)
        self._operations = Operations(self.exit, serial=serial)

    # -- subclasses fill in ----------------------------------------------------------------

    def _stop_all(self) -> Steps:
        raise NotImplementedError

    def _restart(self, child: Child) -> Steps:
        raise NotImplementedError

    # -- a child's own end -----------------------------------------------------------------

    def child_exited(self, child: Child, cell: Cell) -> None:
        """A child's actor is dead. Called on the supervisor's own turn (see child.Child)."""
        if child.ref is not cell or child.state is not ChildState.RUNNING:
            return  # an operation is stopping it, or it has been replaced already
        child.ref = None
        reason = cell.reason or SHUTDOWN
        spec = child.spec
        action = exit_action(spec.restart, reason)
        child.state = ChildState.RESTARTING if action is ExitAction.RESTART else ChildState.DOWN
        name = self._name_of(child)
        if name is not None:
            name.set_down(expected=action is ExitAction.RESTART)
        if telemetry.listening():
            telemetry.emit(EventKind.EXITED, self._actor_ref, child, cell, reason)
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
        """A child ended and stays down; a dynamic supervisor forgets it."""

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
        """A restart failed: it counts, and is tried again after what waits in the inbox."""
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
        pending = super()._exit_hook(reason, started=started)
        if pending is not None and is_awaitable(pending):
            exc = yield lambda wake: attend(
                self._actor_ref, pending, lambda _cell, _value, exc: wake(exc)
            )
            if exc is not None:
                raise exc

    def _kill_hook(self) -> None:
        """The link's effect: who kills a supervisor kills its children."""
        self._operations.abort(f"{self._label()} is ending")
        for child in tuple(self._children.values()):
            self._cancel_timer(child)
            name = self._name_of(child)
            if name is not None:
                name.set_down(expected=True)
            ref, child.ref = child.ref, None
            if ref is not None:
                call_on(ref, kill)


def is_temporary(spec: ChildSpec) -> bool:
    """Whether a child's spec goes with it."""
    return spec.restart is Restart.TEMPORARY


def called_off(child: Child) -> bool:
    """Whether a start failed because somebody stops the child."""
    return child.state is ChildState.TERMINATING
