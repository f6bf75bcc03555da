"""Callback and CoroutineCallback: call a function with each matching stanza."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.handler.base import BaseHandler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.xmlstream.matcher.base import MatcherBase


class Callback(BaseHandler):
    """Calls a function with each matching stanza.

    Args:
        name: the handler's name.
        matcher: the stanzas it takes.
        pointer: the function; a coroutine it returns becomes a task.
        once: whether the handler is removed after its first stanza.
        instream: whether the function is called in ``prerun``, before other handlers run.
        stream: a stream to register with at once.
        thread: accepted for old programs and ignored: handlers run in the actor that registered
            them.
    """

    __slots__ = ("_instream", "_once", "_pointer")

    def __init__(
        self,
        name: str,
        matcher: MatcherBase,
        pointer: Callable[[Any], Any],
        once: bool = False,
        instream: bool = False,
        stream: Any = None,
        *,
        thread: bool = False,
    ) -> None:
        del thread
        self._pointer: Callable[[Any], Any] | None = pointer
        self._once = once
        self._instream = instream
        super().__init__(name, matcher, stream)

    @property
    def pointer(self) -> Callable[[Any], Any] | None:
        """The function, until a ``once`` handler was used."""
        return self._pointer

    def prerun(self, payload: Any) -> Any:
        """Mark a ``once`` handler as done, and run an ``instream`` one."""
        if self._once:
            self._destroy = True
        return self.run(payload, True) if self._instream else None

    def run(self, payload: Any, instream: bool = False) -> Any:
        """Call the function and return what it returns.

        Args:
            payload: the stanza.
            instream: whether this is the call from ``prerun``.
        """
        if self._instream and not instream:
            return None
        pointer = self._pointer
        if pointer is None:
            return None  # a ``once`` handler that was used up by an earlier stanza of the same read
        if self._once:
            self._destroy = True
            self._pointer = None
        return pointer(payload)


class CoroutineCallback(Callback):
    """Calls a coroutine function with each matching stanza; ``run`` returns the coroutine.

    The dispatcher, or the plugin's actor, makes a task of it and deals with its failure.

    Args:
        name: the handler's name.
        matcher: the stanzas it takes.
        pointer: the coroutine function.
        once: whether the handler is removed after its first stanza.
        instream: whether it is called in ``prerun``.
        stream: a stream to register with at once.

    Raises:
        ValueError: if ``pointer`` is not a coroutine function.
    """

    __slots__ = ()

    def __init__(
        self,
        name: str,
        matcher: MatcherBase,
        pointer: Callable[[Any], Awaitable[Any]],
        once: bool = False,
        instream: bool = False,
        stream: Any = None,
    ) -> None:
        if not iscoroutinefunction(pointer):
            raise ValueError(f"{pointer!r} is not a coroutine function")

        super().__init__(name, matcher, pointer, once, instream, stream)
