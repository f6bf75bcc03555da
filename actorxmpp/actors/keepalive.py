"""Is the server still there, does it hear from us? The transport's timers while a stream is up.

TCP does not notice for many minutes that the other end is gone. When nothing was heard for a while
the server is made to say something (XEP-0198, XEP-0199); if it does not, the connection is lost. A
single space now and then keeps NAT entries alive (RFC 6120 section 4.6.1) and the server from
calling us idle (XEP-0478).

Rules of this file: each of the two has a deadline of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from supervisors import TimerHandle

__all__ = ["Keepalive", "KeepaliveOwner"]

IDLE_SHARE = 0.8
"""Part of the server's patience (XEP-0478, idle-seconds) after which something is said."""


class KeepaliveOwner(Protocol):
    """What it needs of the transport."""

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call something later."""

    def heard(self) -> bool:
        """Whether anything was read since the last call, or reading is paused."""

    def probe(self) -> None:
        """Have the server say something."""

    def write_space(self) -> None:
        """Let the connection be seen."""

    def silent(self, reason: str) -> None:
        """The server is gone, though TCP does not know yet."""


class Keepalive:
    """Watches over one established connection after the other.

    Args:
        owner: the transport.
    """

    __slots__ = ("_owner", "_probe_timer", "_space_timer")

    def __init__(self, owner: KeepaliveOwner) -> None:
        self._owner = owner
        self._probe_timer: TimerHandle | None = None
        self._space_timer: TimerHandle | None = None

    def start(
        self,
        probe_after: float | None,
        probe_timeout: float,
        space_after: float | None,
        idle_limit: float | None,
    ) -> None:
        """The stream is up.

        Args:
            probe_after: seconds of silence after which the server is probed; None never does.
            probe_timeout: seconds it gets to answer.
            space_after: seconds between spaces; None writes none.
            idle_limit: seconds of silence the server puts up with, if it said.
        """
        self.stop()
        if idle_limit:
            limit = idle_limit * IDLE_SHARE
            space_after = limit if space_after is None else min(space_after, limit)
        if space_after is not None:
            self._arm_space(space_after)
        if probe_after is not None:
            self._owner.heard()
            self._arm_probe(probe_after, probe_after, probe_timeout, False)

    def stop(self) -> None:
        """The stream is over."""
        for timer in (self._probe_timer, self._space_timer):
            if timer is not None:
                timer.cancel()
        self._probe_timer = self._space_timer = None

    def _arm_space(self, seconds: float) -> None:
        self._space_timer = self._owner.call_later(seconds, self._space_due, seconds)

    def _space_due(self, seconds: float) -> None:
        self._arm_space(seconds)
        self._owner.write_space()

    def _arm_probe(self, seconds: float, after: float, timeout: float, probed: bool) -> None:
        self._probe_timer = self._owner.call_later(seconds, self._look, after, timeout, probed)

    def _look(self, after: float, timeout: float, probed: bool) -> None:
        """Has anything been heard?"""
        if self._owner.heard():
            self._arm_probe(after, after, timeout, False)
        elif probed:
            self._probe_timer = None
            self._owner.silent(f"nothing heard in {timeout:g} s")
        else:
            self._arm_probe(timeout, after, timeout, True)
            self._owner.probe()
