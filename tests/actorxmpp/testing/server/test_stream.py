"""One connection, whoever is at its other end: bytes in, bytes out, and one end however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from actorxmpp.net.errors import ConnectionClosed, WriteBufferFull
from actorxmpp.testing.server import stream as module
from actorxmpp.testing.server.stream import Phase, Refusal, Stream

HEADER = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"


class Connection:
    """A connection that writes down what happens to it."""

    peer = "memory"

    def __init__(self) -> None:
        self.written = b""
        self.log: list[str] = []
        self.refuses: type[Exception] | None = None

    def write(self, data: bytes) -> None:
        if self.refuses is not None:
            raise self.refuses("refused")
        self.written += data

    def close(self) -> None:
        self.log.append("close")

    def abort(self) -> None:
        self.log.append("abort")

    def pause_reading(self) -> None:
        self.log.append("pause")

    def resume_reading(self) -> None:
        self.log.append("resume")


class Echo(Stream):
    """Says a header, and writes back the names of what comes."""

    def __init__(self, connection: Any, limit: int = 100) -> None:
        super().__init__(connection, "localhost", limit)
        self.log: list[str] = []

    def _header(self, opened: Any) -> None:
        self._send_header("id")

    def _element(self, element: Element) -> None:
        name = element.tag.rpartition("}")[2]
        if name == "restart":
            self._restart()
        elif name == "refuse":
            raise Refusal("policy-violation", "a <text>", "<own xmlns='urn:own'/>")
        elif name == "bug":
            raise RuntimeError("on purpose")
        self.log.append(name)

    def _left(self, *, lost: bool) -> None:
        self.log.append("left, lost" if lost else "left")

    def _gone(self) -> None:
        self.log.append("gone")


def run(story: Callable[[Connection, Echo], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        connection = Connection()
        stream = Echo(connection)
        await story(connection, stream)
        stream.connection_lost(None)
        assert stream.log[-1] == "gone"
        assert sum(entry.startswith("left") for entry in stream.log) == 1
        assert stream.log.count("gone") == 1
        assert stream.phase is Phase.CLOSED

    asyncio.run(main())


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        (b"<other/>", "bad-format"),
        (b"<stream:stream xmlns:stream='urn:x' xmlns='jabber:client'>", "invalid-namespace"),
        (HEADER.replace(b"client", b"server"), "invalid-namespace"),
        (HEADER + b"<a>", None),
        (HEADER + b"<a></b>", "not-well-formed"),
        (HEADER + b"<!-- no -->", "restricted-xml"),
        (HEADER + b"<refuse/>", "policy-violation"),
        (HEADER + b"<bug/>", "internal-server-error"),
        (HEADER + b"<restart/><ahead/>", "policy-violation"),
    ],
)
def test_what_ends_a_stream_and_with_which_error(data: bytes, condition: str | None) -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.data_received(data)
        found = condition is not None and f"<{condition} ".encode() in connection.written
        assert found == (condition is not None)
        assert (stream.phase is Phase.CLOSING) == (condition is not None)
        assert connection.written.startswith(b"<?xml") or condition is None
        stream.data_received(b"<late/>")
        assert "late" not in stream.log

    run(story)


def test_a_refusal_says_its_text_and_the_applications_own_condition() -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.data_received(HEADER + b"<refuse/>")
        assert b"a &lt;text&gt;</text><own xmlns='urn:own'/></stream:error>" in connection.written

    run(story)


@pytest.mark.parametrize("last", [b"</stream:stream>", b"<stream:error/>"])
def test_a_peer_that_ends_is_answered_and_not_lost(last: bytes) -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.data_received(HEADER + b"<a/>" + last + b"")
        assert connection.written.endswith(b"</stream:stream>")
        assert connection.log == ["close"]
        assert stream.log == ["a", "left"]

    run(story)


@pytest.mark.parametrize("how", ["lost", "cut"])
def test_a_connection_that_breaks_is_lost(how: str) -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        if how == "cut":
            stream.cut()
            stream.cut()
        else:
            stream.connection_lost(None)
        assert stream.log == ["left, lost", "gone"]
        assert connection.log == (["abort"] if how == "cut" else [])

    run(story)


def test_a_header_begins_anew_after_a_restart() -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.data_received(HEADER + b"<restart/>")
        stream.data_received(HEADER + b"<a/>")
        assert connection.written.count(b"<stream:stream ") == 2
        assert stream.log == ["restart", "a"]

    run(story)


def test_what_a_slow_peer_does_not_read_waits_and_then_goes_out_in_order() -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.pause_writing()
        for number in range(3):
            stream.send(str(number).encode())
        assert connection.written == b""
        stream.resume_writing()
        assert connection.written == b"012"

    run(story)


def test_a_peer_for_whom_too_much_waits_is_sent_away_at_the_end_of_the_turn() -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.pause_writing()
        for _ in range(20):
            stream.send(b"0123456789")
        assert stream.phase is Phase.OVERFULL
        assert stream.log == []
        await asyncio.sleep(0)
        assert b"<resource-constraint " in connection.written
        assert stream.log == ["left"]

    run(story)


def test_a_full_connection_takes_the_rest_in_the_next_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "DRAIN_BYTES", 2)

    async def story(connection: Connection, stream: Echo) -> None:
        connection.refuses = WriteBufferFull
        for number in range(5):
            stream.send(str(number).encode())
        connection.refuses = None
        for _ in range(5):
            await asyncio.sleep(0)
        assert connection.written == b"01234"

    run(story)


@pytest.mark.parametrize("error", [ConnectionClosed, WriteBufferFull])
def test_a_connection_that_takes_nothing_raises_nowhere(error: type[Exception]) -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        connection.refuses = error
        stream.send(b"x")
        stream.fail("conflict")

    run(story)


def test_who_takes_too_long_is_sent_away() -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream._too_slow()
        assert b"<connection-timeout " in connection.written

    run(story)


def test_an_established_stream_has_no_deadline() -> None:
    async def story(_connection: Connection, stream: Echo) -> None:
        stream._establish()
        assert stream.phase is Phase.ESTABLISHED
        assert stream._timer is None

    run(story)


def test_reading_can_wait() -> None:
    async def story(connection: Connection, stream: Echo) -> None:
        stream.pause_reading()
        stream.resume_reading()
        assert connection.log == ["pause", "resume"]

    run(story)
