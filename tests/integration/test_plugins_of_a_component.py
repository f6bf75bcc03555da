"""A gateway of ours on Prosody, and a slixmpp client that uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from actorxmpp import ComponentXMPP
from supervisors import shutdown

from .ours import Sockets, until
from .servers.base import HOST
from .servers.prosody import Prosody
from .slix import SlixPeer

GATEWAY = "gw1.xmpp.test"
WAIT_S = 10.0
PLUGINS = ("xep_0012", "xep_0050", "xep_0054", "xep_0055", "xep_0092", "xep_0100", "xep_0199")
THEIRS = ("xep_0030", "xep_0050", "xep_0054", "xep_0055", "xep_0077", "xep_0092", "xep_0199")


@asynccontextmanager
async def gateway(server: Prosody) -> AsyncIterator[Any]:
    sockets = Sockets()
    role = ComponentXMPP(GATEWAY, "secret-1", HOST, server.ports.component)
    role.settings = replace(role.settings, connector=sockets.connect)
    for name in PLUGINS:
        role.register_plugin(name, {"type": "irc"} if name == "xep_0100" else None)
    role.connect()
    try:
        await until(lambda: role.sessionstarted, "the gateway logs in", WAIT_S)
        yield role
        await role.disconnect()
    finally:
        session = role.session.supervisor
        assert session is not None
        await shutdown(session)
        await sockets.closed()


def scene(server: Prosody, user: str, play: Callable[[Any, Any], Awaitable[None]]) -> None:
    server.add_accounts({user: "pw"})
    them = SlixPeer(
        f"{user}@{server.domain}/slix",
        "pw",
        f"{HOST}:{server.ports.starttls}",
        server.ca_file,
        plugins=THEIRS,
    )

    async def main() -> None:
        async with asyncio.timeout(60), gateway(server) as role:
            await asyncio.to_thread(them.start)
            try:
                await play(role, lambda work: asyncio.to_thread(them.call, work))
            finally:
                await asyncio.to_thread(them.stop)

    asyncio.run(main())


def test_registering_writing_and_leaving(prosody: Prosody) -> None:
    async def play(role: Any, ask: Any) -> None:
        seen: list[Any] = []
        for event in ("user_register", "legacy_message", "user_unregister"):
            role.add_event_handler(event, lambda _, event=event: seen.append(event))

        async def register(client: Any) -> Any:
            form = await client.plugin["xep_0077"].get_registration(jid=GATEWAY)
            iq = client.make_iq_set(ito=GATEWAY)
            iq["register"]["username"] = "bill"
            iq["register"]["password"] = "secret"
            await iq.send()
            client.send_message(f"cat@{GATEWAY}", "meow?", mtype="chat")
            return form["register"]["fields"]

        assert await ask(register) == {"username", "password"}
        await until(lambda: seen == ["user_register", "legacy_message"], "both", WAIT_S)

        async def leave(client: Any) -> None:
            await client.plugin["xep_0077"].cancel_registration(jid=GATEWAY)

        await ask(leave)
        await until(lambda: seen[-1] == "user_unregister", "the end", WAIT_S)

    scene(prosody, "user", play)


def test_what_the_gateway_says_of_itself(prosody: Prosody) -> None:
    async def play(role: Any, ask: Any) -> None:
        card = role["xep_0054"].make_vcard()
        card["FN"] = "The Cat"
        await role["xep_0054"].publish_vcard(card, f"cat@{GATEWAY}")

        def search(jid: Any, node: Any, ifrom: Any, iq: Any) -> Any:
            reply = iq.reply()
            form = reply["search"]["form"]
            form["type"] = "result"
            form.add_reported("jid")
            form.add_item({"jid": f"{iq['search']['form']['values']['last']}@{GATEWAY}"})
            return reply

        role["xep_0055"].api.register(search, "search_query")

        async def look(client: Any) -> Any:
            info = await client.plugin["xep_0030"].get_info(GATEWAY)
            version = await client.plugin["xep_0092"].get_version(GATEWAY)
            vcard = await client.plugin["xep_0054"].get_vcard(f"cat@{GATEWAY}")
            query = client.plugin["xep_0055"].make_search_iq(ito=GATEWAY)
            query["search"]["form"].add_field("last", value="cat")
            found = await query.send()
            await client.plugin["xep_0199"].send_ping(f"cat@{GATEWAY}")
            return (
                {each[:2] for each in info["disco_info"]["identities"]},
                version["software_version"]["name"],
                vcard["vcard_temp"]["FN"],
                found["search"]["form"]["items"],
            )

        assert await ask(look) == (
            {("gateway", "irc")},
            "actorxmpp",
            "The Cat",
            [{"jid": f"cat@{GATEWAY}"}],
        )

    scene(prosody, "guest", play)
