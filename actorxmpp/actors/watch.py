"""Keeps watch over an established connection: is the server still there, does it hear from us?

TCP does not notice for many minutes that the other end is gone. When nothing was heard for a while
the parser is asked to make the server say something (XEP-0198, XEP-0199); if it does not, the
connection is lost. A single space now and then keeps NAT entries alive (RFC 6120 section 4.6.1)
and the server from calling us idle (XEP-0478).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorxmpp.settings import SessionKind

if TYPE_CHECKING:
    from actorxmpp.actors.transport import TransportActor
    from supervisors import TimerHandle

__all__ = ["Watch"]

IDLE_SHARE = 0.8
"""Part of the server's patience (XEP-0478, idle-seconds) after which something is said."""


class Watch:
    """The transport's timers while a stream is up; one timer at a time.

    Attributes:
        heard: something was read since the watch looked last; set with each read.
    """

    __slots__ = ("_idle_limit", "_probed", "_spoken_at", "_timer", "_transport", "heard")

    def __init__(self, transport: TransportActor) -> None:
        self._transport = transport
        self._timer: TimerHandle | None = None
        self._probed = False
        self._spoken_at = 0.0
        self._idle_limit: float | None = None
        self.heard = True

    def start(self, idle_limit: float | None) -> None:
        """The stream is up.

        Args:
            idle_limit: seconds of silence the server puts up with, if it said.
        """
        self._idle_limit = idle_limit
        self._probed = False
        self._spoken_at = self._transport.clock.time()
        self._arm(self._interval())

    def stop(self) -> None:
        """The stream is over."""
        self._arm(None)

    def _arm(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self._transport.call_later(seconds, self._look)

    def _interval(self) -> float | None:
        """How often to look: often enough for probes, for NAT and for the server's patience."""
        wishes = (self._space_after(), self._probe_after())
        return min((seconds for seconds in wishes if seconds is not None), default=None)

    def _probe_after(self) -> float | None:
        context = self._transport.context
        # A component has nobody whose answer it could count on: XEP-0114 has no such thing.
        return context.settings.probe_after if context.spec.kind is SessionKind.CLIENT else None

    def _space_after(self) -> float | None:
        seconds = self._transport.context.settings.whitespace_interval
        if not self._idle_limit:
            return seconds
        limit = self._idle_limit * IDLE_SHARE
        return limit if seconds is None else min(seconds, limit)

    def _look(self) -> None:
        """Has anything been heard? Is it time to say something?"""
        self._timer = None
        context = self._transport.context
        interval = self._interval()
        if self.heard or context.reading_paused:
            self.heard = self._probed = False
        elif self._probed:
            self._transport.silent(f"nothing heard in {context.settings.probe_timeout:g} s")
            return
        elif self._probe_after() is not None:
            self._probed = True
            interval = context.settings.probe_timeout
            self._transport.probe()
        self._arm(interval)
        self._say_something()

    def _say_something(self) -> None:
        now, due = self._transport.clock.time(), self._space_after()
        if due is not None and now - self._spoken_at >= due:
            self._spoken_at = now
            self._transport.write_space()
