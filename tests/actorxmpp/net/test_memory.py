"""What only the pair in memory has; its conformance is tested in test_stream."""

from __future__ import annotations

import pytest

from actorxmpp.net import memory
from actorxmpp.net.memory import MAX_RECORD

from .harness import Recorder, in_memory, run, turns, until


def test_what_was_written_is_recorded() -> None:
    async def main() -> None:
        mine, theirs = Recorder(), Recorder()
        client, server = memory.pair(mine, theirs)
        client.write(b"<stream>")
        await until(lambda: theirs.data)
        assert (client.written, server.written) == (b"<stream>", b"")
        server.write(b"x" * (MAX_RECORD + 10))
        await until(lambda: len(mine.data) == MAX_RECORD + 10)
        assert len(server.written) == MAX_RECORD
        client.close()
        await until(lambda: mine.lost and theirs.lost)

    run(main)


def test_an_accept_callback_as_for_a_listener() -> None:
    async def main() -> None:
        mine, theirs = Recorder(), Recorder()
        client, server = memory.pair(mine, lambda _connection: theirs)
        client.write(b"hello")
        await until(lambda: theirs.data == b"hello")
        assert (client.peer, server.peer) == ("memory:server", "memory:client")
        client.abort()
        await until(lambda: mine.lost and theirs.lost)

    run(main)


def test_it_behaves_like_a_transport() -> None:
    async def main() -> None:
        ends = await in_memory()
        transport = ends.client._transport
        assert transport is not None
        assert transport.is_reading()
        assert not transport.is_closing()
        transport.write_eof()
        with pytest.raises(RuntimeError):
            transport.write(b"late")
        await turns()
        transport.abort()
        await ends.over()
        assert transport.is_closing()

    run(main)
