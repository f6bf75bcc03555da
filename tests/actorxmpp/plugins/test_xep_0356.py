"""XEP-0356: what a server lets a component do."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp.plugins.xep_0356 import (
    IqPermission,
    MessagePermission,
    PresencePermission,
    Privilege,
    PrivilegedIqError,
    RosterAccess,
)
from actorxmpp.plugins.xep_0356.privilege import SERVERS_LIMIT
from actorxmpp.plugins.xep_0356.stanza import NS, NS_1, PrivilegeV1

from .wire import Wire, client, component, condition

USER = "romeo@localhost"
ALL = (
    "<perm access='roster' type='both'/><perm access='message' type='outgoing'/><perm access='presence' type='managed_entity'/>"
    "<perm access='iq'><namespace ns='urn:example:get' type='get'/><namespace ns='urn:example:both' type='both'/></perm>"
)
FORBIDDEN = "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"


def said(perms: str, namespace: str = NS, sender: str = "localhost") -> str:
    return f"<message from='{sender}' to='gw.localhost'><privilege xmlns='{namespace}'>{perms}</privilege></message>"


async def granted(wire: Wire, perms: str = ALL, namespace: str = NS) -> Any:
    wire.watch("privileges_advertised")
    wire.recv(said(perms, namespace))
    await wire.happened("privileges_advertised")
    return wire["xep_0356"].granted_privileges["localhost"]


def run(main: Any) -> None:
    component(main, ["xep_0356"])


@pytest.mark.parametrize("namespace", [NS, NS_1])
def test_what_a_server_allows_is_known_in_both_versions(namespace: str) -> None:
    async def main(wire: Wire) -> None:
        allowed = await granted(
            wire, ALL.replace("<namespace", f"<namespace xmlns='{NS}'"), namespace
        )
        assert allowed.namespace == namespace
        assert (allowed.roster, allowed.push) == (RosterAccess.BOTH, True)
        assert allowed.message == MessagePermission.OUTGOING
        assert allowed.presence == PresencePermission.MANAGED_ENTITY
        assert allowed.iq["urn:example:get"] == IqPermission.GET
        assert allowed.iq["urn:example:other"] == IqPermission.NONE

    run(main)


@pytest.mark.parametrize(
    ("perms", "roster", "push"),
    [
        ("<perm access='roster' type='get' push='false'/>", "get", False),
        ("<perm access='roster' type='set' push='true'/>", "set", False),
        ("<perm access='roster' type='everything'/>", "none", False),
        ("<perm access='tea' type='both'/>", "none", False),
        ("", "none", False),
    ],
)
def test_what_is_not_known_is_not_allowed(perms: str, roster: str, push: bool) -> None:
    async def main(wire: Wire) -> None:
        await granted(wire)
        allowed = await granted(wire, perms)
        assert (allowed.roster, allowed.push) == (roster, push)
        assert allowed.message == "none"

    run(main)


@pytest.mark.parametrize("sender", ["mallory@localhost", "localhost/x"])
def test_users_grant_nothing(sender: str) -> None:
    async def main(wire: Wire) -> None:
        wire.recv(said(ALL, sender=sender))
        wire.recv(said(ALL).replace("to=", "type='error' to="))
        await wire.quiet()
        assert not wire["xep_0356"].granted_privileges

    run(main)


def test_the_number_of_servers_is_limited() -> None:
    async def main(wire: Wire) -> None:
        known = wire["xep_0356"].granted_privileges
        for number in range(SERVERS_LIMIT):
            assert known[f"{number}.localhost"].roster == "none"
        wire.recv(said(ALL))
        await wire.quiet()
        assert len(known) == SERVERS_LIMIT

    run(main)


def test_rosters_are_read_and_changed() -> None:
    async def main(wire: Wire) -> None:
        await granted(wire)
        plugin = wire["xep_0356"]
        task = wire.role.loop.create_task(plugin.get_roster(USER))
        number = await wire.expect(
            f"<iq from='gw.localhost' to='{USER}' type='get' id='*'><query xmlns='jabber:iq:roster'/></iq>"
        )
        wire.recv(
            f"<iq from='{USER}' to='gw.localhost' type='result' id='{number}'><query xmlns='jabber:iq:roster'><item jid='a@localhost' subscription='both'/></query></iq>"
        )
        assert list((await task)["roster"]["items"]) == ["a@localhost"]
        items = {"b@localhost": {"name": "B", "subscription": "both", "groups": ["g"]}}
        task = wire.role.loop.create_task(plugin.set_roster(USER, items))
        number = await wire.expect(
            f"<iq from='gw.localhost' to='{USER}' type='set' id='*'><query xmlns='jabber:iq:roster'><item jid='b@localhost' name='B' subscription='both'><group>g</group></item></query></iq>"
        )
        wire.recv(f"<iq from='{USER}' to='gw.localhost' type='result' id='{number}'/>")
        await task

    run(main)


def test_what_is_not_allowed_is_not_asked() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0356"]
        message = wire.role.make_message("a@localhost", mfrom=USER)
        with pytest.raises(PermissionError, match="read rosters"):
            await plugin.get_roster(USER)
        with pytest.raises(PermissionError, match="change rosters"):
            await plugin.set_roster(USER, {})
        with pytest.raises(PermissionError, match="send messages"):
            plugin.send_privileged_message(message)
        await granted(wire)
        for itype, namespace in (("set", "urn:example:get"), ("get", "urn:example:other")):
            with pytest.raises(PermissionError, match=f"no {itype} of {namespace}"):
                await plugin.send_privileged_iq(request(wire, itype, namespace))
        await wire.quiet()

    run(main)


@pytest.mark.parametrize("namespace", [NS, NS_1])
def test_a_message_is_sent_as_a_user(namespace: str) -> None:
    async def main(wire: Wire) -> None:
        await granted(wire, namespace=namespace)
        message = wire.role.make_message("a@localhost", "hello", mfrom=USER)
        wire["xep_0356"].send_privileged_message(message)
        sent = await wire.sent()
        assert (sent.get("from"), sent.get("to")) == ("gw.localhost", "localhost")
        privilege = sent.find(f"{{{namespace}}}privilege")
        inner = privilege.find("{urn:xmpp:forward:0}forwarded/{jabber:client}message")
        assert (inner.get("from"), inner.get("to")) == (USER, "a@localhost")
        assert inner.findtext("{jabber:client}body") == "hello"
        assert message.xml.tag == "{jabber:component:accept}message"

    run(main)


def request(wire: Wire, itype: str = "get", namespace: str = "urn:example:get") -> Any:
    iq = wire.role.make_iq(itype=itype, ito="room@c.localhost", ifrom=USER)
    iq.appendxml(wire.role.make_iq_query(xmlns=namespace).xml[0])
    return iq


def forwarded(content: str, kind: str) -> str:
    return f"<privilege xmlns='{NS}'><forwarded xmlns='urn:xmpp:forward:0'><iq xmlns='jabber:client' from='room@c.localhost' to='{USER}' id='7' type='{kind}'>{content}</iq></forwarded></privilege>"


async def asked(wire: Wire) -> tuple[asyncio.Task[Any], str]:
    await granted(wire)
    task = wire.role.loop.create_task(wire["xep_0356"].send_privileged_iq(request(wire), iq_id="7"))
    sent = await wire.sent()
    assert (sent.get("from"), sent.get("to"), sent.get("id")) == ("gw.localhost", USER, "7")
    inner = sent.find(f"{{{NS}}}privileged_iq/{{jabber:client}}iq")
    assert (inner.get("id"), inner.get("type"), inner[0].tag) == (
        "7",
        "get",
        "{urn:example:get}query",
    )
    return task, f"<iq from='{USER}' to='gw.localhost' id='7' type='{{}}'>{{}}</iq>"


def test_somebody_is_asked_as_a_user() -> None:
    async def main(wire: Wire) -> None:
        task, answer = await asked(wire)
        wire.recv(answer.format("result", forwarded("<query xmlns='urn:example:get'/>", "result")))
        nested = await task
        assert (nested["from"], nested["type"]) == ("room@c.localhost", "result")

    run(main)


def test_errors_say_whose_they_are() -> None:
    async def main(wire: Wire) -> None:
        task, answer = await asked(wire)
        wire.recv(answer.format("error", forwarded(FORBIDDEN, "error")))
        with pytest.raises(PrivilegedIqError) as caught:
            await task
        nested = caught.value.nested_error()
        assert nested is not None
        assert nested.condition == "forbidden"
        task, answer = await asked(wire)
        wire.recv(answer.format("error", FORBIDDEN))
        with pytest.raises(PrivilegedIqError, match="forbidden") as caught:
            await task
        assert caught.value.nested_error() is None

    run(main)


def test_changes_of_rosters_are_events_if_they_were_allowed() -> None:
    async def main(wire: Wire) -> None:
        push = f"<iq from='{USER}' to='gw.localhost' type='set' id='p1'><query xmlns='jabber:iq:roster'><item jid='a@localhost'/></query></iq>"
        wire.watch("privileged_roster_push")
        wire.recv(push)
        assert condition(await wire.sent()) == "service-unavailable"
        await granted(wire)
        wire.recv(push)
        assert (await wire.sent()).get("type") == "result"
        assert (await wire.happened("privileged_roster_push"))["from"] == USER

    run(main)


def test_a_clients_roster_is_its_own_matter() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(
            "<iq type='set' id='p1'><query xmlns='jabber:iq:roster'><item jid='a@localhost' subscription='both'/></query></iq>"
        )
        assert (await wire.sent()).get("type") == "result"
        await wire.quiet()

    client(main, ["xep_0356"])


def test_privileges_are_written_in_both_versions() -> None:
    for made in (Privilege(), PrivilegeV1()):
        made.add_perm("roster", "both")
        made.add_perm("message", "none")
        assert (made.roster(), made.message(), made.presence()) == ("both", "none", None)
        assert {each.tag for each in made.xml} == {f"{{{made.namespace}}}perm"}
