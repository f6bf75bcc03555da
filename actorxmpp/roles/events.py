"""Events and timers, as users call them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.actors.events import EventEntry
from actorxmpp.roles.core import RoleCore
from actorxmpp.xmlstream.stanzabase import StanzaBase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    from actorxmpp.settings import SessionSettings

__all__ = ["Events"]


class Events(RoleCore):
    """Named events with any number of handlers, and things that happen later."""

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        super().__init__(session_id, settings)
        self._scheduled: dict[str, asyncio.TimerHandle] = {}

    # events

    def add_event_handler(
        self, name: str, pointer: Callable[..., Any], disposable: bool = False
    ) -> None:
        """Have a function or coroutine function called when an event is raised.

        It runs in the actor that adds it: the dispatcher, or a plugin.

        Args:
            name: the event.
            pointer: takes the event's data.
            disposable: call it for the first occurrence only.
        """
        entry = EventEntry(pointer, disposable, self._owner_of(pointer))
        self._context.events.add(name, entry)

    def del_event_handler(self, name: str, pointer: Callable[..., Any]) -> None:
        """Remove each registration of a function for an event."""
        self._context.events.remove(name, pointer)

    def event_handled(self, name: str) -> int:
        """Count the handlers of an event."""
        return self._context.events.count(name)

    def event(self, name: str, data: Any = None) -> None:
        """Raise an event.

        The role's handlers have run when this returns (coroutines have begun); a plugin's run in
        the plugin's actor.

        Args:
            name: the event.
            data: given to each handler; an empty dictionary by default.
        """
        if self._elsewhere():
            self.loop.call_soon_threadsafe(self.event, name, data)
            return
        data = {} if data is None else data
        actor = self._actor
        stanza = data if isinstance(data, StanzaBase) else None
        for function, _, owner in self._context.events.take(name):
            if owner is not None:
                cell = self._context.plugins.get(owner)
                if cell is not None:
                    cell.tell(m.RunEventHandler(function, data))
            elif actor is not None:
                actor.run_guarded(function, data, stanza)
            else:
                result = function(data)
                if inspect.isawaitable(result):
                    self.loop.create_task(result)  # type: ignore[arg-type]

    async def event_async(self, name: str, data: Any = None) -> None:
        """Raise an event and wait for the role's coroutine handlers, in order."""
        data = {} if data is None else data
        for entry in self._context.events.take(name):
            result = entry.function(data)
            if inspect.isawaitable(result):
                await result

    async def wait_until(self, event: str, timeout: float = 30.0) -> Any:
        """Wait for the next occurrence of an event.

        Args:
            event: the event.
            timeout: seconds.

        Returns:
            The event's data.

        Raises:
            TimeoutError: if it does not occur in time.
        """
        future: asyncio.Future[Any] = self.loop.create_future()

        def occurred(data: Any) -> None:
            if not future.done():
                future.set_result(data)

        with self.event_handler(event, occurred):
            return await asyncio.wait_for(future, timeout)

    @contextlib.contextmanager
    def event_handler(self, event: str, handler: Callable[..., Any]) -> Iterator[None]:
        """Have a handler called for an event while the ``with`` block runs."""
        self.add_event_handler(event, handler)
        try:
            yield
        finally:
            self.del_event_handler(event, handler)

    def exception(self, exception: BaseException) -> None:
        """Called with each exception a handler of the role did not catch."""
        raise NotImplementedError

    # time

    def schedule(
        self,
        name: str,
        seconds: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        repeat: bool = False,
    ) -> None:
        """Call a function later.

        Args:
            name: for ``cancel_schedule``; unique.
            seconds: how much later.
            callback: what to call; may be a coroutine function.
            args: its positional arguments.
            kwargs: its keyword arguments.
            repeat: call it every ``seconds`` until cancelled.

        Raises:
            ValueError: if something of this name is scheduled.
        """
        if name in self._scheduled:
            raise ValueError(f"something is scheduled under the name {name!r} already")
        function = functools.partial(callback, *args, **(kwargs or {}))
        self._arm(name, seconds, function, repeat)

    def _arm(self, name: str, seconds: float, function: Callable[[], Any], repeat: bool) -> None:
        handle = self.loop.call_later(seconds, self._due, name, seconds, function, repeat)
        self._scheduled[name] = handle

    def _due(self, name: str, seconds: float, function: Callable[[], Any], repeat: bool) -> None:
        self._scheduled.pop(name, None)
        if repeat:
            self._arm(name, seconds, function, repeat)
        if self._actor is not None:
            self._actor.run_guarded(lambda _: function(), None, None)
        else:
            function()

    def cancel_schedule(self, name: str) -> None:
        """Cancel what was scheduled under a name; nothing there is no error."""
        handle = self._scheduled.pop(name, None)
        if handle is not None:
            handle.cancel()

    def wrap(self, coroutine: Coroutine[Any, Any, Any] | Awaitable[Any]) -> asyncio.Future[Any]:
        """Run a coroutine on the session's loop."""
        return asyncio.ensure_future(coroutine, loop=self.loop)
