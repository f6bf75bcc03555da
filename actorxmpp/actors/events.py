"""Who wants to hear of which event.

The table belongs to the session, not to the role object, so that a plugin's event handlers stay
registered when the dispatcher restarts, and the role's when a plugin does. Adding and raising cost
the same however many handlers other events have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EventEntry", "EventTable"]


class EventEntry(NamedTuple):
    """One registered event handler."""

    function: Callable[..., Any]
    disposable: bool
    """True if it is to be called once only."""
    owner: str | None
    """The plugin that registered it; None is the role."""


class EventTable:
    """Event handlers by event name, in the order they were added.

    Attributes:
        by_name: the handlers; to be looked at only.
        disposable: the events of which a handler is to be called once; to be looked at only.
    """

    __slots__ = ("by_name", "disposable")

    def __init__(self) -> None:
        self.by_name: dict[str, tuple[EventEntry, ...]] = {}
        self.disposable: set[str] = set()

    def add(self, name: str, entry: EventEntry) -> None:
        """Add a handler of the event ``name``."""
        self.by_name[name] = (*self.by_name.get(name, ()), entry)
        if entry.disposable:
            self.disposable.add(name)

    def remove(self, name: str, function: Callable[..., Any]) -> None:
        """Remove each registration of ``function`` for the event ``name``; none is no error."""
        self._keep(name, lambda entry: entry.function != function)

    def remove_owner(self, owner: str | None) -> None:
        """Remove all handlers of a plugin, or with None all of the role."""
        for name in list(self.by_name):
            self._keep(name, lambda entry: entry.owner != owner)

    def count(self, name: str) -> int:
        """Count the handlers of the event ``name``."""
        return len(self.by_name.get(name, ()))

    def take(self, name: str) -> tuple[EventEntry, ...]:
        """Return the handlers to call for one occurrence; forgets the disposable ones."""
        entries = self.by_name.get(name, ())
        if name in self.disposable:
            self.disposable.discard(name)
            self._keep(name, lambda entry: not entry.disposable)
        return entries

    def _keep(self, name: str, wanted: Callable[[EventEntry], bool]) -> None:
        kept = tuple(entry for entry in self.by_name.get(name, ()) if wanted(entry))
        if kept:
            self.by_name[name] = kept
        else:
            self.by_name.pop(name, None)
