"""A whole session and its server, for tests of what ends of its actors may cost: nothing unseen.

``World`` is one session against one ``TreeServer``. Tests do things to it and let time pass;
whenever nothing is left to do, ``tree_checks`` compares what the session says with what the server
witnessed:

1. Nothing is reported sent that did not leave, nothing acknowledged that did not arrive. Each
   stanza arrives, once and in the order of sending, or is reported by ``stanza_not_sent``, once.
2. ``disconnected`` comes exactly once for each stream that was lost, and ``is_connected()`` is true
   only while there is a stream.
3. Who waits for an answer, an outcome, room or a connection does not wait for what can't come.
4. No actor fails but by the test's hand, nothing is logged as an error, no connection and no place
   in the gate is left behind.

``finish`` lets the server recover and time pass: then everything must have ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Self

from actorxmpp import (
    BasePlugin,
    Callback,
    ClientXMPP,
    MatchXPath,
    OnHandlerError,
    SessionSettings,
)
from actorxmpp.exceptions import NotConnectedError, SendQueueFull
from actorxmpp.plugins.base import register_plugin
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.settings import LostStanzas
from supervisors import Event, EventKind, shutdown, telemetry
from supervisors.scheduler import current_scheduler

from . import tree_adapter as adapter
from .tree_checks import LOOSE, UP_EVENTS, Entry, faults, lost_a_stream
from .tree_server import DIAL_SECONDS, Link, TreeLoop, TreeServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Gate", "World"]

LONG = 100.0
"""Seconds in which a session is back whatever happened, if the server is well."""

PATIENCE = 100_000.0
"""Seconds a request waits for its reply: nobody is to be rescued by a timeout."""

OUTCOMES = ("stanza_not_sent", "stanza_acked", "stanza_resent")
LOGGERS = ("supervisors", "actorxmpp")


class Probe(BasePlugin):
    """A plugin that has an actor once it was poked."""

    name = adapter.PLUGIN
    description = "a plugin whose actor is ended"

    def plugin_init(self) -> None:
        """Listen."""
        matcher = MatchXPath("{jabber:client}message/{tree}probe")
        self.xmpp.register_handler(Callback("Probe", matcher, self.poked))
        self.xmpp.add_event_handler("poke", self.poked)

    def poked(self, _data: Any) -> None:
        """Do nothing, in the plugin's actor."""


class Second(BasePlugin):
    """A plugin that is enabled while everything runs."""

    name = "tree_second"
    description = "another plugin"

    def plugin_init(self) -> None:
        """Listen."""
        self.xmpp.add_event_handler("poke", lambda _data: None)


register_plugin(Probe)
register_plugin(Second)


@dataclass(frozen=True, slots=True)
class Delays(FullJitter):
    """Delays that are the same in each run."""

    def delay(self, attempt: int, rng: Any, decision: Any = None) -> float:
        """2, 4 and then 8 seconds."""
        return min(2.0 * 2.0**attempt, 8.0)


class Gate:
    """A gate that can be shut, and counts who is in.

    Attributes:
        shut: whoever wants in waits.
        waiting: how many do.
        inside: how many have not left.
    """

    def __init__(self) -> None:
        self.shut = False
        self.waiting = self.inside = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def acquire(self, _domain: str) -> None:
        """Go in, or wait."""
        self.waiting += 1
        try:
            while self.shut:
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        finally:
            self.waiting -= 1
        self.inside += 1

    def release(self, _domain: str) -> None:
        """Leave."""
        self.inside -= 1
        assert self.inside >= 0, "the gate was left more often than entered"

    def open(self) -> None:
        """Let those who wait in."""
        self.shut = False
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


