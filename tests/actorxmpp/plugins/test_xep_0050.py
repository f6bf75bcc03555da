"""XEP-0050: commands, offered and run."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp import XMPPError

from .wire import Wire, client, component, condition

NS = "http://jabber.org/protocol/commands"


def step(
    action: str = "", sid: str = "", content: str = "", who: str = "juliet@localhost/b"
) -> str:
    more = f" action='{action}'" * bool(action) + f" sessionid='{sid}'" * bool(sid)
    return (
        f"<iq type='set' id='1' from='{who}' to='romeo@localhost/orchard'>"
        f"<command xmlns='{NS}' node='cfg'{more}>{content}</command></iq>"
    )


def submit(value: str) -> str:
    return (
        f"<x xmlns='jabber:x:data' type='submit'><field var='v'><value>{value}</value></field></x>"
    )


class Provider:
    """A command of two steps, with a way back."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.got: list[Any] = []

    def form(self, title: str) -> Any:
        return self.wire["xep_0004"].make_form("form", title)

    def first(self, iq: Any, session: dict[str, Any]) -> dict[str, Any]:
        if iq["from"].bare == "mallory@localhost":
            raise XMPPError("forbidden")
        session.update(payload=self.form("one"), next=self.second, has_next=True, allow_prev=False)
        return session

    async def second(self, payload: Any, session: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        self.got.append(payload["values"]["v"])
        session.update(
            payload=self.form("two"),
            next=self.last,
            prev=self.first_again,
            has_next=False,
            allow_prev=True,
        )
        session["notes"] = [("info", "almost")]
        return session

    def first_again(self, payload: Any, session: dict[str, Any]) -> dict[str, Any]:
        session.update(
            payload=self.form("one"), next=self.second, has_next=True, allow_prev=False, notes=None
        )
        return session

    def last(self, payload: Any, session: dict[str, Any]) -> dict[str, Any]:
        self.got.append(payload["values"]["v"])
        session.update(payload=None, next=None, notes=[("warn", "done")])
        return session


def answer(status: str, content: str) -> str:
    return (
        "<iq type='result' to='juliet@localhost/b'>"
        f"<command xmlns='{NS}' node='cfg' sessionid='*' status='{status}'>{content}</command></iq>"
    )


ONE = answer(
    "executing",
    "<actions execute='next'><next/></actions><x xmlns='jabber:x:data' type='form'><title>one</title></x>",
)
TWO = answer(
    "executing",
    "<actions execute='complete'><prev/><complete/></actions>"
    "<x xmlns='jabber:x:data' type='form'><title>two</title></x><note type='info'>almost</note>",
)


def test_a_command_of_two_steps_forth_and_back() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("command", "command_prev")
        mine = Provider(wire)
        wire["xep_0050"].add_command(node="cfg", name="Configure", handler=mine.first)

        async def say(xml: str, expected: str) -> str:
            wire.recv(xml)
            wire.caught.clear()
            got = await wire.sent()
            wire.caught.appendleft(got)
            await wire.expect(expected)
            return str(got[0].get("sessionid"))

        sid = await say(step(), ONE)
        await say(step("next", sid, submit("1")), TWO)
        await say(step("prev", sid), ONE)
        await say(step("execute", sid, submit("2")), TWO)
        await say(
            step("complete", sid, submit("3")), answer("completed", "<note type='warn'>done</note>")
        )
        assert mine.got == ["1", "2", "3"]
        await wire.happened("command")
        await wire.happened("command_prev")
        wire.recv(step("next", sid))
        assert condition(await wire.sent()) == "bad-request"

    client(main, ["xep_0050"])


def test_what_is_not_allowed() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0050"].add_command(node="cfg", handler=Provider(wire).first)
        wire.recv(step(who="mallory@localhost/x"))
        assert condition(await wire.sent()) == "forbidden"
        wire.recv(step().replace("'cfg'", "'other'"))
        assert condition(await wire.sent()) == "item-not-found"
        wire.recv(step())
        sid = (await wire.sent())[0].get("sessionid")
        for bad in (
            step("next", sid, who="mallory@localhost/x"),
            step("prev", sid),
            step("complete", sid),
            step("jump", sid),
            step("cancel"),
        ):
            wire.recv(bad)
            assert condition(await wire.sent()) == "bad-request"
        wire.recv(step("cancel", sid))
        await wire.expect(answer("canceled", ""))

    client(main, ["xep_0050"])


def test_commands_are_listed_and_outlast_a_restart() -> None:
    async def main(wire: Wire) -> None:
        def broken(iq: Any, session: Any) -> None:
            raise RuntimeError("on purpose")

        wire.watch("plugin_restarted")
        wire["xep_0050"].add_command(node="cfg", name="Broken", handler=broken)
        wire.recv(step())
        assert condition(await wire.sent()) == "internal-server-error"
        await wire.happened("plugin_restarted")
        wire.recv(step())
        assert condition(await wire.sent()) == "internal-server-error"
        wire.recv(
            "<iq type='get' id='2' from='juliet@localhost/b' to='romeo@localhost/orchard'>"
            f"<query xmlns='http://jabber.org/protocol/disco#items' node='{NS}'/></iq>"
        )
        items = (await wire.sent())[0]
        assert [(each.get("node"), each.get("name")) for each in items] == [("cfg", "Broken")]

    client(main, ["xep_0050"])


def test_a_step_nobody_answers_ends_the_command() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("command_timeout")
        told: list[Any] = []
        mine = Provider(wire)
        wire["xep_0050"].add_command(
            node="cfg", handler=mine.first, timeout=0.01, timeout_handler=told.append
        )
        wire.recv(step())
        sid = (await wire.sent())[0].get("sessionid")
        await wire.happened("command_timeout")
        assert told[0]["id"] == sid
        assert not wire["xep_0050"].sessions

    client(main, ["xep_0050"])


def test_a_component_s_addresses_have_their_own_commands() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0050"].add_command(
            "user@gw.localhost", "cfg", handler=lambda iq, session: session
        )
        for to, kind in (("user@gw.localhost", "result"), ("gw.localhost", "error")):
            wire.recv(step().replace("romeo@localhost/orchard", to))
            assert (await wire.sent()).get("type") == kind

    component(main, ["xep_0050"])


