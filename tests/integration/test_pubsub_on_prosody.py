"""Publish-subscribe and what is built on it, on Prosody; and blocking.

Two of our clients talk through the server; slixmpp is the other side where it has a part to play.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.jid import JID

from .ours import online, until
from .servers.base import HOST
from .servers.prosody import Prosody
from .slix import SlixPeer

WAIT_S = 60.0
USERS = ("romeo", "juliet", "nurse")
SERVICE = "pubsub.xmpp.test"
PLUGINS = [
    *("xep_0045", "xep_0048", "xep_0049", "xep_0060", "xep_0084", "xep_0107", "xep_0153"),
    *(
        "xep_0163",
        "xep_0172",
        "xep_0191",
        "xep_0199",
        "xep_0222",
        "xep_0223",
        "xep_0292",
        "xep_0402",
    ),
]
PICTURE = bytes(range(256)) * 8


class Service(Prosody):
    """A Prosody with a publish-subscribe service."""

    def configure(self) -> None:
        super().configure()
        text = self.config_file.read_text("utf-8")
        more = f'Component "{SERVICE}" "pubsub"\nadmins = {{ "romeo@{self.domain}" }}\n'
        self.config_file.write_text(text + more, "utf-8")


@pytest.fixture(scope="module")
def server() -> Iterator[Service]:
    with Service() as running:
        running.add_accounts({user: f"pw-{user}" for user in USERS})
        yield running


@asynccontextmanager
async def user(server: Service, name: str) -> AsyncIterator[Any]:
    async with online(server, name, f"pw-{name}") as client:
        for plugin in PLUGINS:
            client.register_plugin(plugin)
        client.told = []
        await client.get_roster()
        client.send_presence()
        yield client


def scene(server: Service, play: Callable[..., Awaitable[None]], *names: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(2 * WAIT_S), AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(user(server, name)) for name in names]
            await play(*clients)

    asyncio.run(main())


async def befriend(one: Any, other: Any) -> None:
    """Subscribe two clients to each other's presence."""
    one.send_presence_subscription(pto=other.boundjid.bare)
    other.send_presence_subscription(pto=one.boundjid.bare)
    for here, there in ((one, other), (other, one)):
        contact = here.client_roster[there.boundjid.bare]
        await until(lambda contact=contact: contact["subscription"] == "both", "friends", WAIT_S)


def entry(text: str) -> ET.Element:
    element = ET.Element("{urn:example:entry}entry")
    element.text = text
    return element


def test_a_node_from_its_creation_to_its_end(server: Service) -> None:
    async def play(romeo: Any, juliet: Any) -> None:
        owner, reader = romeo["xep_0060"], juliet["xep_0060"]
        seen: list[tuple[str, Any]] = []

        def note(what: str, message: Any) -> None:
            if message["from"] == SERVICE:  # not what the account's own nodes tell
                seen.append((what, message))

        for what in ("publish", "retract", "purge", "delete"):
            juliet.add_event_handler(f"pubsub_{what}", partial(note, what))
        await owner.create_node(SERVICE, "news", {"pubsub#persist_items": True})
        config = await owner.get_node_config(SERVICE, "news")
        form = config["pubsub_owner"]["configure"]["form"]
        assert form.get_values()["pubsub#persist_items"]
        form["type"] = "submit"
        form.set_values({"pubsub#max_items": "10"})
        await owner.set_node_config(SERVICE, "news", form)
        await owner.modify_affiliations(SERVICE, "news", [(juliet.boundjid.bare, "publisher")])
        found = await owner.get_node_affiliations(SERVICE, "news")
        affiliations = {
            each["jid"].bare: each["affiliation"] for each in found["pubsub_owner"]["affiliations"]
        }
        assert affiliations[juliet.boundjid.bare] == "publisher"
        await reader.subscribe(SERVICE, "news")
        found = await owner.get_node_subscriptions(SERVICE, "news")
        subscribed = [each["jid"].bare for each in found["pubsub_owner"]["subscriptions"]]
        assert juliet.boundjid.bare in subscribed
        for number in ("1", "2"):
            await owner.publish(SERVICE, "news", number, entry(f"text {number}"))
        await until(lambda: len(seen) == 2, "two items are told", WAIT_S)
        await reader.publish(SERVICE, "news", "3", entry("text 3"))
        await until(lambda: len(seen) == 3, "the third item is told", WAIT_S)
        assert seen[0][1]["pubsub_event"]["items"]["item"]["payload"].text == "text 1"
        items = (await reader.get_items(SERVICE, "news"))["pubsub"]["items"]
        assert {each["id"] for each in items} == {"1", "2", "3"}
        one = await reader.get_item(SERVICE, "news", "2")
        assert one["pubsub"]["items"]["item"]["payload"].text == "text 2"
        ids = await reader.get_item_ids(SERVICE, "news")
        assert {each[2] for each in ids["disco_items"]["items"]} == {"1", "2", "3"}
        await owner.retract(SERVICE, "news", "1", notify=True)
        await owner.purge(SERVICE, "news")
        await reader.unsubscribe(SERVICE, "news")
        await reader.subscribe(SERVICE, "news")
        await owner.delete_node(SERVICE, "news")
        await until(lambda: seen and seen[-1][0] == "delete", "all is told", WAIT_S)
        assert [each[0] for each in seen] == ["publish"] * 3 + ["retract", "purge", "delete"]
        with pytest.raises(IqError, match="item-not-found"):
            await reader.get_items(SERVICE, "news")

    scene(server, play, "romeo", "juliet")


