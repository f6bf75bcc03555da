"""A slixmpp client as the independent peer of the server tests.

It runs in a thread with an event loop of its own, so a test talks to it with plain calls. What it
receives is kept in order; waiting is by a condition and a deadline. slixmpp shares nothing with
the code under test, so an echo that arrives here really went through the server.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import slixmpp

T = TypeVar("T")

LOGIN_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 60.0
CLOSE_TIMEOUT_S = 5.0


class PeerError(AssertionError):
    """The peer couldn't do what the test asked for."""


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the peer saw it."""

    sender: str
    body: str
    id: str
    type: str

    @property
    def bare(self) -> str:
        """The sender without its resource."""
        return self.sender.partition("/")[0]


class SlixPeer:
    """A slixmpp client that is logged in between ``start()`` and ``stop()``.

    Args:
        jid: account, bare or full.
        password: its password.
        address: ``host:port`` of the server.
        ca_file: the certificate authority to trust.
        direct_tls: begin with TLS instead of STARTTLS.
        plugins: slixmpp plugins to register, such as ``xep_0199``.
        mechanism: the SASL mechanism to use; slixmpp's choice if not given.
    """

    def __init__(
        self,
        jid: str,
        password: str,
        address: str,
        ca_file: Path,
        *,
        direct_tls: bool = False,
        plugins: Iterable[str] = (),
        mechanism: str | None = None,
    ) -> None:
        self.jid = jid
        self._password = password
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)
        self._ca_file = ca_file
        self._direct_tls = direct_tls
        self._plugins = tuple(plugins)
        self._mechanism = mechanism
        self._changed = threading.Condition()
        self._inbox: list[Received] = []
        self._failure: str | None = None
        self._online = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._client: slixmpp.ClientXMPP | None = None
        self._thread = threading.Thread(target=self._run, name=f"slix-{jid}", daemon=True)

    # Life.

    def start(self, timeout_s: float = LOGIN_TIMEOUT_S) -> Self:
        """Log in and send presence.

        Raises:
            PeerError: refused, or not online in time.
        """
        self._thread.start()
        self._wait(lambda: self._online or self._failure is not None, timeout_s, "log in")
        if self._failure is not None:
            raise PeerError(f"{self.jid} can't log in: {self._failure}")
        return self

    def stop(self) -> None:
        """Log out and end the thread."""
        if self._loop is not None and self._closing is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
        if self._thread.ident is not None:
            self._thread.join(CLOSE_TIMEOUT_S + 5)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_exc_info: object) -> None:
        self.stop()

    # Talking.

    @property
    def online(self) -> bool:
        """Whether the session is up; False after the server went away."""
        return self._online

    @property
    def inbox(self) -> list[Received]:
        """A copy of everything received so far, in order."""
        with self._changed:
            return list(self._inbox)

    def call(self, work: Callable[[Any], Awaitable[T]], timeout_s: float = ANSWER_TIMEOUT_S) -> T:
        """Run a coroutine function with the slixmpp client on its loop and wait for the result."""

        async def guarded() -> T:
            return await work(self._client)

        if self._loop is None:
            raise PeerError("not started")
        return asyncio.run_coroutine_threadsafe(guarded(), self._loop).result(timeout_s)

    def send(self, to: str, body: str, *, type: str = "chat") -> None:
        """Send one message."""
        self.send_all([(to, body)], type=type)

    def send_all(self, messages: Iterable[tuple[str, str]], *, type: str = "chat") -> None:
        """Send messages in order, ``(to, body)`` each."""
        batch = list(messages)

        async def work(client: Any) -> None:
            for to, body in batch:
                client.send_message(mto=to, mbody=body, mtype=type)

        self.call(work)

    def wait_for(
        self, wanted: Callable[[list[Received]], bool], what: str, timeout_s: float
    ) -> list[Received]:
        """Wait until the inbox satisfies a condition.

        Returns:
            The inbox.

        Raises:
            PeerError: it doesn't in time.
        """
        self._wait(lambda: wanted(self._inbox), timeout_s, what)
        return self.inbox

    def ask(
        self,
        questions: Mapping[str, str],
        *,
        timeout_s: float = ANSWER_TIMEOUT_S,
        again_every_s: float | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> dict[str, str]:
        """Send each JID a message and wait for an answer from each.

        Args:
            questions: bare JID to body. An answer counts if it contains the body.
            timeout_s: for all of them.
            again_every_s: ask those that haven't answered again; for peers that may be offline.
            give_up: looked at before asking again; True ends the waiting.

        Returns:
            Bare JID to the answer's body.

        Raises:
            PeerError: names who didn't answer.
        """
        began = time.monotonic()
        deadline = began + timeout_s
        first = len(self.inbox)
        open_questions = dict(questions)
        answers: dict[str, str] = {}
        while True:
            self.send_all(open_questions.items())
            round_end = deadline
            if again_every_s is not None:
                round_end = min(deadline, time.monotonic() + again_every_s)
            self._collect(first, open_questions, answers, round_end)
            if not open_questions:
                return answers
            if time.monotonic() >= deadline or give_up():
                some = sorted(open_questions)[:5]
                raise PeerError(
                    f"{len(open_questions)} of {len(questions)} didn't answer in "
                    f"{time.monotonic() - began:.1f} s: {', '.join(some)}"
                )

    def _collect(
        self, first: int, waiting: dict[str, str], answers: dict[str, str], deadline: float
    ) -> None:
        with self._changed:
            while True:
                for message in self._inbox[first:]:
                    body = waiting.get(message.bare)
                    if body is not None and message.type != "error" and body in message.body:
                        answers[message.bare] = message.body
                        del waiting[message.bare]
                left = deadline - time.monotonic()
                if not waiting or left <= 0:
                    return
                self._changed.wait(left)

    # The thread.

    def _wait(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, timeout_s):
                raise PeerError(f"{self.jid}: didn't {what} in {timeout_s:g} s")

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        self._client = client = self._build()
        client.connect(self._host, self._port)
        await self._closing.wait()
        client.cancel_connection_attempt()
        if client.is_connected():
            await client.disconnect(wait=CLOSE_TIMEOUT_S)

    def _build(self) -> Any:
        client = slixmpp.ClientXMPP(self.jid, self._password, sasl_mech=self._mechanism)
        client.ca_certs = self._ca_file
        client.enable_direct_tls = self._direct_tls
        client.enable_starttls = not self._direct_tls
        for plugin in self._plugins:
            client.register_plugin(plugin)
        client.add_event_handler("session_start", self._session_start)
        client.add_event_handler("message", self._message)
        client.add_event_handler("disconnected", self._disconnected)
        for event in ("failed_all_auth", "connection_failed", "stream_error", "ssl_invalid_chain"):
            client.add_event_handler(event, lambda data, event=event: self._failed(event, data))
        return client

    async def _session_start(self, _event: object) -> None:
        client = self._client
        if client is None:
            return
        client.send_presence()
        await client.get_roster()
        with self._changed:
            self._online = True
            self._changed.notify_all()

    def _message(self, message: Any) -> None:
        received = Received(
            str(message["from"]), str(message["body"]), str(message["id"]), str(message["type"])
        )
        with self._changed:
            self._inbox.append(received)
            self._changed.notify_all()

    def _disconnected(self, _reason: object) -> None:
        with self._changed:
            self._online = False
            self._changed.notify_all()

    def _failed(self, event: str, data: object) -> None:
        with self._changed:
            if not self._online:
                self._failure = f"{event}: {data}"
            self._changed.notify_all()
