"""What came of a demo: one set of numbers, as JSON for machines and as text for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Summary"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a demo.

    Attributes:
        sessions: Client sessions there were.
        sessions_up: Those connected at the end.
        components: Components there were.
        components_up: Those connected at the end.
        messages_sent: Ordinary messages, each counted once however often it was sent.
        messages_received: Messages received, each counted once.
        lost: Messages whose answer never came.
        sent_again: Attempts beyond the first, because no answer came in time.
        duplicated: Repeats of messages that receivers saw and dropped.
        connections_cut: Connections cut by the server.
        handlers_crashed: Handlers that were crashed on purpose.
        restarts: Restarts by kind of actor.
        latency_ms: From sending a message to its answer, retries included: p50 and p99.
        rss_kib_per_session: Resident memory of this process that came with the sessions.
        seconds: How long all of it took.
        seed: Makes the same demo again.
    """

    sessions: int
    sessions_up: int
    components: int
    components_up: int
    messages_sent: int
    messages_received: int
    lost: int
    sent_again: int
    duplicated: int
    connections_cut: int
    handlers_crashed: int
    restarts: Mapping[str, int]
    latency_ms: Mapping[str, float]
    rss_kib_per_session: float
    seconds: float
    seed: int

    @property
    def ok(self) -> bool:
        """Whether every session is up and no message is lost."""
        everybody = self.sessions_up == self.sessions and self.components_up == self.components
        return everybody and self.lost == 0

    def as_json(self) -> dict[str, Any]:
        """The fields with JSON's types only."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The result as text."""
        restarts = ", ".join(f"{count} {kind}" for kind, count in self.restarts.items()) or "none"
        yield (
            f"sessions    {self.sessions_up} of {self.sessions} clients and "
            f"{self.components_up} of {self.components} components up"
        )
        yield (
            f"messages    {self.messages_sent} sent, {self.messages_received} received, "
            f"lost {self.lost}; {self.sent_again} sent again, {self.duplicated} repeats dropped"
        )
        yield (
            f"trouble     {self.connections_cut} connections cut, "
            f"{self.handlers_crashed} handlers crashed"
        )
        yield f"restarts    {restarts}"
        yield (
            f"latency     p50 {self.latency_ms['p50']:.1f} ms, p99 {self.latency_ms['p99']:.1f} ms"
            " (messages that had to be sent again included)"
        )
        yield f"memory      {self.rss_kib_per_session:.1f} KiB a session"
        yield f"time        {self.seconds:.1f} s (seed {self.seed})"
