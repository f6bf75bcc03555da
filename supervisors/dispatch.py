"""What an actor's turn does with an inbox item that is no plain message, and with results.

`special` is looked up by the item's type, once per item: asks, stops, callbacks and pykka's proxy
messages have a handler there; all else goes to `on_receive` (scheduler.py does that itself).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pykka.messages import ProxyCall, ProxyGetAttr, ProxySetAttr

from supervisors.cell import Ask, Call, Cell, Status, Stop
from supervisors.errors import ActorDeadError, CallCancelled
from supervisors.lifecycle import attend, begin_exit, crash, cut_traceback, is_awaitable
from supervisors.policy import AskOutcome, ask_outcome
from supervisors.pykka_internals import ActorStop
from supervisors.reasons import NORMAL, ExitKind, ExitReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from supervisors.future import LoopFuture

__all__ = ["handle_result", "pause_if_sequential", "special", "unpause"]


# -- plain messages ------------------------------------------------------------------------


def handle_result(cell: Cell, result: Any) -> None:
    """Take on the coroutine a handler of a `tell` returned; other results go nowhere."""
    if is_awaitable(result):
        pause_if_sequential(cell)
        attend(cell, result, _tell_over)


def _tell_over(cell: Cell, _value: Any, exc: BaseException | None) -> None:
    if exc is not None and not isinstance(exc, asyncio.CancelledError):
        crash(cell, exc)
    unpause(cell)


def pause_if_sequential(cell: Cell) -> None:
    """Let a sequential actor's messages wait for its coroutine."""
    if cell.actor is not None and cell.actor.sequential and cell.status is Status.RUNNING:
        cell.status = Status.PAUSED


def unpause(cell: Cell) -> None:
    """Let a paused actor go on."""
    if cell.status is Status.PAUSED:
        cell.scheduler.resume(cell)


# -- asks ----------------------------------------------------------------------------------


def _ask(cell: Cell, actor: Any, item: Ask) -> None:
    message = item.message
    try:
        reader = _readers.get(type(message))
        result = actor.on_receive(message) if reader is None else reader(actor, message)
    except Exception as exc:  # noqa: BLE001  # whatever it is, it is the asker's answer
        cut_traceback(exc)
        _ask_failed(cell, item.future, exc)
    except BaseException as exc:
        item.future.set_exception(_told_of(cell, exc))
        raise
    else:
        if result is not None and is_awaitable(result):
            pause_if_sequential(cell)
            attend(cell, result, partial(_ask_over, item.future))
        else:
            item.future.set(result)


def _ask_over(future: LoopFuture[Any], cell: Cell, value: Any, exc: BaseException | None) -> None:
    if exc is None:
        future.set(value)
    elif isinstance(exc, Exception):
        _ask_failed(cell, future, exc)
    else:
        future.set_exception(_told_of(cell, exc))
    unpause(cell)


def _told_of(cell: Cell, exc: BaseException) -> Exception:
    """What a caller is told of an exception that must not be raised in its own task."""
    if cell.status >= Status.STOPPING:
        return ActorDeadError(f"{cell} stopped before it had answered")
    return CallCancelled(f"the handler in {cell} ended with {type(exc).__name__}")


def _ask_failed(cell: Cell, future: LoopFuture[Any], exc: Exception) -> None:
    future.set_exception(exc)
    actor = cell.actor
    if actor is None or cell.status >= Status.STOPPING:
        return
    outcome = ask_outcome(
        actor.ask_failure,
        supervised=cell.parent is not None and cell.parent.supervised,
        business=isinstance(exc, actor.business_errors),
    )
    if outcome is AskOutcome.REPLY_AND_CRASH:
        begin_exit(cell, ExitReason(ExitKind.ERROR, "in an ask", exc))


# -- pykka's proxies -----------------------------------------------------------------------


def _walk(root: Any, path: Any) -> Any:
    for name in path:
        root = getattr(root, name)
    return root


def _proxy_call(actor: Any, message: ProxyCall) -> Any:
    return _walk(actor, message.attr_path)(*message.args, **message.kwargs)


def _proxy_get(actor: Any, message: ProxyGetAttr) -> Any:
    return _walk(actor, message.attr_path)


def _proxy_set(actor: Any, message: ProxySetAttr) -> None:
    setattr(_walk(actor, message.attr_path[:-1]), message.attr_path[-1], message.value)


_readers: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ProxyCall: _proxy_call,
    ProxyGetAttr: _proxy_get,
    ProxySetAttr: _proxy_set,
}


def _told_proxy(cell: Cell, actor: Any, item: Any) -> None:
    result = _readers[type(item)](actor, item)
    if result is not None:
        handle_result(cell, result)


# -- the table -----------------------------------------------------------------------------


def _stop(cell: Cell, _actor: Any, item: Stop) -> None:
    begin_exit(cell, item.reason)


def _actor_stop(cell: Cell, _actor: Any, _item: ActorStop) -> None:
    begin_exit(cell, NORMAL)


def _call(_cell: Cell, _actor: Any, item: Call) -> None:
    item.callback(*item.args)


#: type of an inbox item -> function(cell, actor, item).
special: Final[dict[type, Callable[[Cell, Any, Any], None]]] = {
    Ask: _ask,
    Call: _call,
    Stop: _stop,
    ActorStop: _actor_stop,
    ProxyCall: _told_proxy,
    ProxyGetAttr: _told_proxy,
    ProxySetAttr: _told_proxy,
}
