"""XEP-0319: since when nobody is there."""

from __future__ import annotations

import datetime as dt

import pytest

from actorxmpp.plugins.xep_0319 import NS, Idle

from .wire import Wire, client, component

MOMENT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
IDLE = f"<idle xmlns='{NS}' since='2020-01-01T00:00:00Z'/>"


def test_presences_say_it_until_somebody_is_there() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0319"]
        wire.role.send_presence()
        await wire.expect("<presence/>")
        await plugin.idle(since=MOMENT.replace(tzinfo=None))
        wire.role.send_presence(pshow="away")
        await wire.expect(f"<presence><show>away</show>{IDLE}</presence>")
        wire.role.send_presence(ptype="unavailable")
        await wire.expect("<presence type='unavailable'/>")
        answer = await wire["xep_0012"].get_last_activity(wire.role.boundjid, local=True)
        assert answer["last_activity"]["seconds"] > 100_000_000
        await plugin.active()
        wire.role.send_presence()
        await wire.expect("<presence/>")

    client(main, ["xep_0319"])


def test_each_address_of_a_component_is_idle_by_itself() -> None:
    async def main(wire: Wire) -> None:
        await wire["xep_0319"].idle("a@gw.localhost", MOMENT)
        for user, said in (("a@gw.localhost", IDLE), ("b@gw.localhost", "")):
            wire.role.send_presence(pfrom=user, pto="juliet@localhost")
            await wire.expect(f"<presence from='{user}' to='juliet@localhost'>{said}</presence>")

    component(main, ["xep_0319"])


def test_contacts_that_are_idle_are_events() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("presence_idle")
        wire.recv(f"<presence from='a@localhost/b' type='error'>{IDLE}</presence>")
        wire.recv(f"<presence from='juliet@localhost/b'>{IDLE}</presence>")
        assert (await wire.happened("presence_idle"))["idle"]["since"] == MOMENT
        assert not wire.events

    client(main, ["xep_0319"])


@pytest.mark.parametrize("text", ["", "yesterday"])
def test_what_is_no_time_is_none(text: str) -> None:
    idle = Idle()
    idle["since"] = text
    assert idle["since"] is None
