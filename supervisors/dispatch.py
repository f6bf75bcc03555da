"""What an actor's turn does with an inbox item that is no plain message, and with results.

`special` is looked up by the item's type, once per item: asks, stops, callbacks and pykka's proxy
messages have a handler there; all else goes to `on_receive` (scheduler.py does that itself).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pykka.messages import ProxyCall, ProxyGetAttr, ProxySetAttr

from supervisors.errors import ActorDeadError, CallCancelled
from supervisors.lifecycle import attend, begin_exit, crash, cut_traceback, is_awaitable
from supervisors.policy import AskOutcome, ask_outcome
from supervisors.pykka_internals import ActorStop
from supervisors.reasons import NORMAL, ExitKind, ExitReason
from supervisors.record import Ask, Call, Record, Status, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from supervisors.future import LoopFuture

__all__ = ["handle_result", "pause_if_sequential", "special", "unpause"]


# -- plain messages ------------------------------------------------------------------------


def handle_result(record: Record, result: Any) -> None:
    """Take on the coroutine a handler of a `tell` returned; other results go nowhere."""
    if is_awaitable(result):
        pause_if_sequential(record)
        attend(record, result, _tell_over)


def _tell_over(record: Record, _value: Any, exc: BaseException | None) -> None:
    if exc is not None and not isinstance(exc, asyncio.CancelledError):
        crash(record, exc)
    unpause(record)


def pause_if_sequential(record: Record) -> None:
    """Let a sequential actor's messages wait for its coroutine."""
    if record.actor is not None and record.actor.sequential and record.status is Status.RUNNING:
        record.status = Status.PAUSED


def unpause(record: Record) -> None:
    """Let a paused actor go on."""
    if record.status is Status.PAUSED:
        record.scheduler.resume(record)


# -- asks ----------------------------------------------------------------------------------


def _ask(record: Record, actor: Any, item: Ask) -> None:
    message = item.message
    try:
        reader = _readers.get(type(message))
        result = actor.on_receive(message) if reader is None else reader(actor, message)
    except Exception as exc:  # noqa: BLE001  # whatever it is, it is the asker's answer
        cut_traceback(exc)
        _ask_failed(record, item.future, exc)
    except BaseException as exc:
        item.future.set_exception(_error_for_caller(record, exc))
        raise
    else:
        if result is not None and is_awaitable(result):
            pause_if_sequential(record)
            attend(record, result, partial(_ask_over, item.future))
        else:
            item.future.set(result)


def _ask_over(
    future: LoopFuture[Any], record: Record, value: Any, exc: BaseException | None
) -> None:
    if exc is None:
        future.set(value)
    elif isinstance(exc, Exception):
        _ask_failed(record, future, exc)
    else:
        future.set_exception(_error_for_caller(record, exc))
    unpause(record)


def _error_for_caller(record: Record, exc: BaseException) -> Exception:
    """Return what a caller gets for an exception that must not be raised in its own task."""
    if record.status >= Status.STOPPING:
        return ActorDeadError(f"{record} stopped before it had answered")
    return CallCancelled(f"the handler in {record} ended with {type(exc).__name__}")


def _ask_failed(record: Record, future: LoopFuture[Any], exc: Exception) -> None:
    future.set_exception(exc)
    actor = record.actor
    if actor is None or record.status >= Status.STOPPING:
        return
    outcome = ask_outcome(
        actor.ask_failure,
        supervised=record.parent is not None and record.parent.supervised,
        business=isinstance(exc, actor.business_errors),
    )
    if outcome is AskOutcome.REPLY_AND_CRASH:
        begin_exit(record, ExitReason(ExitKind.ERROR, "in an ask", exc))


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


def _proxy(record: Record, actor: Any, item: Any) -> None:
    result = _readers[type(item)](actor, item)
    if result is not None:
        handle_result(record, result)


# -- the table -----------------------------------------------------------------------------


def _stop(record: Record, _actor: Any, item: Stop) -> None:
    begin_exit(record, item.reason)


def _actor_stop(record: Record, _actor: Any, _item: ActorStop) -> None:
    begin_exit(record, NORMAL)


def _call(_record: Record, _actor: Any, item: Call) -> None:
    item.callback(*item.args)


#: type of an inbox item -> function(record, actor, item).
special: Final[dict[type, Callable[[Record, Any, Any], None]]] = {
    Ask: _ask,
    Call: _call,
    Stop: _stop,
    ActorStop: _actor_stop,
    ProxyCall: _proxy,
    ProxyGetAttr: _proxy,
    ProxySetAttr: _proxy,
}
