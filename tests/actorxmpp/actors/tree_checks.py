"""What must be so of a session, by what it says and what its server has witnessed.

Rules of this file: it looks, it changes nothing. ``faults`` is asked whenever nothing is left to do
at that moment; each fault is a sentence. ``harness_tree`` has the rules they are about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from actorxmpp.exceptions import ActorXMPPError, StanzaNotSent

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from .harness_tree import World
    from .tree_server import Link

__all__ = ["LOOSE", "UP_EVENTS", "Entry", "faults", "lost_a_stream"]

UP_EVENTS = ("session_start", "session_resumed")

LOOSE = "may raise one more `disconnected`"
"""Said in the journal of calls and ends that came while there was no stream, or nobody could know:
``disconnect()`` may then raise an event that is no lost stream's."""


@dataclass(slots=True)
class Entry:
    """One stanza, from the call that sent it to its end.

    Attributes:
        number: counts all stanzas.
        kind: ``send``, ``wait`` (send_wait), ``acked`` (send_acked) or ``iq``.
        future: what the caller waits for.
        order: counts the calls as they began.
        written: numbers of the connections whose client's end took it.
        left: it was given to the system, which may lose it yet.
        events: how often each outcome was reported.
        refused: the call raised SendQueueFull: it was never taken.
    """

    number: int
    kind: str
    future: asyncio.Future[Any] | None = None
    order: int = -1
    written: list[int] = field(default_factory=list)
    left: bool = False
    events: dict[str, int] = field(default_factory=dict)
    refused: bool = False

    @property
    def id(self) -> str:
        """The stanza's id on the wire."""
        return f"t{self.number}"

    @property
    def waits(self) -> bool:
        """Whether the caller waits still."""
        return self.future is not None and not self.future.done()

    @property
    def error(self) -> BaseException | None:
        """What the caller's future failed with, if it has."""
        future = self.future
        if future is None or not future.done() or future.cancelled():
            return None
        return future.exception()

    @property
    def result(self) -> str:
        """The outcome that ``send_acked`` returned, in a word; empty while there is none."""
        future = self.future
        if self.kind != "acked" or future is None or not future.done() or future.cancelled():
            return ""
        return "" if future.exception() is not None else str(future.result().value)

    @property
    def not_sent(self) -> bool:
        """Whether it was reported as not sent, in either way."""
        return "stanza_not_sent" in self.events or isinstance(self.error, StanzaNotSent)

    @property
    def resolved(self) -> bool:
        """Whether it is known what became of it."""
        return bool(self.refused or self.left or self.not_sent or self.error is not None)

    def __str__(self) -> str:
        told = ""
        if self.future is not None:
            told = "waits" if self.waits else self.result or repr(self.error or "done")
        where = f"written={self.written}{' left' if self.left else ''}"
        return f"{self.id} ({self.kind}) {where} {told} {self.events or ''}".rstrip()


def faults(world: World) -> Iterator[str]:
    """Say all that is wrong; nothing is left to do now."""
    yield from _of_connections(world)
    yield from _of_events(world)
    yield from _of_arrivals(world)
    for entry in world.entries:
        yield from _of_reports(world, entry)
        yield from _of_waiting(world, entry)
    yield from _of_calls(world)


# connections


def _of_connections(world: World) -> Iterator[str]:
    server = world.server
    if world.up() and not server.up:
        yield "is_connected(), and there is no stream"
    for link in server.links[:-1]:
        if not link.over:
            yield f"connection {link.number} is left open"
    if world.dead and server.link is not None:
        yield f"the session is dead and connection {server.link.number} is left open"


# events


def _windows(world: World) -> Iterator[tuple[Link | None, list[tuple[str, Any]]]]:
    """The journal in parts: before the first connection, and from each one to the next."""
    link: Link | None = None
    part: list[tuple[str, Any]] = []
    for item in world.journal:
        if item[0] == "open":
            yield link, part
            link, part = world.server.links[item[1]], []
        part.append(item)
    yield link, part


