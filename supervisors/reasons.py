"""Why an actor ended, as a value: `ExitReason`, and `Down`, which a monitor gets.

Four kinds, after OTP: `normal` (it was done), `shutdown` (it was asked to end; a detail may say
why), `killed` (it was ended without being asked), `error` (it failed; the exception says how).
The first two are normal ends, the others are not: restart decisions (policy.py) look at nothing
else.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

__all__ = ["KILLED", "NORMAL", "SHUTDOWN", "Down", "ExitKind", "ExitReason"]


class ExitKind(Enum):
    """The four ways to end."""

    NORMAL = "normal"
    SHUTDOWN = "shutdown"
    KILLED = "killed"
    ERROR = "error"


class ExitReason:
    """Kind, detail and exception of an actor's end.

    Two reasons are equal when kind, detail and exception are.

    Args:
        kind: one of the four kinds.
        detail: anything that says more (OTP's `{shutdown, Detail}`).
        exception: what was raised, for `error` and for a shutdown caused by a failed start.
    """

    __slots__ = ("detail", "exception", "kind")

    def __init__(
        self, kind: ExitKind, detail: Any = None, exception: BaseException | None = None
    ) -> None:
        self.kind = kind
        self.detail = detail
        self.exception = exception

    @classmethod
    def error(cls, exception: BaseException) -> ExitReason:
        """Return the reason of an actor that failed with `exception`."""
        return cls(ExitKind.ERROR, None, exception)

    @classmethod
    def shutdown(cls, detail: Any = None, exception: BaseException | None = None) -> ExitReason:
        """Return a shutdown with a detail."""
        return cls(ExitKind.SHUTDOWN, detail, exception)

    @classmethod
    def of(cls, reason: ExitReason | BaseException) -> ExitReason:
        """Return `reason` itself, or the error reason for an exception."""
        return reason if isinstance(reason, ExitReason) else cls.error(reason)

    @property
    def is_normal(self) -> bool:
        """Whether this is a normal end: normal or shutdown."""
        return self.kind is ExitKind.NORMAL or self.kind is ExitKind.SHUTDOWN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExitReason):
            return NotImplemented
        return (
            self.kind is other.kind
            and self.detail == other.detail
            and self.exception is other.exception
        )

    def __hash__(self) -> int:
        return hash((self.kind, id(self.exception)))

    def __repr__(self) -> str:
        parts = [self.kind.value]
        if self.detail is not None:
            parts.append(repr(self.detail))
        if self.exception is not None:
            parts.append(repr(self.exception))
        return f"<ExitReason {': '.join(parts)}>"


NORMAL = ExitReason(ExitKind.NORMAL)
SHUTDOWN = ExitReason(ExitKind.SHUTDOWN)
KILLED = ExitReason(ExitKind.KILLED)


class Down(NamedTuple):
    """What a monitor's callback is given, exactly once.

    Attributes:
        ref: the actor that ended.
        reason: why.
        exception: the exception, when there is one (`reason.exception`).
    """

    ref: Any
    reason: ExitReason
    exception: BaseException | None
