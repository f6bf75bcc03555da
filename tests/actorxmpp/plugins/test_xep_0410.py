"""XEP-0410: are we still in the room?"""

from __future__ import annotations

import asyncio

import pytest

from actorxmpp.plugins.xep_0410 import PingStatus

from .wire import Wire, client, until

ROOM = "coven@chat.localhost"
PING = f"<iq type='get' to='{ROOM}/me'><ping xmlns='urn:xmpp:ping'/></iq>"


def answer(sid: str, condition: str) -> str:
    if not condition:
        return f"<iq type='result' id='{sid}' from='{ROOM}/me'/>"
    return (
        f"<iq type='error' id='{sid}' from='{ROOM}/me'><error type='cancel'>"
        f"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("", PingStatus.JOINED),
        ("service-unavailable", PingStatus.JOINED),
        ("feature-not-implemented", PingStatus.JOINED),
        ("item-not-found", PingStatus.JOINED_NICKCHANGED),
        ("remote-server-not-found", PingStatus.TIMEOUT),
        ("remote-server-timeout", PingStatus.TIMEOUT),
        ("not-acceptable", PingStatus.DISCONNECTED),
        ("not-allowed", PingStatus.DISCONNECTED),
    ],
)
def test_what_an_answer_means(condition: str, status: PingStatus) -> None:
    async def main(wire: Wire) -> None:
        task = asyncio.ensure_future(wire["xep_0410"].send_self_ping(f"{ROOM}/me"))
        wire.recv(answer(await wire.expect(PING), condition))
        assert await task is status

    client(main, ["xep_0410"])


def test_a_silent_room_is_asked_and_entered_again() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("muc_ping_changed")
        plugin = wire["xep_0410"]
        wire["xep_0045"].join_muc(ROOM, "me")
        await wire.sent()
        plugin.enable_self_ping(f"{ROOM}/me", interval=0.01, timeout=5)
        wire.recv(answer(await wire.expect(PING), ""))
        change = await wire.happened("muc_ping_changed")
        assert (change["previous"], change["result"]) == (PingStatus.UNTRIED, PingStatus.JOINED)
        wire.recv(answer(await wire.expect(PING), "not-acceptable"))
        assert (await wire.happened("muc_ping_changed"))["result"] is PingStatus.DISCONNECTED
        await until(lambda: wire.caught)
        entering = await wire.sent()
        assert entering.tag.endswith("presence")
        assert plugin.get_ping_status(f"{ROOM}/me") is PingStatus.DISCONNECTED
        plugin.disable_self_ping(f"{ROOM}/me")
        assert not plugin.ping_timers

    client(main, ["xep_0410"])


def test_a_room_that_talks_is_not_asked() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0410"]
        plugin.enable_self_ping(f"{ROOM}/me", interval=1000)
        watch = next(iter(plugin.ping_timers.values()))
        watch.quiet_since = -5000.0
        wire.recv(f"<message type='groupchat' from='{ROOM}/a'><body>b</body></message>")
        await until(lambda: watch.quiet_since > 0)
        plugin._due(next(iter(plugin.ping_timers)), watch)
        await wire.quiet()

    client(main, ["xep_0410"])
