"""The plugins' exchanges with peers that are not ours: Prosody's modules, and slixmpp.

Peer of each test: the server itself, or a slixmpp client in a thread of its own. Show 2 of the
plugin system is here, too: a handler that fails on a live session.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from actorxmpp import BasePlugin, Callback, MatchXPath
from actorxmpp.exceptions import IqError
from actorxmpp.plugins.base import register_plugin
from actorxmpp.plugins.xep_0410 import PingStatus

from .ours import online, until
from .servers.base import HOST, free_ports
from .servers.prosody import MODULES, Prosody
from .slix import SlixPeer

ROOM = "coven@rooms.xmpp.test"
WAIT_S = 60.0
FIVE_MB = 5 * 1024 * 1024
USERS = ("romeo", "juliet", "nurse")

PLUGINS = [
    "xep_0004",
    "xep_0012",
    "xep_0030",
    "xep_0045",
    "xep_0050",
    "xep_0054",
    "xep_0059",
    "xep_0077",
    "xep_0085",
    "xep_0092",
    "xep_0115",
    "xep_0184",
    "xep_0199",
    "xep_0202",
    "xep_0249",
    "xep_0280",
    "xep_0308",
    "xep_0313",
    "xep_0333",
    "xep_0352",
    "xep_0359",
    "xep_0363",
    "xep_0410",
    "xep_0421",
]


class Plugged(Prosody):
    """A Prosody with registration, uploads and archives of rooms."""

    def __init__(self) -> None:
        self.http_port = free_ports(1)[0]
        settings = {
            "modules_enabled": [*MODULES, "register", "lastactivity", "http"],
            "http_ports": [self.http_port],
            "http_interfaces": [HOST],
            "http_default_host": "upload.xmpp.test",
            "http_file_share_size_limit": 2 * FIVE_MB,
            "http_external_url": f"http://{HOST}:{self.http_port}/",
        }
        super().__init__(settings=settings)

    def configure(self) -> None:
        super().configure()
        more = 'modules_enabled = { "muc_mam" }\n'
        more += f'Component "upload.{self.domain}" "http_file_share"\n'
        text = self.config_file.read_text("utf-8")
        self.config_file.write_text(text + more, "utf-8")


@pytest.fixture(scope="module")
def server() -> Iterator[Plugged]:
    with Plugged() as running:
        running.add_accounts({user: f"pw-{user}" for user in USERS})
        yield running


@asynccontextmanager
async def user(server: Plugged, name: str, plugins: list[str] = PLUGINS) -> AsyncIterator[Any]:
    async with online(server, name, f"pw-{name}") as client:
        for plugin in plugins:
            client.register_plugin(plugin)
        client.send_presence()
        await client.get_roster()
        yield client


def scene(server: Plugged, play: Callable[[Any], Awaitable[None]], name: str = "romeo") -> None:
    async def main() -> None:
        async with asyncio.timeout(2 * WAIT_S), user(server, name) as client:
            await play(client)

    asyncio.run(main())


def slix(server: Plugged, name: str, plugins: list[str]) -> SlixPeer:
    return SlixPeer(
        f"{name}@{server.domain}/slix",
        f"pw-{name}",
        f"{HOST}:{server.ports.starttls}",
        server.ca_file,
        plugins=plugins,
    )


@asynccontextmanager
async def peer(server: Plugged, name: str, plugins: list[str]) -> AsyncIterator[SlixPeer]:
    them = slix(server, name, plugins)
    await asyncio.to_thread(them.start)
    try:
        yield them
    finally:
        await asyncio.to_thread(them.stop)


async def ask(them: SlixPeer, work: Callable[[Any], Awaitable[Any]]) -> Any:
    return await asyncio.to_thread(them.call, work)


def test_disco_ping_version_time_and_uptime_of_the_server(server: Plugged) -> None:
    async def play(client: Any) -> None:
        domain = server.domain
        info = await client["xep_0030"].get_info(domain)
        assert ("server", "im") in {each[:2] for each in info["disco_info"]["identities"]}
        items = await client["xep_0030"].get_items(domain)
        assert "rooms.xmpp.test" in {str(each[0]) for each in items["disco_items"]["items"]}
        assert await client["xep_0030"].supports(domain, feature="urn:xmpp:ping") is True
        assert await client["xep_0199"].ping() > 0
        version = await client["xep_0092"].get_version(domain)
        assert version["software_version"]["name"] == "Prosody"
        time = await client["xep_0202"].get_entity_time(domain)
        assert time["entity_time"]["utc"].year > 2000
        assert isinstance((await client["xep_0030"].get_info_from_domain()), list)

    scene(server, play)


def test_a_room_with_three_occupants_one_of_them_slixmpp(server: Plugged) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(2 * WAIT_S),
            user(server, "romeo") as romeo,
            user(server, "juliet") as juliet,
            peer(server, "nurse", ["xep_0045"]) as nurse,
        ):
            heard: list[str] = []
            juliet.add_event_handler("groupchat_message", lambda m: heard.append(m["body"]))
            first = await romeo["xep_0045"].join_muc_wait(ROOM, "romeo", timeout=WAIT_S)
            assert first.presence["muc"]["affiliation"] == "owner"
            form = await romeo["xep_0045"].get_room_config(ROOM)
            form["values"] = {
                "muc#roomconfig_persistentroom": True,
                "muc#roomconfig_whois": "anyone",
            }
            await romeo["xep_0045"].set_room_config(ROOM, form)
            await juliet["xep_0045"].join_muc_wait(ROOM, "juliet", timeout=WAIT_S)
            await ask(
                nurse, lambda c: c.plugin["xep_0045"].join_muc_wait(ROOM, "nurse", timeout=WAIT_S)
            )
            wanted = {"romeo", "juliet", "nurse"}
            await until(lambda: set(romeo["xep_0045"].get_roster(ROOM)) == wanted, "three", WAIT_S)
            assert (
                romeo["xep_0045"].get_jid_property(ROOM, "nurse", "jid") == "nurse@xmpp.test/slix"
            )
            await asyncio.to_thread(nurse.send, ROOM, "hello", type="groupchat")
            await until(lambda: "hello" in heard, "a message", WAIT_S)
            romeo["xep_0045"].set_subject(ROOM, "spells")
            await romeo["xep_0045"].set_affiliation(ROOM, "member", jid="juliet@xmpp.test")
            members = await romeo["xep_0045"].get_affiliation_list(ROOM, "member")
            assert members == ["juliet@xmpp.test"]
            await romeo["xep_0045"].set_role(ROOM, "nurse", "none", reason="late")
            await until(
                lambda: "nurse" not in juliet["xep_0045"].get_roster(ROOM), "a kick", WAIT_S
            )
            assert await juliet["xep_0045"].set_self_nick(ROOM, "julia", timeout=WAIT_S) == "julia"
            alive = await juliet["xep_0410"].send_self_ping(f"{ROOM}/julia")
            assert alive is PingStatus.JOINED
            with pytest.raises(IqError, match="forbidden"):
                await juliet["xep_0045"].get_room_config(ROOM)
            messages = [m async for m in juliet["xep_0313"].iterate(ROOM, rsm={"max": 1})]
            bodies = [m["mam_result"]["forwarded"]["stanza"]["body"] for m in messages]
            assert "hello" in bodies
            assert await juliet["xep_0421"].has_feature(ROOM) is True
            await romeo["xep_0045"].destroy(ROOM, "done")
            await until(lambda: not juliet["xep_0045"].get_joined_rooms(), "the end", WAIT_S)

    asyncio.run(main())


def test_an_archive_page_by_page(server: Plugged) -> None:
    async def play(client: Any) -> None:
        for number in range(25):
            client.send_message("juliet@xmpp.test", f"line {number}", mtype="chat")
        await client["xep_0199"].ping()
        query = {"with_jid": "juliet@xmpp.test", "rsm": {"max": 10}}
        messages = [m async for m in client["xep_0313"].iterate(**query)]
        bodies = [m["mam_result"]["forwarded"]["stanza"]["body"] for m in messages]
        assert bodies[-25:] == [f"line {number}" for number in range(25)]
        last = [m async for m in client["xep_0313"].iterate(reverse=True, total=3, **query)]
        bodies = [m["mam_result"]["forwarded"]["stanza"]["body"] for m in last]
        assert bodies == ["line 24", "line 23", "line 22"]
        page = await client["xep_0313"].retrieve(**query)
        assert len(page["mam"]["results"]) == 10

    scene(server, play)


def test_a_card_a_password_and_who_may_register(server: Plugged) -> None:
    async def play(client: Any) -> None:
        card = client["xep_0054"].make_vcard()
        card["FN"] = "Juliet Capulet"
        card["PHOTO"]["TYPE"] = "image/png"
        card["PHOTO"]["BINVAL"] = b"\x89PNG"
        await client["xep_0054"].publish_vcard(card)
        fetched = await client["xep_0054"].get_vcard("juliet@xmpp.test", local=False)
        assert fetched["vcard_temp"]["FN"] == "Juliet Capulet"
        assert fetched["vcard_temp"]["PHOTO"]["BINVAL"] == b"\x89PNG"
        form = await client["xep_0077"].get_registration("xmpp.test")
        assert form["register"]["registered"]
        await client["xep_0077"].change_password("pw-juliet", "xmpp.test")

    scene(server, play, "juliet")


def test_carbons_between_two_resources(server: Plugged) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(2 * WAIT_S),
            user(server, "romeo") as romeo,
            peer(server, "romeo", []) as other,
        ):
            copies: list[str] = []
            romeo.add_event_handler(
                "carbon_sent", lambda m: copies.append(m["carbon_sent"]["body"])
            )
            await romeo["xep_0280"].enable()
            await asyncio.to_thread(other.send, "juliet@xmpp.test", "from my other self")
            await until(lambda: copies == ["from my other self"], "a copy", WAIT_S)
            await romeo["xep_0280"].disable()

    asyncio.run(main())


def test_chat_states_receipts_corrections_and_markers_with_slixmpp(server: Plugged) -> None:
    async def main() -> None:
        names = ["xep_0085", "xep_0184", "xep_0308", "xep_0333"]
        async with (
            asyncio.timeout(2 * WAIT_S),
            user(server, "romeo") as romeo,
            peer(server, "nurse", names) as nurse,
        ):
            to, seen = "nurse@xmpp.test/slix", []

            async def watch(client: Any) -> None:
                for event in ("chatstate_composing", "message_correction", "marker_displayed"):
                    client.add_event_handler(event, lambda _, event=event: seen.append(event))
                client.add_event_handler("receipt_received", lambda m: seen.append(m["receipt"]))

            await ask(nurse, watch)
            mine: list[Any] = []
            romeo.add_event_handler("receipt_received", lambda m: mine.append(m["receipt"]))
            romeo["xep_0085"].send_state(to, "composing")
            message = romeo.make_message(to, "helo", mtype="chat")
            message["request_receipt"] = True
            message.send()
            await until(lambda: mine == [message["id"]], "a receipt of slixmpp", WAIT_S)
            romeo["xep_0308"].correct_message(message, "hello")
            romeo["xep_0333"].send_marker(to, "m1", "displayed", mtype="chat")

            async def write(client: Any) -> None:
                letter = client.make_message(mto=romeo.boundjid.full, mbody="x", mtype="chat")
                letter["id"] = "letter"
                letter["request_receipt"] = True
                letter.send()

            await ask(nurse, write)
            wanted = {"chatstate_composing", "message_correction", "marker_displayed", "letter"}
            await until(lambda: wanted <= set(seen), "all of them", WAIT_S)

    asyncio.run(main())


def test_slixmpp_runs_our_command_and_asks_what_we_are(server: Plugged) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(2 * WAIT_S),
            user(server, "romeo") as romeo,
            peer(server, "nurse", ["xep_0050", "xep_0030", "xep_0092", "xep_0012"]) as nurse,
        ):
            got: list[Any] = []

            def first(iq: Any, session: dict[str, Any]) -> dict[str, Any]:
                form = romeo["xep_0004"].make_form("form", "Greeting")
                form.add_field("name", "text-single", "Name")
                session.update(payload=form, next=second, has_next=True)
                return session

            def second(payload: Any, session: dict[str, Any]) -> dict[str, Any]:
                got.append(payload["values"]["name"])
                session.update(payload=romeo["xep_0004"].make_form("form", "Sure?"), next=third)
                session["has_next"] = False
                return session

            def third(payload: Any, session: dict[str, Any]) -> dict[str, Any]:
                session.update(payload=None, next=None, notes=[("info", "done")])
                return session

            romeo["xep_0050"].add_command(node="greeting", name="Greeting", handler=first)
            me = romeo.boundjid.full

            async def run(client: Any) -> Any:
                adhoc, forms = client.plugin["xep_0050"], client.plugin["xep_0004"]
                items = await adhoc.get_commands(me)
                nodes = {each[1] for each in items["disco_items"]["items"]}
                step = await adhoc.send_command(me, "greeting")
                sid = step["command"]["sessionid"]
                form = forms.make_form("submit")
                form.add_field("name", value="Nurse")
                step = await adhoc.send_command(
                    me, "greeting", action="next", payload=form, sessionid=sid
                )
                title = step["command"]["form"]["title"]
                sure = forms.make_form("submit")
                last = await adhoc.send_command(
                    me, "greeting", action="complete", payload=sure, sessionid=sid
                )
                version = await client.plugin["xep_0092"].get_version(me)
                return nodes, title, last["command"]["status"], version["software_version"]["name"]

            answers = await ask(nurse, run)
            assert answers == ({"greeting"}, "Sure?", "completed", "actorxmpp")
            assert got == ["Nurse"]

    asyncio.run(main())


def test_we_run_slixmpp_s_command(server: Plugged) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(2 * WAIT_S),
            user(server, "romeo") as romeo,
            peer(server, "nurse", ["xep_0050"]) as nurse,
        ):

            async def offer(client: Any) -> None:
                def handler(iq: Any, session: Any) -> Any:
                    form = client.plugin["xep_0004"].make_form("form", "Theirs")
                    session.update(payload=form, next=last, has_next=False)
                    return session

                def last(payload: Any, session: Any) -> Any:
                    session.update(payload=None, next=None)
                    return session

                client.plugin["xep_0050"].add_command(node="theirs", name="Theirs", handler=handler)

            await ask(nurse, offer)
            done: list[str] = []

            def step(iq: Any, session: dict[str, Any]) -> None:
                done.append(iq["command"]["form"]["title"])
                session.update(payload=romeo["xep_0004"].make_form("submit"), next=end)
                romeo["xep_0050"].complete_command(session)

            def end(iq: Any, session: dict[str, Any]) -> None:
                done.append(iq["command"]["status"])

            romeo["xep_0050"].start_command("nurse@xmpp.test/slix", "theirs", {"next": step})
            await until(lambda: done == ["Theirs", "completed"], "the command", WAIT_S)

    asyncio.run(main())


def test_five_megabytes_up_and_down(server: Plugged) -> None:
    async def play(client: Any) -> None:
        import aiohttp

        content = bytes(range(256)) * (FIVE_MB // 256)
        url = await client["xep_0363"].upload_file("film.bin", input_file=io.BytesIO(content))
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.status == 200
            assert await response.read() == content

    scene(server, play)


def test_a_plugin_that_fails_restarts_alone_on_a_live_session(server: Plugged) -> None:
    class Failing(BasePlugin):
        """Fails with the first request of each object."""

        name = "failing"
        made: ClassVar[list[Any]] = []

        def plugin_init(self) -> None:
            self.made.append(self)
            matcher = MatchXPath("{jabber:client}iq/{urn:example:fail}query")
            self.xmpp.register_handler(Callback("Failing", matcher, self.asked))

        def asked(self, iq: Any) -> None:
            if len(self.made) == 1:
                raise RuntimeError("on purpose")
            iq.reply().send()

    register_plugin(Failing)

    async def main() -> None:
        async with (
            asyncio.timeout(2 * WAIT_S),
            user(server, "romeo") as romeo,
            peer(server, "nurse", []) as nurse,
        ):
            romeo.register_plugin("failing")
            restarted: list[Any] = []
            romeo.add_event_handler("plugin_restarted", restarted.append)

            async def query(client: Any) -> str:
                iq = client.make_iq_get(queryxmlns="urn:example:fail", ito=romeo.boundjid.full)
                with contextlib.suppress(Exception):
                    return str((await iq.send(timeout=WAIT_S))["type"])
                return "error"

            assert await ask(nurse, query) == "error"
            await until(lambda: restarted == ["failing"], "the restart", WAIT_S)
            assert await ask(nurse, query) == "result"
            assert romeo.session.status.connections == 1

    asyncio.run(main())