class Bot(ClientXMPP):
    """The user's class: writes down what it is told."""

    response_timeout = PATIENCE

    def __init__(self, world: World, **kwargs: Any) -> None:
        super().__init__("localhost", **kwargs)
        self.world = world
        world.bots.append(self)
        self.register_plugin(adapter.PLUGIN)
        if world.managed:
            self.register_plugin("xep_0198", {"window": 3, **world.management})
        for name in (*UP_EVENTS, "disconnected", "parked", *OUTCOMES):
            self.add_event_handler(name, lambda data, name=name: world.told(self, name, data))
        self.add_event_handler("message", self.message)

    def message(self, msg: Any) -> None:
        """Fail if told to."""
        self.world.received.add(msg["body"])
        if msg["body"].startswith("raise"):
            raise adapter.Injected(msg["body"])


class _ErrorLog(logging.Handler):
    """Keeps what is logged as an error that the test has not caused."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.found = found

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, adapter.Injected):
            self.found.append(f"logged: {record.getMessage()} {error!r}")


class World:
    """One session, one server, and all that was sent.

    Args:
        managed: with stream management.
        management: configuration of xep_0198.
        limit: stanzas that may wait while nothing can be sent.
        on_error: what an exception in the user's handler does.
        lost: what becomes of unacknowledged stanzas of a session the server has lost.
        fine: one actor's turn takes a whole turn of the loop, so that a test can step in between.

    Attributes:
        server, gate, loop: what the session lives in.
        bots: the role objects there were; the last one is the present one.
        entries: every stanza the test has sent.
        calls: the futures of ``connect()`` and ``disconnect()``.
        received: the texts of the messages the user's handler was called with.
        delivered: those the server has sent, and the session that keeps each until it is handled.
        wanted: whether the session is to be connected, by what was called last.
        journal: what happened, in order: a word, and more about it.
        broken: what was found wrong on the way, in words.
        settled: whether nothing was left to do when the test did something last.
        before_the_end: how many stanzas had been sent when the session was last known to go on.
    """

    def __init__(
        self,
        *,
        managed: bool,
        management: Mapping[str, Any] | None = None,
        limit: int = 1000,
        on_error: OnHandlerError = OnHandlerError.LOG,
        lost: LostStanzas = LostStanzas.REPORT,
        fine: bool = False,
    ) -> None:
        self.managed = managed
        self.management = dict(management or {})
        self.resends = managed and lost is LostStanzas.RESEND
        self.crowded = limit < 100 or "max_unacked" in self.management
        self.loop = TreeLoop()
        self.server = TreeServer()
        self.gate = Gate()
        self.bots: list[Bot] = []
        self.entries: list[Entry] = []
        self.calls: list[tuple[str, asyncio.Future[Any]]] = []
        self.received: set[str] = set()
        self.delivered: list[tuple[str, Any]] = []
        self.wanted = self.started = self.parked = self.settled = False
        self.journal: list[tuple[str, Any]] = []
        self.broken = self.server.faults
        self.before_the_end = 0
        self._by_id: dict[str, Entry] = {}
        self._orders = itertools.count()
        self._was_dead = False
        self._watch()
        settings = SessionSettings(
            connector=self.server.connect,
            require_tls=False,
            backoff=Delays(),
            gate=self.gate,
            on_handler_error=on_error,
            lost_stanzas=lost,
            send_queue_limit=limit,
            unpark_after=None,
            autoconnect=False,
        )
        with self.loop.here():
            # What an actor's turn takes is no matter of real time.
            current_scheduler().now = itertools.count(0.0, 1.0 if fine else 0.0).__next__
            Bot(self, settings=settings)

    def _watch(self) -> None:
        server = self.server
        server.on_dial = self._dialled
        server.on_open = lambda link: self.journal.append(("open", link.number))
        server.on_over = lambda link: self.journal.append(("over", link.number))
        server.on_written = self._written
        self.loop.set_exception_handler(lambda _loop, found: self.broken.append(f"loop: {found}"))
        self._unsubscribe = telemetry.subscribe(self._child_event)
        self._log = _ErrorLog(self.broken)
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self._log)
            logging.getLogger(name).propagate = False

    # what is seen

    @property
    def bot(self) -> Bot:
        """The present role object."""
        return self.bots[-1]

    @property
    def dead(self) -> bool:
        """Whether the session's supervisor has ended: nobody is left to reconnect."""
        return self.started and not adapter.is_alive(self.bot, "session")

    @property
    def over(self) -> bool:
        """Whether the session has ended, until somebody calls ``connect()``."""
        return self.started and (self.dead or (not self.wanted and self.server.link is None))

    def up(self) -> bool:
        """Whether the session says it is connected."""
        return self.bot.is_connected()

    def entry(self, stanza_id: str) -> Entry | None:
        """The entry of a stanza of ours."""
        return self._by_id.get(stanza_id)

    def arrived(self, entry: Entry) -> bool:
        """Whether the server got a stanza."""
        return entry.id in self.server.arrived_ids

    def told(self, bot: Bot, name: str, data: Any) -> None:
        """An event was raised at a role object."""
        if name in UP_EVENTS:
            self.journal.append(("up", name))
        elif name == "disconnected":
            self.journal.append(("disconnected", str(data)))
            if bot.is_connected():
                self.broken.append("is_connected() while `disconnected` is raised")
        elif name == "parked":
            self.parked = True
            self.journal.append(("parked", None))
        elif not data:
            self.broken.append(f"`{name}` without its stanza")
        elif (entry := self.entry(data["id"])) is not None:
            entry.events[name] = entry.events.get(name, 0) + 1

    def _dialled(self) -> None:
        self.parked = False
        self.journal.append(("dial", None))

    def _written(self, stanza_id: str, link: Link) -> None:
        entry = self._by_id[stanza_id]
        if entry.not_sent:
            self.broken.append(f"written after it was reported as not sent: {entry}")
        if entry.refused:
            self.broken.append(f"written though it was refused: {entry}")
        entry.written.append(link.number)

    def _child_event(self, event: Event) -> None:
        if event.kind is EventKind.EXITED and event.reason is not None:
            self.journal.append(("exit", f"{event.child_id}: {event.reason}"))
            if not adapter.caused(event.reason):
                self.broken.append(f"{event.child_id} failed by itself: {event.reason.exception!r}")

    # what users do

    @contextlib.contextmanager
    def _acting(self) -> Iterator[None]:
        """Do something as a callback of the loop would do it, between two of its turns."""
        self.settled = False
        with self.loop.here():
            yield

    def connect(self) -> None:
        """Call ``connect()``."""
        self.wanted = self.started = True
        self.journal.append(("connect()", None))
        with self._acting():
            self.calls.append(("connect()", self.bot.connect()))

    def disconnect(self, wait: float = 2.0) -> None:
        """Call ``disconnect()``."""
        self._ending("disconnect()")
        with self._acting():
            self.calls.append(("disconnect()", self.bot.disconnect(wait)))

    def abort(self) -> None:
        """Call ``abort()``."""
        self._ending("abort()")
        with self._acting():
            self.bot.abort()

    def _ending(self, name: str) -> None:
        certain = self.settled and self.server.up and self.up()
        self.journal.append((name, None if certain else LOOSE))
        self.wanted = False

    def reconnect(self) -> None:
        """Call ``reconnect()``."""
        self.journal.append(("reconnect()", None))
        alive = self.started and not self.dead
        with self._acting():
            try:
                self.bot.reconnect()
            except NotConnectedError:
                assert not alive
        self.wanted = self.wanted or alive

    def send(self) -> Entry:
        """Send a message and forget about it."""
        entry = self._entry("send")
        with self._acting(), _refusable(entry):
            self.bot.send(self._message(entry))
        return entry

    def send_iq(self) -> Entry:
        """Send a request."""
        entry = self._entry("iq")
        with self._acting(), _refusable(entry):
            iq = self.bot.make_iq_get("urn:example:tree", ito="localhost")
            iq["id"] = entry.id
            entry.future = self.bot.send_iq(iq)
            entry.future.add_done_callback(_seen)
        return entry

    def send_wait(self) -> Entry:
        """Send a message when there is room for it."""
        entry = self._entry("wait")
        self._task(entry, lambda: self.bot.send_wait(self._message(entry)))
        return entry

    def send_acked(self) -> Entry:
        """Send a message and wait for what becomes of it."""
        entry = self._entry("acked")
        self._task(entry, lambda: self.bot.send_acked(self._message(entry)))
        return entry

    def _task(self, entry: Entry, call: Callable[[], Any]) -> None:
        async def run() -> Any:
            entry.order = next(self._orders)  # it begins now, not when it was called
            try:
                return await call()
            except SendQueueFull:
                entry.refused = True
                raise

        with self._acting():
            entry.future = self.loop.create_task(run())
            entry.future.add_done_callback(_seen)

    def _entry(self, kind: str) -> Entry:
        entry = Entry(len(self.entries), kind, order=next(self._orders))
        self.entries.append(entry)
        self._by_id[entry.id] = entry
        return entry

    def _message(self, entry: Entry) -> Any:
        message = self.bot.make_message("juliet@localhost", f"text {entry.number}")
        message["id"] = entry.id
        return message

    def poke(self) -> None:
        """Raise the event that the plugins' actors hear."""
        with self._acting():
            self.bot.event("poke")

    def enable_second(self) -> None:
        """Enable another plugin."""
        with self._acting():
            self.bot.register_plugin(Second.name)

    # what server and network do

    def deliver(self, *, harmful: bool = False) -> None:
        """Let the server send a message; the user's handler fails over a harmful one."""
        text = f"{'raise' if harmful else 'text'} {len(self.delivered)}"
        with self._acting():
            self.delivered.append((text, self.server.deliver(text)))

    def answer(self) -> None:
        """Let the server answer all requests."""
        with self._acting():
            self.server.answer_all()

    def hold(self, *, hold: bool) -> None:
        """Let the server hold back what it says, or say it."""
        with self._acting():
            if hold:
                self.server.holding = True
            else:
                self.server.release()

    def turn_gate(self, *, shut: bool) -> None:
        """Shut or open the gate."""
        with self._acting():
            if shut:
                self.gate.shut = True
            else:
                self.gate.open()

    def cut(self) -> None:
        """Cut every connection."""
        with self._acting():
            self.server.cut()

    def cut_soon(self, bytes_in: int | None, bytes_out: int | None) -> None:
        """Cut the present connection after so many more bytes in a direction."""
        if self.server.link is not None:
            self.server.link.break_after(bytes_in, bytes_out)

    def stall(self, *, stalled: bool) -> None:
        """Let connections carry nothing, or again."""
        with self._acting():
            self.server.stall(stalled=stalled)

    # what bugs and supervisors do

    def end(self, actor: str, way: str) -> bool:
        """End an actor in one of the adapter's ways; False if it is not there."""
        with self._acting():
            done = adapter.end(self.bot, actor, way)
        if done:
            self.journal.append((f"{way} {actor}", None))
        return done

    def exceed(self, actor: str) -> None:
        """Crash an actor until its supervisor gives up."""
        for _ in range(adapter.intensity(actor) + 1):
            if actor == "plugin":
                self.poke()
                self.settle()
            if not self.end(actor, "crash"):
                return
            self.settle()

    # time

    def turns(self, count: int) -> None:
        """Let the loop make so many turns; then it may be in the middle of something."""
        self.settled = False
        self.loop.turns(count)

    def settle(self) -> None:
        """Let happen what can happen now, and check."""
        self.loop.settle()
        self._check()

    def advance(self, seconds: float) -> None:
        """Let seconds pass, and check."""
        self.loop.advance(seconds)
        self._check()

    def until(self, condition: Callable[[], bool], seconds: float = LONG) -> None:
        """Let time pass until something is so.

        Raises:
            AssertionError: if it is not so in time.
        """
        end = self.loop.time() + seconds
        while not condition():
            if self.loop.time() >= end:
                self.fail("what was waited for does not happen")
            self.advance(0.1)

    def _check(self) -> None:
        self.settled = True
        if self.dead and not self._was_dead:
            self.journal.append(("dead", None if lost_a_stream(self) else LOOSE))
            self.wanted = False
        self._was_dead = self.dead
        for link in self.server.links:
            for stanza_id in link.has_left():
                self._by_id[stanza_id].left = True
        self.broken += faults(self)
        if not self.over:  # what is sent while it is over waits for connect()
            self.before_the_end = len(self.entries)
        if self.broken:
            self.fail("; ".join(dict.fromkeys(self.broken)))

    def fail(self, why: str) -> NoReturn:
        """Fail the test, with the journal."""
        lines = [f"{what} {'' if data is None else data}".rstrip() for what, data in self.journal]
        raise AssertionError("\n  ".join([why, *lines[-60:]]))

    # the end

    def heal(self) -> None:
        """Let server and network be well from now on."""
        server, connector = self.server, self.server.connector
        connector.dial_seconds, connector.down, connector.cut_after = DIAL_SECONDS, False, None
        server.acks = server.answers = server.closes = True
        server.refuses_logins = False
        for link in server.links:
            link.break_after(None, None)
        with self._acting():
            connector.stalled = False
            server.release()
            server.answer_all()
            for link in server.links:
                link.acknowledge()
            self.gate.open()

    def finish(self) -> None:
        """Let everything be well, wait, end the session in order: then nothing may be left."""
        self.heal()
        self.settle()
        if not self.up():
            self.connect()
        self.advance(LONG)
        if not self.up():  # a connection that was to break after some bytes has done so just now
            self.advance(LONG)
        if not self.up():
            self.fail("the session does not come back")
        self.answer()
        self.advance(LONG)
        self._check_all_ended()
        self._check_all_handled()
        self.disconnect()
        self.advance(LONG)
        if not self.over:
            self.fail("the session does not end")
        self._check_all_ended()
        with self._acting():
            ending = self.loop.create_task(shutdown(adapter.ref_of(self.bot, "session")))
        self.advance(LONG)
        if not ending.done():
            self.fail("the session's supervisor does not end")
        self._check_nothing_left()

    def _check_all_ended(self) -> None:
        for entry in self.entries:
            if entry.waits:
                self.broken.append(f"still waits: {entry}")
            if not entry.resolved:
                self.broken.append(f"neither sent nor reported: {entry}")
            elif self.managed and entry.written and not (self.arrived(entry) or entry.not_sent):
                self.broken.append(f"neither arrived nor reported: {entry}")
        self._check()

    def _check_all_handled(self) -> None:
        kept = self.server.links[-1].session
        for text, session in self.delivered:
            if session is not None and session is kept and text not in self.received:
                self.broken.append(f"never handled, and the session went on: {text!r}")
        self._check()

    def _check_nothing_left(self) -> None:
        if self.gate.inside:
            self.broken.append(f"{self.gate.inside} places in the gate were never left")
        left = [link.number for link in self.server.links if not link.over]
        if left or self.server.connector.connections:
            self.broken.append(f"connections {left or ''} are left open")
        with self.loop.here():
            cells = set(current_scheduler().records)
            tasks = asyncio.all_tasks(self.loop)
        if cells or tasks:
            self.broken.append(f"left over: {cells or ''} {tasks or ''}")
        self._check()

    def close(self) -> None:
        """Take everything down."""
        self._unsubscribe()
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self._log)
            logging.getLogger(name).propagate = True
        self.loop.set_exception_handler(lambda _loop, _context: None)
        self.loop.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()


@contextlib.contextmanager
def _refusable(entry: Entry) -> Iterator[None]:
    try:
        yield
    except SendQueueFull:
        entry.refused = True


def _seen(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
