"""A client with a session store, as a program of its own: it is there to be killed.

    storedbot.py JID PASSWORD PORT CA_FILE STORE PEER COUNT

Sends COUNT numbered messages to PEER, one every few milliseconds, and prints ``sent N`` for what
it has handed over; then waits until all is acknowledged and prints ``done``. With COUNT 0 it only
takes up what the store has. ``resumed`` is printed when a session was resumed, ``lost`` for a
stanza that is reported.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from actorxmpp import ClientXMPP
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.settings import SessionSettings
from actorxmpp.store import SqliteStore

BETWEEN_S = 0.005
SETTLED_S = 0.1
"""After this time the store has what was sent."""


def say(text: str) -> None:
    print(text, flush=True)


class Bot(ClientXMPP):
    """Says what happens."""

    def __init__(self, jid: str, password: str, **kwargs: Any) -> None:
        super().__init__(jid, password, **kwargs)
        self.register_plugin("xep_0198", {"window": 5})
        self.add_event_handler("session_resumed", lambda _: say("resumed"))
        self.add_event_handler("session_start", lambda _: self.send_presence())
        self.add_event_handler("stanza_not_sent", lambda stanza: say(f"lost {stanza['body']}"))


async def main() -> None:
    jid, password, port, ca_file, path, peer, count = sys.argv[1:]
    store = SqliteStore(path)
    settings = SessionSettings(
        server=("127.0.0.1", int(port)),
        tls=TlsPolicy(ca_file=ca_file),
        store=store,
        backoff=FullJitter(base=0.1, cap=0.5),
    )
    bot = Bot(jid, password, settings=settings)
    bot.connect()
    await bot.wait_until("session_start", 30)
    loop = asyncio.get_running_loop()
    for number in range(int(count)):
        await bot.send_wait(bot.make_message(peer, str(number), mtype="chat"))
        loop.call_later(SETTLED_S, say, f"sent {number}")
        await asyncio.sleep(BETWEEN_S)
    sm = bot.session.stream.sm
    assert sm is not None
    await asyncio.sleep(SETTLED_S)
    while sm.unacked:  # noqa: ASYNC110  a program that is there to be killed
        await asyncio.sleep(BETWEEN_S)
    say("done")
    await bot.disconnect()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