def _of_events(world: World) -> Iterator[str]:
    """`disconnected` comes once for each stream that was lost, and streams are told of."""
    names: list[str] = []
    for link, part in _windows(world):
        names = [name for name, _ in part]
        count = names.count("disconnected")
        over = link is not None and link.over
        if count > over + sum(data == LOOSE for _, data in part):
            which = "without a connection" if link is None else f"for connection {link.number}"
            yield f"disconnected {count} times {which}{'' if over else ', which is there'}"
        if link is not None and over and not count and "up" in names:
            yield f"connection {link.number} is lost and no `disconnected` came"
    if world.up() and world.server.up and "up" not in names:
        yield "the session is up and nobody was told"


def lost_a_stream(world: World) -> bool:
    """Whether a connection is or was there whose end nobody was told of."""
    for name, _ in reversed(world.journal):
        if name in ("open", "over", "disconnected"):
            return name != "disconnected"
    return False


# stanzas


def _of_arrivals(world: World) -> Iterator[str]:
    """Stanzas arrive once and in order, unless lost ones are to be sent again."""
    seen: set[str] = set()
    last = -1
    for stanza_id, _ in world.server.arrived:
        entry = world.entry(stanza_id)
        if entry is None or world.resends:
            continue
        if stanza_id in seen:
            yield f"arrived twice: {entry}"
        seen.add(stanza_id)
        if world.crowded and entry.kind in ("wait", "acked"):
            continue  # who has to wait for room is overtaken by those who don't
        if entry.order < last:
            yield f"arrived out of order: {entry}"
        last = entry.order


def _of_reports(world: World, entry: Entry) -> Iterator[str]:
    events, result, arrived = entry.events, entry.result, world.arrived(entry)
    if events.get("stanza_not_sent", 0) > 1:
        yield f"reported as not sent more than once: {entry}"
    if entry.not_sent and ("stanza_acked" in events or result):
        yield f"reported in two ways: {entry}"
    if result == "sent" and not entry.left:
        yield f"reported as SENT, and did not leave: {entry}"
    if (result == "acked" or "stanza_acked" in events) and not arrived:
        yield f"acknowledged, and did not arrive: {entry}"
    sender_knows = entry.kind != "acked" or isinstance(entry.error, StanzaNotSent)
    if "stanza_not_sent" in events and not sender_knows:
        yield f"reported as not sent, and its sender was not told: {entry}"
    if not world.managed:
        yield from _of_unmanaged(world, entry, arrived=arrived)


def _of_unmanaged(world: World, entry: Entry, *, arrived: bool) -> Iterator[str]:
    """Without stream management what was written has left, but for what the network cuts off."""
    if len(entry.written) > 1:
        yield f"written twice: {entry}"
    if not entry.written or world.server.links[entry.written[-1]].cut:
        return
    link = world.server.links[entry.written[-1]]
    if entry.not_sent:
        yield f"written, and reported as not sent: {entry}"
    elif not arrived and link.over and not link.connection.unsent:
        yield f"written to a connection that nobody cut, and lost: {entry}"


# those who wait


def _of_waiting(world: World, entry: Entry) -> Iterator[str]:
    error = entry.error
    if error is not None and not isinstance(error, ActorXMPPError):
        yield f"failed with {error!r}: {entry}"
    if entry.future is not None and entry.future.cancelled():
        yield f"cancelled: {entry}"
    if world.over and entry.number < world.before_the_end:
        if entry.waits:
            yield f"the session is over and somebody waits for {entry}"
        elif not entry.resolved:
            yield f"the session is over and nobody knows what became of {entry}"
    asked = entry.kind == "iq" and entry.waits and entry.written and not world.managed
    if asked and world.server.links[entry.written[-1]].over:
        yield f"the connection is lost and somebody waits for {entry}"


def _of_calls(world: World) -> Iterator[str]:
    for name, future in world.calls:
        if not future.done():
            if world.over:
                yield f"{name} waits, and the session is over"
            elif name == "connect()" and world.up() and world.server.up:
                yield f"{name} waits, and the session is up"
        elif future.cancelled() or not isinstance(future.exception(), ActorXMPPError | None):
            yield f"{name} ended with {future!r}"
