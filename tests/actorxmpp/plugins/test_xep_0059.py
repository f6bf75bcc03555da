"""XEP-0059: paging."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0059 import Set

from .wire import Wire, client

RSM = "http://jabber.org/protocol/rsm"
ITEMS = "http://jabber.org/protocol/disco#items"


def page(sid: str, names: list[str], index: int, count: int) -> str:
    items = "".join(f"<item jid='{each}'/>" for each in names)
    rsm = f"<first index='{index}'>{names[0]}</first><last>{names[-1]}</last>" if names else ""
    return (
        f"<iq type='result' id='{sid}' from='localhost'><query xmlns='{ITEMS}'>{items}"
        f"<set xmlns='{RSM}'>{rsm}<count>{count}</count></set></query></iq>"
    )


async def collect(iterator: Any) -> list[list[str]]:
    return [sorted(str(item[0]) for item in iq["disco_items"]["items"]) async for iq in iterator]


def test_pages_are_asked_for_one_after_the_other() -> None:
    async def main(wire: Wire) -> None:
        iterator = await wire["xep_0030"].get_items("localhost", iterator=True)
        iterator.amount = 2
        task = asyncio.ensure_future(collect(iterator))
        ask = f"<iq type='get' to='localhost'><query xmlns='{ITEMS}'><set xmlns='{RSM}'><max>2</max>%s</set></query></iq>"
        wire.recv(page(await wire.expect(ask % ""), ["a", "b"], 0, 3))
        wire.recv(page(await wire.expect(ask % "<after>b</after>"), ["c"], 2, 3))
        assert await task == [["a", "b"], ["c"]]
        await wire.quiet()

    client(main, ["xep_0030", "xep_0059"])


def test_backwards_and_errors() -> None:
    async def main(wire: Wire) -> None:
        iq = wire.role.make_iq_get(ito="localhost")
        iq.enable("disco_items")
        iterator = wire["xep_0059"].iterate(iq, "disco_items", amount=1, reverse=True)
        task = asyncio.ensure_future(collect(iterator))
        ask = f"<iq type='get' to='localhost'><query xmlns='{ITEMS}'><set xmlns='{RSM}'><max>1</max>%s</set></query></iq>"
        wire.recv(page(await wire.expect(ask % "<before/>"), ["b"], 1, 2))
        sid = await wire.expect(ask % "<before>b</before>")
        wire.recv(
            f"<iq type='error' id='{sid}' from='localhost'><error type='cancel'>"
            "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        with pytest.raises(IqError, match="item-not-found"):
            await task

    client(main, ["xep_0030", "xep_0059"])


def test_a_server_that_repeats_a_page_does_not_hold_us_for_ever() -> None:
    async def main(wire: Wire) -> None:
        iterator = await wire["xep_0030"].get_items("localhost", iterator=True)
        task = asyncio.ensure_future(collect(iterator))
        for _ in range(2):
            wire.recv(page(str((await wire.sent()).get("id")), ["a"], 0, 9))
        assert len(await task) == 2

    client(main, ["xep_0030", "xep_0059"])


def test_the_set_s_interfaces() -> None:
    rsm = Set()
    assert rsm["before"] is None
    rsm["before"] = True
    assert rsm["before"] is True
    rsm["before"] = "x"
    assert rsm["before"] == "x"
    rsm["first_index"] = "3"
    rsm["first"] = "a"
    assert (rsm["first"], rsm["first_index"]) == ("a", "3")
    del rsm["first_index"]
    assert rsm["first_index"] == ""
