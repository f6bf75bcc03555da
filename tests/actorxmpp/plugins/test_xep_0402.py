"""XEP-0402: bookmarks, each an item of its own."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0402 import NS, OPTIONS, Conference

from .wire import Wire, client

PUBSUB = "http://jabber.org/protocol/pubsub"
ROOM = "room@c.localhost"
STORED = f"<conference xmlns='{NS}' name='Room' autojoin='true'><nick>n</nick></conference>"
QUIET = f"<conference xmlns='{NS}' autojoin='0'/>"
CONFIG: dict[str, dict[str, Any]] = {
    "xep_0402": {"auto_join": True},
    "xep_0115": {"broadcast": False},
}
JOIN = f"<presence to='{ROOM}/{{nick}}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"


def item(room: str, content: str) -> str:
    return f"<item xmlns='{PUBSUB}' id='{room}'>{content}</item>"


def answer(number: str, content: str) -> str:
    return f"<iq type='result' id='{number}'><pubsub xmlns='{PUBSUB}'><items node='{NS}'>{content}</items></pubsub></iq>"


def refusal(number: str, condition: str) -> str:
    return f"<iq type='error' id='{number}'><error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"


def event(content: str, sender: str = "romeo@localhost") -> str:
    return f"<message from='{sender}' type='headline'><event xmlns='{PUBSUB}#event'><items node='{NS}'>{content}</items></event></message>"


async def ask(wire: Wire) -> tuple[asyncio.Task[Any], str]:
    task = wire.role.loop.create_task(wire["xep_0402"].get_bookmarks())
    number = await wire.expect(
        f"<iq type='get' id='*'><pubsub xmlns='{PUBSUB}'><items node='{NS}'/></pubsub></iq>"
    )
    return task, number


def test_bookmarks_are_read_by_room() -> None:
    async def main(wire: Wire) -> None:
        task, number = await ask(wire)
        strange = item("@", STORED) + item("c.localhost", STORED) + item("x@c.localhost", "")
        wire.recv(answer(number, item(ROOM, STORED) + item("q@c.localhost", QUIET) + strange))
        found = await task
        assert list(found) == [JID(ROOM), JID("q@c.localhost")]
        bookmark = found[JID(ROOM)]
        assert (bookmark["name"], bookmark["nick"], bookmark["autojoin"]) == ("Room", "n", True)
        assert found[JID("q@c.localhost")]["autojoin"] is False

    client(main, ["xep_0402"])


def test_no_bookmarks_are_none_and_an_error_is_one() -> None:
    async def main(wire: Wire) -> None:
        task, number = await ask(wire)
        wire.recv(refusal(number, "item-not-found"))
        assert await task == {}
        task, number = await ask(wire)
        wire.recv(refusal(number, "forbidden"))
        with pytest.raises(IqError, match="forbidden"):
            await task

    client(main, ["xep_0402"])


def options() -> str:
    fields = "".join(
        f"<field var='{var}'><value>{value}</value></field>" for var, value in OPTIONS.items()
    )
    said = f"<field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#publish-options</value></field>"
    return f"<publish-options><x xmlns='jabber:x:data' type='submit'>{said}{fields}</x></publish-options>"


def test_a_bookmark_is_stored_where_nobody_else_looks() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0402"].set_bookmark(f"{ROOM}/me", "Room", "n", autojoin=True)
        await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'>{item(ROOM, STORED)}</publish>{options()}</pubsub></iq>"
        )
        asked.cancel()

    client(main, ["xep_0402"])


def test_what_other_clients_keep_in_a_bookmark_stays() -> None:
    async def main(wire: Wire) -> None:
        extra = "<extensions><pinned xmlns='urn:example:pinned'/></extensions>"
        task, number = await ask(wire)
        wire.recv(answer(number, item(ROOM, STORED.replace("</nick>", f"</nick>{extra}"))))
        bookmark = (await task)[JID(ROOM)]
        bookmark["autojoin"] = False
        asked = wire["xep_0402"].set_bookmark(ROOM, conference=bookmark)
        stored = STORED.replace("true", "false").replace("</nick>", f"</nick>{extra}")
        await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'>{item(ROOM, stored)}</publish>{options()}</pubsub></iq>"
        )
        asked.cancel()

    client(main, ["xep_0402"])


def test_a_bookmark_is_removed() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0402"].remove_bookmark(ROOM)
        await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><retract node='{NS}' notify='true'>{item(ROOM, '')}</retract></pubsub></iq>"
        )
        asked.cancel()

    client(main, ["xep_0402"])


def test_rooms_are_entered_with_each_session() -> None:
    async def main(wire: Wire) -> None:
        number = (await wire.sent()).get("id")
        no_nick = STORED.replace("<nick>n</nick>", "")
        wire.recv(answer(number, item(ROOM, no_nick) + item("q@c.localhost", QUIET)))
        await wire.expect(JOIN.format(nick="romeo"))
        await wire.quiet()

    client(main, ["xep_0402"], CONFIG)


def test_bookmarks_that_can_not_be_read_are_no_failure() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(refusal((await wire.sent()).get("id"), "forbidden"))
        await wire.quiet()
        assert "xep_0402" in wire.role.plugin

    client(main, ["xep_0402"], CONFIG)


def test_rooms_are_entered_and_left_as_other_clients_say() -> None:
    async def main(wire: Wire) -> None:
        await wire.sent()  # the new session asks
        wire.watch("room_bookmark_publish", "room_bookmark_retract")
        info = await wire["xep_0030"].get_info(local=True)
        assert f"{NS}+notify" in info["features"]
        wire.recv(event(item(ROOM, STORED).replace(PUBSUB, f"{PUBSUB}#event")))
        await wire.expect(JOIN.format(nick="n"))
        await wire.happened("room_bookmark_publish")
        wire.recv(
            f"<presence from='{ROOM}/n'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/><status code='110'/></x></presence>"
        )
        await wire.quiet()
        wire.recv(event(f"<retract id='{ROOM}'/>"))
        await wire.expect(f"<presence to='{ROOM}/n' type='unavailable'/>")
        await wire.happened("room_bookmark_retract")
        wire.recv(event(item(ROOM, QUIET).replace(PUBSUB, f"{PUBSUB}#event")))
        await wire.happened("room_bookmark_publish")

    client(main, ["xep_0402"], CONFIG)


@pytest.mark.parametrize(
    "message",
    [
        event(item(ROOM, STORED).replace(PUBSUB, f"{PUBSUB}#event"), "mallory@localhost"),
        event(item("@", STORED).replace(PUBSUB, f"{PUBSUB}#event")),
        event(item(ROOM, STORED).replace(PUBSUB, f"{PUBSUB}#event")).replace(
            "items node=", "items n="
        ),
    ],
)
def test_nobody_else_says_where_to_go(message: str) -> None:
    async def main(wire: Wire) -> None:
        await wire.sent()  # the new session asks
        wire.watch("room_bookmark_publish")
        wire.recv(message)
        await wire.quiet()
        assert not wire.events

    client(main, ["xep_0402"], CONFIG)


def test_unless_configured_nothing_is_followed() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(event(item(ROOM, STORED).replace(PUBSUB, f"{PUBSUB}#event")))
        await wire.quiet()
        info = await wire["xep_0030"].get_info(local=True)
        assert f"{NS}+notify" not in info["features"]

    client(main, ["xep_0402"])


def test_whether_to_be_there_is_a_bool() -> None:
    conference = Conference()
    for value, said in (("1", True), (False, False), (True, True), ("no", False)):
        conference["autojoin"] = value
        assert conference["autojoin"] is said
