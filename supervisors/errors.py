"""Every error this package raises, in one tree.

```
SupervisorsError
├── SpecError             a child spec or a supervisor's flag is wrong; names field and value
├── StartError            an actor did not start
│   ├── StartTimeout      its start took longer than the spec allows
│   ├── StartIgnored      its start said: not today (not a fault)
│   └── StartAborted      it was stopped while it was starting
├── ChildError            a supervisor refuses what was asked of a child
│   ├── AlreadyStarted    .ref holds the running one
│   ├── AlreadyPresent    the spec is there, the child is not running
│   ├── ChildNotFound
│   ├── ChildRunning
│   ├── ChildRestarting
│   └── MaxChildren
├── InboxFull             the actor's inbox, or the queue between threads, is at its limit
├── WouldBlockLoop        get() on the loop's own thread would wait for itself
└── CallCancelled         the handler that was to answer was cancelled
```

`ActorDeadError` is pykka's own, so that code written for pykka goes on working.
"""

from __future__ import annotations

from typing import Any

from pykka import ActorDeadError

__all__ = [
    "ActorDeadError",
    "AlreadyPresent",
    "AlreadyStarted",
    "CallCancelled",
    "ChildError",
    "ChildNotFound",
    "ChildRestarting",
    "ChildRunning",
    "InboxFull",
    "MaxChildren",
    "SpecError",
    "StartAborted",
    "StartError",
    "StartIgnored",
    "StartTimeout",
    "SupervisorsError",
    "WouldBlockLoop",
]


class SupervisorsError(Exception):
    """Root of this package's errors."""


class SpecError(SupervisorsError, ValueError):
    """A value in a child spec or a supervisor's flags can't be used.

    Attributes:
        field: name of the field.
        value: what was given.
    """

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(f"{field}={value!r}: {why}")
        self.field = field
        self.value = value


class StartError(SupervisorsError):
    """An actor did not start; `__cause__` is what its start raised.

    Attributes:
        child_id: id of the child spec, None for an actor without a supervisor.
    """

    def __init__(self, message: str, child_id: object = None) -> None:
        super().__init__(message)
        self.child_id = child_id


class StartTimeout(StartError):
    """`on_start` was not done within the spec's `start_timeout`."""


class StartIgnored(StartError):
    """`on_start` raised `Ignore`: the actor is not wanted now, which is no fault."""


class StartAborted(StartError):
    """The actor was asked to end while it was still starting."""


class ChildError(SupervisorsError):
    """A supervisor refuses a request about one child.

    Attributes:
        child_id: the child that was meant.
    """

    text = "refused"

    def __init__(self, child_id: object, ref: Any = None) -> None:
        super().__init__(f"child {child_id!r}: {self.text}")
        self.child_id = child_id
        self.ref = ref


class AlreadyStarted(ChildError):
    """A child with this id runs already; `ref` is it."""

    text = "already started"


class AlreadyPresent(ChildError):
    """A spec with this id is there, but its child does not run."""

    text = "already present, not running"


class ChildNotFound(ChildError):
    """No child with this id."""

    text = "not found"


class ChildRunning(ChildError):
    """The child runs; terminate it first."""

    text = "running"


class ChildRestarting(ChildError):
    """The supervisor is trying to restart the child; terminate it first."""

    text = "restarting"


class MaxChildren(ChildError):
    """The dynamic supervisor holds as many children as it may."""

    text = "the supervisor holds max_children already"


class InboxFull(SupervisorsError):
    """A message was refused or dropped because an inbox is at its limit."""


class WouldBlockLoop(SupervisorsError, RuntimeError):
    """`get()` was called on a loop's own thread for a future that isn't done: await it."""


class CallCancelled(SupervisorsError):
    """The coroutine that was to answer an ask was cancelled, its actor lives on."""
