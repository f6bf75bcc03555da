"""XEP-0191: blocking."""

from __future__ import annotations

import pytest

from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0191 import NS

from .wire import Wire, client, component, condition

ITEM = "<item jid='a@localhost'/>"


@pytest.mark.parametrize(
    ("command", "jids", "items"),
    [
        ("block", "a@localhost", ITEM),
        ("block", JID("a@localhost"), ITEM),
        ("block", ["a@localhost", "b.localhost"], f"{ITEM}<item jid='b.localhost'/>"),
        ("unblock", "a@localhost", ITEM),
        ("unblock", [], ""),
    ],
)
def test_somebody_is_blocked_or_no_longer(command: str, jids: object, items: str) -> None:
    async def main(wire: Wire) -> None:
        asked = getattr(wire["xep_0191"], command)(jids)
        number = await wire.expect(
            f"<iq type='set' id='*'><{command} xmlns='{NS}'>{items}</{command}></iq>"
        )
        wire.recv(f"<iq type='result' id='{number}'/>")
        await asked

    client(main, ["xep_0191"])


def test_the_list_is_read() -> None:
    async def main(wire: Wire) -> None:
        asked = wire.role.loop.create_task(wire["xep_0191"].get_blocked_jids())
        number = await wire.expect(f"<iq type='get' id='*'><blocklist xmlns='{NS}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{number}'><blocklist xmlns='{NS}'>{ITEM}<item jid='@'/>"
            "</blocklist></iq>"
        )
        assert await asked == {JID("a@localhost")}

    client(main, ["xep_0191"])


@pytest.mark.parametrize(("command", "event"), [("block", "blocked"), ("unblock", "unblocked")])
@pytest.mark.parametrize("sender", ["", "from='romeo@localhost'"])
def test_changes_are_events_and_acknowledged(command: str, event: str, sender: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch(event)
        wire.recv(
            f"<iq {sender} type='set' id='p1'><{command} xmlns='{NS}'>{ITEM}</{command}></iq>"
        )
        iq = await wire.happened(event)
        assert [each["jid"] for each in iq[command]["items"]] == ["a@localhost"]
        assert (await wire.sent()).get("type") == "result"

    client(main, ["xep_0191"])


def test_what_others_say_of_the_list_is_refused() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("blocked")
        wire.recv(
            f"<iq from='a@localhost/b' type='set' id='p1'><block xmlns='{NS}'>{ITEM}</block></iq>"
        )
        assert condition(await wire.sent()) == "service-unavailable"
        assert not wire.events

    client(main, ["xep_0191"])


def test_a_component_has_no_list() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(
            "<iq from='gw.localhost' to='gw.localhost' type='set' id='p1'>"
            f"<block xmlns='{NS}'>{ITEM}</block></iq>"
        )
        assert condition(await wire.sent()) == "service-unavailable"

    component(main, ["xep_0191"])
