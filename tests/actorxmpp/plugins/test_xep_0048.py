"""XEP-0048: bookmarks, stored in two ways."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.plugins import PLUGINS
from actorxmpp.plugins.xep_0048 import NS, Bookmarks, Conference

from .wire import Wire, client, until

PUBSUB = "http://jabber.org/protocol/pubsub"
STORED = (
    f"<storage xmlns='{NS}'>"
    "<conference jid='room@c.localhost' name='Room' autojoin='true'><nick>n</nick><password>p</password></conference>"
    "<conference jid='quiet@c.localhost' name='quiet@c.localhost'><nick>n</nick></conference>"
    "<url url='https://example.org/' name='https://example.org/'/></storage>"
)
JOIN = (
    "<presence to='room@c.localhost/n'><x xmlns='http://jabber.org/protocol/muc'>{}</x></presence>"
)


def bookmarks() -> Bookmarks:
    made = Bookmarks()
    made.add_conference("room@c.localhost", "n", "Room", True, "p")
    made.add_conference("quiet@c.localhost", "n")
    made.add_url("https://example.org/")
    return made


def private(content: str) -> str:
    return f"<query xmlns='jabber:iq:private'>{content}</query>"


def items(content: str) -> str:
    return f"<pubsub xmlns='{PUBSUB}'><items node='{NS}'>{content}</items></pubsub>"


EMPTY = f"<storage xmlns='{NS}'/>"
ASKED = {"xep_0049": private(EMPTY), "xep_0223": items("")}
ANSWER = {"xep_0049": private(STORED), "xep_0223": items(f"<item id='current'>{STORED}</item>")}


@pytest.mark.parametrize("method", ASKED)
def test_they_are_read(method: str) -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0048"].get_bookmarks(method=method)
        number = await wire.expect(f"<iq type='get' id='*'>{ASKED[method]}</iq>")
        wire.recv(f"<iq type='result' id='{number}'>{ANSWER[method]}</iq>")
        answer = await asked
        if method == "xep_0049":
            found = answer["private"]["bookmarks"]
        else:
            found = answer["pubsub"]["items"]["item"]["bookmarks"]
        rooms = [(str(each["jid"]), each["autojoin"]) for each in found["conferences"]]
        assert rooms == [("room@c.localhost", True), ("quiet@c.localhost", False)]
        assert [each["url"] for each in found["urls"]] == ["https://example.org/"]

    client(main, ["xep_0048"])


def test_they_are_stored() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0048"].set_bookmarks(bookmarks())
        await wire.expect(f"<iq type='set' id='*'>{private(STORED)}</iq>")
        asked.cancel()
        asked = wire["xep_0048"].set_bookmarks(bookmarks(), method="xep_0223")
        sent = await wire.sent()
        assert sent[0][0].get("node") == NS
        assert sent[0][1].tag == f"{{{PUBSUB}}}publish-options"
        asked.cancel()
        with pytest.raises(ValueError, match="xep_0049 or xep_0223, not 'paper'"):
            wire["xep_0048"].get_bookmarks(method="paper")

    client(main, ["xep_0048"])


@pytest.mark.parametrize("method", ASKED)
def test_rooms_are_entered_with_each_session(method: str) -> None:
    async def main(wire: Wire) -> None:
        await wire.quiet()  # with the session that began without
        wire["xep_0048"].auto_join = True
        wire.role.event("session_start", None)
        number = await wire.expect(f"<iq type='get' id='*'>{ASKED[method]}</iq>")
        wire.recv(f"<iq type='result' id='{number}'>{ANSWER[method]}</iq>")
        await wire.expect(JOIN.format("<password>p</password><history maxstanzas='0'/>"))
        await wire.quiet()

    config = {"xep_0048": {"storage_method": method}, "xep_0115": {"broadcast": False}}
    client(main, ["xep_0048"], config)


def test_bookmarks_that_can_not_be_read_are_no_failure() -> None:
    async def main(wire: Wire) -> None:
        await wire.quiet()  # with the session that began without
        wire["xep_0048"].auto_join = True
        wire.role.event("session_start", None)
        sent = await wire.sent()
        wire.recv(
            f"<iq type='error' id='{sent.get('id')}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        await wire.quiet()
        assert "xep_0048" in wire.role.plugin

    client(main, ["xep_0048"])


def test_changes_by_another_client_are_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("bookmarks_publish")
        wire.recv(
            f"<message from='romeo@localhost' type='headline'><event xmlns='{PUBSUB}#event'><items node='{NS}'><item id='current'>{STORED}</item></items></event></message>"
        )
        message = await wire.happened("bookmarks_publish")
        assert len(message["pubsub_event"]["items"]["item"]["bookmarks"]["conferences"]) == 2
        wire.role.plugin.disable("xep_0048")
        await until(lambda: wire["xep_0060"].node_event_map == {})

    client(main, ["xep_0048"])


def test_it_is_not_among_those_enabled_by_default() -> None:
    role = ClientXMPP("a@localhost", "secret")
    role.register_plugins()
    assert "xep_0048" not in role.plugin
    assert "xep_0048" in PLUGINS
    role = ClientXMPP("a@localhost", "secret")
    role.plugin_whitelist = ["xep_0048"]
    role.register_plugins()
    assert "xep_0048" in role.plugin


def test_whether_to_enter_is_a_bool() -> None:
    conference = Conference()
    assert conference["autojoin"] is False
    for value, said in ((True, True), ("1", True), ("false", False), (False, False)):
        conference["autojoin"] = value
        assert conference["autojoin"] is said
