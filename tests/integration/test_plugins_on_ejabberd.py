"""The plugins' exchanges with ejabberd's modules."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from actorxmpp import ET
from actorxmpp.exceptions import IqError, PresenceError

from .ours import online, until
from .servers.ejabberd import Ejabberd

WAIT_S = 10.0
NUMBERS = itertools.count()
PLUGINS = ("xep_0030", "xep_0045", "xep_0050", "xep_0054", "xep_0092", "xep_0199", "xep_0280")
MORE = ("xep_0012", "xep_0202", "xep_0313", "xep_0410")


@asynccontextmanager
async def user(server: Ejabberd, name: str) -> AsyncIterator[Any]:
    async with online(server, name, f"pw-{name}") as client:
        for plugin in (*PLUGINS, *MORE):
            client.register_plugin(plugin)
        client.send_presence()
        await client.get_roster()
        yield client


def scene(server: Ejabberd, play: Callable[[Any, Any], Awaitable[None]]) -> None:
    """Play with two accounts of the scene's own."""
    names = [f"{name}-{next(NUMBERS)}" for name in ("romeo", "juliet")]
    server.add_accounts({name: f"pw-{name}" for name in names})

    async def main() -> None:
        async with (
            asyncio.timeout(60),
            user(server, names[0]) as romeo,
            user(server, names[1]) as juliet,
        ):
            await play(romeo, juliet)

    asyncio.run(main())


def test_disco_version_time_uptime_commands_and_a_card(ejabberd: Ejabberd) -> None:
    async def play(romeo: Any, juliet: Any) -> None:
        domain = ejabberd.domain
        features = (await romeo["xep_0030"].get_info(domain))["disco_info"]["features"]
        version = await romeo["xep_0092"].get_version(domain)
        assert version["software_version"]["name"] == "ejabberd"
        answers = {
            "jabber:iq:last": lambda: romeo["xep_0012"].get_last_activity(domain),
            "urn:xmpp:time": lambda: romeo["xep_0202"].get_entity_time(domain),
        }
        for feature, question in answers.items():
            if feature in features:
                await question()
        if "http://jabber.org/protocol/commands" in features:
            commands = await romeo["xep_0050"].get_commands(domain)
            assert commands["type"] == "result"
        card = romeo["xep_0054"].make_vcard()
        card["FN"] = "Romeo Montague"
        await romeo["xep_0054"].publish_vcard(card)
        seen = await juliet["xep_0054"].get_vcard(romeo.boundjid.bare)
        assert seen["vcard_temp"]["FN"] == "Romeo Montague"

    scene(ejabberd, play)


def test_a_room(ejabberd: Ejabberd) -> None:
    async def play(romeo: Any, juliet: Any) -> None:
        items = await romeo["xep_0030"].get_items(ejabberd.domain)
        services = [str(each[0]) for each in items["disco_items"]["items"]]
        found = [
            jid
            for jid in services
            if await romeo["xep_0030"].supports(jid, feature="http://jabber.org/protocol/muc")
        ]
        assert found, f"ejabberd offers no rooms among {services}"
        room = f"coven@{found[0]}"
        entered = await romeo["xep_0045"].join_muc_wait(room, "romeo", timeout=WAIT_S)
        assert 110 in entered.presence["muc"]["status_codes"]
        form = await romeo["xep_0045"].get_room_config(room)
        form["values"] = {
            "muc#roomconfig_passwordprotectedroom": True,
            "muc#roomconfig_roomsecret": "spell",
        }
        await romeo["xep_0045"].set_room_config(room, form)
        with pytest.raises(PresenceError, match="not-authorized"):
            await juliet["xep_0045"].join_muc_wait(room, "juliet", timeout=WAIT_S)
        await juliet["xep_0045"].join_muc_wait(room, "juliet", password="spell", timeout=WAIT_S)
        heard: list[str] = []
        juliet.add_event_handler("groupchat_message", lambda m: heard.append(m["body"]))
        romeo.send_message(room, "hello", mtype="groupchat")
        await until(lambda: heard == ["hello"], "a message", WAIT_S)
        await romeo["xep_0045"].set_role(room, "juliet", "visitor")
        role = juliet["xep_0045"].get_jid_property
        await until(lambda: role(room, "juliet", "role") == "visitor", "a role", WAIT_S)
        with pytest.raises(IqError):
            await juliet["xep_0045"].set_role(room, "romeo", "none")
        await romeo["xep_0045"].set_affiliation(room, "outcast", jid=juliet.boundjid.bare)
        await until(lambda: not juliet["xep_0045"].joins, "a ban", WAIT_S)
        await romeo["xep_0045"].destroy(room)

    scene(ejabberd, play)


def test_an_archive_page_by_page(ejabberd: Ejabberd) -> None:
    async def play(romeo: Any, juliet: Any) -> None:
        features = (await romeo["xep_0030"].get_info(romeo.boundjid.bare))["disco_info"]["features"]
        assert "urn:xmpp:mam:2" in features
        prefs = romeo.make_iq_set(ET.Element("{urn:xmpp:mam:2}prefs", default="always"))
        await prefs.send()
        for number in range(12):
            romeo.send_message(juliet.boundjid.bare, f"line {number}", mtype="chat")
        await until(lambda: len(juliet.bodies) >= 12, "the messages", WAIT_S)
        query = {"with_jid": juliet.boundjid.bare, "rsm": {"max": 5}}
        found = [each async for each in romeo["xep_0313"].iterate(**query)]
        bodies = [each["mam_result"]["forwarded"]["stanza"]["body"] for each in found]
        assert bodies[-12:] == [f"line {number}" for number in range(12)]

    scene(ejabberd, play)