def test_what_contacts_publish_comes_by_itself(server: Service) -> None:
    async def play(romeo: Any, juliet: Any) -> None:
        await befriend(romeo, juliet)
        told: dict[str, Any] = {}
        for event in ("user_mood_publish", "user_nick_publish", "avatar_metadata_publish"):
            juliet.add_event_handler(
                event, lambda message, event=event: told.__setitem__(event, message)
            )
        await romeo["xep_0107"].publish_mood("in_love", "with Juliet")
        await romeo["xep_0172"].publish_nick("Rom")
        await romeo["xep_0084"].publish_avatar(PICTURE)
        number = romeo["xep_0084"].generate_id(PICTURE)
        await romeo["xep_0084"].publish_avatar_metadata(
            {"id": number, "type": "image/png", "bytes": len(PICTURE)}
        )
        await until(lambda: len(told) == 3, "all is told", WAIT_S)
        item = told["user_mood_publish"]["pubsub_event"]["items"]["item"]
        assert item["mood"]["value"] == "in_love"
        assert told["avatar_metadata_publish"]["from"].bare == romeo.boundjid.bare
        answer = await juliet["xep_0084"].retrieve_avatar(romeo.boundjid.bare, number)
        data = answer["pubsub"]["items"]["item"]["avatar_data"]
        assert data["value"] == PICTURE

    scene(server, play, "romeo", "juliet")


def test_bookmarks_private_storage_and_cards(server: Service) -> None:
    async def play(nurse: Any) -> None:
        bookmarks = nurse["xep_0402"]
        assert await bookmarks.get_bookmarks() == {}
        await bookmarks.set_bookmark("coven@rooms.xmpp.test", "Coven", "n", autojoin=True)
        found = await bookmarks.get_bookmarks()
        assert found[JID("coven@rooms.xmpp.test")]["nick"] == "n"
        old = await nurse["xep_0048"].get_bookmarks()
        rooms = [str(each["jid"]) for each in old["private"]["bookmarks"]["conferences"]]
        assert rooms == ["coven@rooms.xmpp.test"]  # the server keeps both in step
        await bookmarks.remove_bookmark("coven@rooms.xmpp.test")
        assert await bookmarks.get_bookmarks() == {}
        await nurse["xep_0292"].publish_vcard("Nurse", locality="Verona")
        card = await nurse["xep_0292"].retrieve_vcard(nurse.boundjid.bare)
        assert card["pubsub"]["items"]["item"]["vcard"]["full_name"] == "Nurse"

    scene(server, play, "nurse")


def test_who_is_blocked_is_not_heard(server: Service) -> None:
    async def play(romeo: Any, nurse: Any) -> None:
        blocking = nurse["xep_0191"]
        told: list[Any] = []
        nurse.add_event_handler("blocked", told.append)
        assert await blocking.get_blocked_jids() == set()
        await blocking.block(romeo.boundjid.bare)
        assert await blocking.get_blocked_jids() == {JID(romeo.boundjid.bare)}
        await until(lambda: told, "the change is told", WAIT_S)
        romeo.send_message(nurse.boundjid, "are you there?", mtype="chat")
        await romeo["xep_0199"].ping()  # it has passed the server
        await blocking.unblock([])
        assert await blocking.get_blocked_jids() == set()
        romeo.send_message(nurse.boundjid, "and now?", mtype="chat")
        await until(lambda: nurse.bodies, "heard", WAIT_S)
        assert nurse.bodies == ["and now?"]

    scene(server, play, "romeo", "nurse")


def test_slixmpp_reads_what_we_publish(server: Service) -> None:
    async def play(romeo: Any) -> None:
        await romeo["xep_0084"].publish_avatar(PICTURE)
        number = romeo["xep_0084"].generate_id(PICTURE)
        them = SlixPeer(
            f"romeo@{server.domain}/slix",
            "pw-romeo",
            f"{HOST}:{server.ports.starttls}",
            server.ca_file,
            plugins=["xep_0084", "xep_0402", "xep_0060"],
        )
        await asyncio.to_thread(them.start)
        try:

            async def picture(client: Any) -> bytes:
                answer = await client.plugin["xep_0084"].retrieve_avatar(
                    client.boundjid.bare, number
                )
                value: bytes = answer["pubsub"]["items"]["item"]["avatar_data"]["value"]
                return value

            assert await asyncio.to_thread(them.call, picture) == PICTURE
        finally:
            await asyncio.to_thread(them.stop)

    scene(server, play, "romeo")
