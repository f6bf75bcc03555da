"""XEP-0077: registering, and being registered."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
from typing import Any

from .wire import Wire, client, component, condition

NS = "jabber:iq:register"


def ask(kind: str, content: str = "") -> str:
    return f"<iq type='{kind}' id='1' from='u@localhost/x' to='gw.localhost'><query xmlns='{NS}'>{content}</query></iq>"


FORM = (
    "<iq type='result' from='gw.localhost' to='u@localhost/x'>"
    f"<query xmlns='{NS}'>%s<instructions>Enter your credentials</instructions>%s</query></iq>"
)
FILLED = "<username>bill</username><password>p</password>"


def test_a_component_registers_its_users() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("user_register", "user_unregister")
        wire.recv(ask("get"))
        await wire.expect(FORM % ("", "<password/><username/>"))
        wire.recv(ask("set", "<username>bill</username>"))
        assert condition(await wire.sent()) == "not-acceptable"
        wire.recv(ask("set", FILLED))
        await wire.expect("<iq type='result' from='gw.localhost' to='u@localhost/x'/>")
        assert (await wire.happened("user_register"))["register"]["username"] == "bill"
        wire.recv(ask("get"))
        await wire.expect(FORM % ("<registered/>", "<password/><username>bill</username>"))
        wire.recv(ask("set", "<remove/>"))
        await wire.expect("<iq type='result' from='gw.localhost' to='u@localhost/x'/>")
        await wire.happened("user_unregister")
        wire.recv(ask("set", "<remove/>"))
        assert condition(await wire.sent()) == "item-not-found"

    component(main, ["xep_0077"])


def test_the_program_decides_and_no_password_comes_back() -> None:
    async def main(wire: Wire) -> None:
        asked: list[Any] = []

        async def validate(jid: Any, node: Any, ifrom: Any, registration: Any) -> None:
            asked.append((str(ifrom), registration["password"]))
            raise ValueError("Wrong password.")

        wire["xep_0077"].api.register(validate, "user_validate")
        form = "<x xmlns='jabber:x:data' type='submit'><field var='username'><value>b</value></field><field var='password'><value>s3cret</value></field></x>"
        wire.recv(ask("set", form))
        got = await wire.sent()
        assert condition(got) == "not-acceptable"
        assert asked == [("u@localhost/x", "s3cret")]
        assert got.find(f"{{{NS}}}query/{{{NS}}}password") is None

    component(main, ["xep_0077"])


def test_a_client_registers_changes_its_password_and_leaves() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0077"]
        task = asyncio.ensure_future(plugin.get_registration("gw.localhost"))
        sid = await wire.expect(f"<iq type='get' to='gw.localhost'><query xmlns='{NS}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}' from='gw.localhost'><query xmlns='{NS}'><username/><email/></query></iq>"
        )
        assert (await task)["register"]["fields"] == {"username", "email"}
        for future, content in (
            (plugin.register("gw.localhost", {"username": "bill"}), "<username>bill</username>"),
            (plugin.cancel_registration("gw.localhost"), "<remove/>"),
            (
                plugin.change_password("new", "gw.localhost"),
                "<username>romeo</username><password>new</password>",
            ),
        ):
            sid = await wire.expect(
                f"<iq type='set' to='gw.localhost'><query xmlns='{NS}'>{content}</query></iq>"
            )
            wire.recv(f"<iq type='result' id='{sid}' from='gw.localhost'/>")
            await future

    client(main, ["xep_0077"])
