"""XEP-0045: rooms."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from actorxmpp.exceptions import IqError, PresenceError
from actorxmpp.plugins.xep_0004 import Form

from .wire import Wire, client, component, until

MUC = "http://jabber.org/protocol/muc"
USER = f"{MUC}#user"
ADMIN = f"{MUC}#admin"
OWNER = f"{MUC}#owner"
ROOM = "coven@chat.localhost"


def presence(
    nick: str,
    item: str = "affiliation='none' role='participant'",
    codes: str = "",
    kind: str = "",
    extra: str = "",
) -> str:
    status = "".join(f"<status code='{code}'/>" for code in codes.split())
    return (
        f"<presence from='{ROOM}/{nick}'{kind and f' type={kind!r}'}>{extra}"
        f"<x xmlns='{USER}'><item {item}/>{status}</x></presence>"
    )


def said(body: str, nick: str = "witch", delay: str = "") -> str:
    mark = f"<delay xmlns='urn:xmpp:delay' from='{ROOM}' stamp='{delay}'/>" * bool(delay)
    return f"<message type='groupchat' from='{ROOM}/{nick}'><body>{body}</body>{mark}</message>"


SUBJECT = f"<message type='groupchat' from='{ROOM}/witch'><subject>Spells</subject></message>"
ENTER = f"<presence to='{ROOM}/me'><x xmlns='{MUC}'>%s</x></presence>"


async def entered(wire: Wire, **options: Any) -> Any:
    task = asyncio.ensure_future(wire["xep_0045"].join_muc_wait(ROOM, "me", **options))
    await wire.sent()
    wire.recv(
        presence(
            "witch",
            "affiliation='owner' role='moderator' jid='hag@localhost/x'",
            extra="<show>away</show>",
        )
    )
    wire.recv(presence("me", codes="110"))
    wire.recv(said("old", delay="2020-01-01T00:00:00Z"))
    wire.recv(SUBJECT)
    return await task


def test_entering_and_what_the_room_says() -> None:
    async def main(wire: Wire) -> None:
        wire.watch(f"muc::{ROOM}::got_online", "groupchat_subject")
        since = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        task = asyncio.ensure_future(
            wire["xep_0045"].join_muc_wait(ROOM, "me", password="p", since=since)
        )
        await wire.expect(ENTER % "<password>p</password><history since='2020-01-01T00:00:00Z'/>")
        wire.recv(presence("witch"))
        wire.recv(presence("me", codes="110 201"))
        wire.recv(said("old", delay="2020-01-01T00:00:00Z"))
        wire.recv(SUBJECT)
        mine, subject, occupants, history = await task
        assert mine["muc"]["status_codes"] == {110, 201}
        assert subject["subject"] == "Spells"
        assert [each["muc"]["nick"] for each in occupants] == ["witch"]
        assert [each["body"] for each in history] == ["old"]
        await wire.happened("groupchat_subject")
        assert (await wire.happened(f"muc::{ROOM}::got_online"))["from"].resource == "witch"

    client(main, ["xep_0045"])


def test_who_is_there() -> None:
    async def main(wire: Wire) -> None:
        wire.watch(f"muc::{ROOM}::got_offline", f"muc::{ROOM}::presence")
        muc = wire["xep_0045"]
        await entered(wire)
        assert muc.get_joined_rooms() == [ROOM]
        assert muc.get_roster(ROOM) == ["witch", "me"]
        assert muc.get_our_jid_in_room(ROOM) == f"{ROOM}/me"
        assert muc.get_nick(ROOM, "hag@localhost/x") == "witch"
        assert muc.jid_in_room(ROOM, "hag@localhost/x")
        assert not muc.jid_in_room(ROOM, "cat@localhost/x")
        for name, value in {
            "role": "moderator",
            "affiliation": "owner",
            "show": "away",
            "jid": "hag@localhost/x",
        }.items():
            assert muc.get_jid_property(ROOM, "witch", name) == value
        wire.recv(
            presence(
                "witch",
                "role='none' affiliation='none' nick='hag'",
                codes="303",
                kind="unavailable",
            )
        )
        wire.recv(presence("hag"))
        wire.recv(presence("hag", kind="unavailable"))
        assert (await wire.happened(f"muc::{ROOM}::got_offline"))["from"].resource == "hag"
        assert not [each for each in wire.events if each[0].endswith("got_offline")]
        assert muc.get_roster(ROOM) == ["me"]
        with pytest.raises(ValueError, match="not in the room"):
            muc.get_roster("other@chat.localhost")

    client(main, ["xep_0045"])


def test_a_refusal_is_an_error_and_leaves_nothing() -> None:
    async def main(wire: Wire) -> None:
        wire.watch(f"muc::{ROOM}::presence-error")
        task = asyncio.ensure_future(wire["xep_0045"].join_muc_wait(ROOM, "me"))
        await wire.sent()
        wire.recv(
            f"<presence from='{ROOM}/me' type='error'><x xmlns='{MUC}'/><error type='cancel'>"
            "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"
        )
        with pytest.raises(PresenceError, match="conflict"):
            await task
        await wire.happened(f"muc::{ROOM}::presence-error")
        assert wire["xep_0045"].get_joined_rooms() == []
        with pytest.raises(TimeoutError):
            await wire["xep_0045"].join_muc_wait(ROOM, "me", timeout=0.01)
        assert wire["xep_0045"].joins == {}

    client(main, ["xep_0045"])


def test_rooms_are_entered_again_after_a_lost_connection() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("groupchat_message")
        await entered(wire, password="p", presence_options={"pstatus": "hi"})
        await wire.happened("groupchat_message")
        wire.server.cut()
        await until(lambda: not wire.role.sessionstarted)
        await wire.expect(
            f"<presence to='{ROOM}/me'><status>hi</status><x xmlns='{MUC}'><password>p</password><history since='*'/></x></presence>"
        )
        assert wire["xep_0045"].get_roster(ROOM) == []
        wire.recv(presence("me", codes="110"))
        await until(lambda: wire["xep_0045"].get_roster(ROOM))
        wire["xep_0045"].leave_muc(ROOM, "me", "bye")
        await wire.expect(
            f"<presence type='unavailable' to='{ROOM}/me'><status>bye</status></presence>"
        )
        wire.server.cut()
        await until(lambda: not wire.role.sessionstarted)
        await until(lambda: wire.role.sessionstarted)
        await wire.quiet()

    client(main, ["xep_0045"])


@pytest.mark.parametrize(
    ("codes", "again"),
    [("110 307", False), ("110 301", False), ("110 332", True), ("110 307 333", True)],
)
def test_after_a_kick_we_stay_out_and_after_a_restart_of_the_room_we_come_back(
    codes: str, again: bool
) -> None:
    async def main(wire: Wire) -> None:
        wire.watch(f"muc::{ROOM}::self-presence")
        muc = wire["xep_0045"]
        await entered(wire)
        await wire.happened(f"muc::{ROOM}::self-presence")
        wire.recv(presence("me", codes=codes, kind="unavailable"))
        await wire.happened(f"muc::{ROOM}::self-presence")
        assert muc.get_joined_rooms() == []
        assert bool(muc._timers) is again
        if again:
            muc._rejoin_now(next(iter(muc._timers)))
            assert (await wire.sent()).get("to") == f"{ROOM}/me"
            wire.recv(
                f"<presence from='{ROOM}/me' type='error'><error type='cancel'>"
                "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"
            )
            await until(lambda: not muc.joins)

    client(main, ["xep_0045"])


def test_rooms_outlast_a_restart_of_the_plugin() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("plugin_restarted", "groupchat_message")
        await entered(wire)
        slot = wire.role.plugin.slots["xep_0045"]
        assert slot.ref is not None
        first = slot.instance
        slot.ref.tell("no message it knows")
        await wire.happened("plugin_restarted")
        assert slot.instance is not first
        assert wire["xep_0045"].get_roster(ROOM) == ["witch", "me"]
        wire.server.cut()
        await until(lambda: not wire.role.sessionstarted)
        assert (await wire.sent()).get("to") == f"{ROOM}/me"

    client(main, ["xep_0045"])


def test_nicknames() -> None:
    async def main(wire: Wire) -> None:
        await entered(wire)
        task = asyncio.ensure_future(wire["xep_0045"].set_self_nick(ROOM, "you"))
        await wire.expect(f"<presence to='{ROOM}/you'/>")
        wire.recv(presence("me", "nick='you'", codes="110 303", kind="unavailable"))
        wire.recv(presence("you", codes="110"))
        assert await task == "you"
        assert wire["xep_0045"].get_our_jid_in_room(ROOM) == f"{ROOM}/you"

    client(main, ["xep_0045"])


def test_messages_and_their_events() -> None:
    async def main(wire: Wire) -> None:
        names = ["message", "affiliation_change", "config_status", "message_error"]
        wire.watch(
            "groupchat_message",
            "groupchat_invite",
            "groupchat_decline",
            *(f"muc::{ROOM}::{name}" for name in names),
        )
        await entered(wire)
        wire.events.clear()
        wire.recv(said("hi"))
        assert (await wire.happened("groupchat_message"))["mucnick"] == "witch"
        await wire.happened(f"muc::{ROOM}::message")
        wire.recv(
            f"<message from='{ROOM}'><x xmlns='{USER}'><invite from='hag@localhost'><reason>r</reason></invite></x></message>"
        )
        assert (await wire.happened("groupchat_invite"))["muc"]["invite"]["reason"] == "r"
        wire.recv(
            f"<message from='{ROOM}'><x xmlns='{USER}'><decline from='hag@localhost'/></x></message>"
        )
        assert (await wire.happened("groupchat_decline"))["muc"]["decline"][
            "from"
        ] == "hag@localhost"
        wire.recv(
            f"<message from='{ROOM}' type='groupchat'><x xmlns='{USER}'><status code='104'/></x></message>"
        )
        assert (await wire.happened(f"muc::{ROOM}::config_status"))["muc"]["status_codes"] == {104}
        wire.recv(
            f"<message from='{ROOM}'><x xmlns='{USER}'><item affiliation='member' jid='a@localhost'/></x></message>"
        )
        assert (await wire.happened(f"muc::{ROOM}::affiliation_change"))["muc"][
            "affiliation"
        ] == "member"
        wire.recv(
            f"<message from='{ROOM}' type='error'><body>x</body><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
        )
        await wire.happened(f"muc::{ROOM}::message_error")

    client(main, ["xep_0045"])


def test_talking() -> None:
    async def main(wire: Wire) -> None:
        muc = wire["xep_0045"]
        muc.set_subject(ROOM, "New")
        await wire.expect(f"<message type='groupchat' to='{ROOM}'><subject>New</subject></message>")
        muc.invite(ROOM, "a@localhost", "come")
        await wire.expect(
            f"<message to='{ROOM}'><x xmlns='{USER}'><invite to='a@localhost'><reason>come</reason></invite></x></message>"
        )
        muc.decline(ROOM, "a@localhost", "no")
        await wire.expect(
            f"<message to='{ROOM}'><x xmlns='{USER}'><decline to='a@localhost'><reason>no</reason></decline></x></message>"
        )
        muc.request_voice(ROOM)
        await wire.expect(
            f"<message to='{ROOM}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>{MUC}#request</value></field>"
            "<field var='muc#role'><value>participant</value></field></x></message>"
        )
        muc.join_muc(ROOM, "me", pstatus="s")
        await wire.expect(
            f"<presence to='{ROOM}/me'><status>s</status><x xmlns='{MUC}'><history maxstanzas='0'/></x></presence>"
        )

    client(main, ["xep_0045"])


@pytest.mark.parametrize(
    ("call", "query", "answer", "result"),
    [
        (
            ("set_affiliation", "member", {"jid": "a@localhost", "reason": "r"}),
            "<item affiliation='member' jid='a@localhost'><reason>r</reason></item>",
            "",
            None,
        ),
        (
            ("set_affiliation", "outcast", {"nick": "n"}),
            "<item affiliation='outcast' nick='n'/>",
            "",
            None,
        ),
        (("set_role", "n", "none", {}), "<item nick='n' role='none'/>", "", None),
        (
            ("send_affiliation_list", [("a@localhost", "none"), ("b@localhost", "owner")], {}),
            "<item jid='a@localhost' affiliation='none'/><item jid='b@localhost' affiliation='owner'/>",
            "",
            None,
        ),
        (("send_role_list", [("n", "visitor")], {}), "<item nick='n' role='visitor'/>", "", None),
        (
            ("get_affiliation_list", "member", {}),
            "<item affiliation='member'/>",
            "<item affiliation='member' jid='a@localhost'/>",
            ["a@localhost"],
        ),
        (
            ("get_roles_list", "visitor", {}),
            "<item role='visitor'/>",
            "<item role='visitor' nick='n'/>",
            ["n"],
        ),
    ],
)
def test_roles_and_affiliations(call: Any, query: str, answer: str, result: Any) -> None:
    async def main(wire: Wire) -> None:
        name, *args, options = call
        task = asyncio.ensure_future(getattr(wire["xep_0045"], name)(ROOM, *args, **options))
        kind = "get" if name.startswith("get") else "set"
        sid = await wire.expect(
            f"<iq type='{kind}' to='{ROOM}'><query xmlns='{ADMIN}'>{query}</query></iq>"
        )
        wire.recv(
            f"<iq type='result' id='{sid}' from='{ROOM}'><query xmlns='{ADMIN}'>{answer}</query></iq>"
        )
        got = await task
        assert result is None or got == result

    client(main, ["xep_0045"])


def test_what_makes_no_sense_is_refused_here() -> None:
    async def main(wire: Wire) -> None:
        muc = wire["xep_0045"]
        for wrong in (
            muc.set_affiliation(ROOM, "king", jid="a@localhost"),
            muc.set_affiliation(ROOM, "member"),
            muc.set_role(ROOM, "n", "king"),
        ):
            with pytest.raises(ValueError):
                await wrong
        await wire.quiet()

    client(main, ["xep_0045"])


def test_configuration() -> None:
    async def main(wire: Wire) -> None:
        muc = wire["xep_0045"]
        task = asyncio.ensure_future(muc.get_room_config(ROOM))
        sid = await wire.expect(f"<iq type='get' to='{ROOM}'><query xmlns='{OWNER}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}' from='{ROOM}'><query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='form'>"
            "<field var='muc#roomconfig_persistentroom' type='boolean' label='P'><value>0</value></field></x></query></iq>"
        )
        form: Form = await task
        form["values"] = {"muc#roomconfig_persistentroom": True}
        task = asyncio.ensure_future(muc.set_room_config(ROOM, form))
        sid = await wire.expect(
            f"<iq type='set' to='{ROOM}'><query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'>"
            "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>"
        )
        wire.recv(
            f"<iq type='error' id='{sid}' from='{ROOM}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        with pytest.raises(IqError, match="forbidden"):
            await task
        for call, content in (
            (muc.set_room_config(ROOM), "<x xmlns='jabber:x:data' type='submit'/>"),
            (muc.cancel_config(ROOM), "<x xmlns='jabber:x:data' type='cancel'/>"),
            (
                muc.destroy(ROOM, "why", "b@chat.localhost"),
                "<destroy jid='b@chat.localhost'><reason>why</reason></destroy>",
            ),
        ):
            task = asyncio.ensure_future(call)
            sid = await wire.expect(
                f"<iq type='set' to='{ROOM}'><query xmlns='{OWNER}'>{content}</query></iq>"
            )
            wire.recv(f"<iq type='result' id='{sid}' from='{ROOM}'/>")
            await task

    client(main, ["xep_0045"])


def test_a_component_in_one_room_with_two_addresses() -> None:
    async def main(wire: Wire) -> None:
        muc = wire["xep_0045"]
        with pytest.raises(ValueError, match="pfrom"):
            await muc.join_muc_wait(ROOM, "a")
        for nick in ("a", "b"):
            task = asyncio.ensure_future(
                muc.join_muc_wait(ROOM, nick, presence_options={"pfrom": f"{nick}@gw.localhost"})
            )
            await wire.expect(
                f"<presence from='{nick}@gw.localhost' to='{ROOM}/{nick}'><x xmlns='{MUC}'/></presence>"
            )
            for xml in (presence(nick, codes="110"), SUBJECT):
                wire.recv(xml.replace("from=", f"to='{nick}@gw.localhost' from=", 1))
            await task
        assert muc.get_our_jid_in_room(ROOM, "a@gw.localhost") == f"{ROOM}/a"
        assert muc.get_roster(ROOM, "b@gw.localhost") == ["b"]
        muc.leave_muc(ROOM, "a", pfrom="a@gw.localhost")
        await wire.sent()
        assert muc.get_joined_rooms("a@gw.localhost") == []
        assert muc.get_joined_rooms("b@gw.localhost") == [ROOM]

    component(main, ["xep_0045"], {"xep_0045": {"multi_from": True}})
