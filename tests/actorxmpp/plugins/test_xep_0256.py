"""XEP-0256: how long nobody was there, in presences."""

from __future__ import annotations

from .wire import Wire, client

CONFIG = {"xep_0256": {"auto_last_activity": True}}
QUERY = "<query xmlns='jabber:iq:last' seconds='5'/>"


def test_the_first_presence_says_it_and_those_that_say_away() -> None:
    async def main(wire: Wire) -> None:
        await wire.quiet()
        await wire["xep_0012"].set_last_activity(seconds=5)
        wire.role.send_presence(pto="a@localhost")
        await wire.expect("<presence to='a@localhost'/>")
        wire.role.send_presence()
        await wire.expect(f"<presence>{QUERY}</presence>")
        wire.role.send_presence()
        await wire.expect("<presence/>")
        wire.role.send_presence(pshow="away")
        await wire.expect(f"<presence><show>away</show>{QUERY}</presence>")
        wire.role.send_presence(ptype="unavailable")
        await wire.expect("<presence type='unavailable'/>")

    client(main, ["xep_0256"], CONFIG)


def test_what_is_not_known_is_not_said() -> None:
    async def main(wire: Wire) -> None:
        wire.role.send_presence()
        await wire.expect("<presence/>")

    client(main, ["xep_0256"], CONFIG)


def test_nothing_is_said_unless_configured_and_others_is_read() -> None:
    async def main(wire: Wire) -> None:
        await wire["xep_0012"].set_last_activity(seconds=5)
        wire.role.send_presence()
        await wire.expect("<presence/>")
        wire.watch("presence_available")
        wire.recv(f"<presence from='juliet@localhost/b'>{QUERY}</presence>")
        presence = await wire.happened("presence_available")
        assert presence["last_activity"]["seconds"] == 5

    client(main, ["xep_0256"])