def test_running_somebody_s_command() -> None:
    async def main(wire: Wire) -> None:
        got: list[str] = []
        adhoc = wire["xep_0050"]

        def first(iq: Any, session: dict[str, Any]) -> None:
            got.append(iq["command"]["form"]["title"])
            form = wire["xep_0004"].make_form("submit")
            form.add_field("v", value="x")
            session.update(payload=form, next=second)
            adhoc.complete_command(session)

        async def second(iq: Any, session: dict[str, Any]) -> None:
            got.append(iq["command"]["status"])

        adhoc.start_command("bot@localhost/b", "cfg", {"next": first})
        sid = await wire.expect(
            f"<iq type='set' to='bot@localhost/b'><command xmlns='{NS}' node='cfg' action='execute'/></iq>"
        )
        wire.recv(
            f"<iq type='result' id='{sid}' from='bot@localhost/b'><command xmlns='{NS}' node='cfg' sessionid='s' status='executing'>"
            "<x xmlns='jabber:x:data' type='form'><title>T</title></x></command></iq>"
        )
        sid = await wire.expect(
            f"<iq type='set' to='bot@localhost/b'><command xmlns='{NS}' node='cfg' action='complete' sessionid='s'>"
            "<x xmlns='jabber:x:data' type='submit'><field var='v'><value>x</value></field></x></command></iq>"
        )
        wire.recv(
            f"<iq type='result' id='{sid}' from='bot@localhost/b'><command xmlns='{NS}' node='cfg' sessionid='s' status='completed'/></iq>"
        )
        while len(got) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert got == ["T", "completed"]
        assert not adhoc.sessions

    client(main, ["xep_0050"])


@pytest.mark.parametrize("with_command", [True, False])
def test_an_error_reaches_the_error_handler(with_command: bool) -> None:
    async def main(wire: Wire) -> None:
        errors: list[Any] = []
        wire["xep_0050"].start_command(
            "bot@localhost/b",
            "cfg",
            {"error": lambda iq, session: errors.append(iq["error"]["condition"])},
        )
        sid = (await wire.sent()).get("id")
        wire.recv(
            f"<iq type='error' id='{sid}' from='bot@localhost/b'>"
            + f"<command xmlns='{NS}' node='cfg'/>" * with_command
            + "<error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        while not errors:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert errors == ["forbidden"]
        assert not wire["xep_0050"].sessions

    client(main, ["xep_0050"])
