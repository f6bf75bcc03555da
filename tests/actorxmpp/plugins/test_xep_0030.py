"""XEP-0030: what is said to others, and what is asked of them."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp import XMPPError
from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0030 import DiscoInfo, DiscoItems

from .wire import Wire, client, component

INFO = "http://jabber.org/protocol/disco#info"
ITEMS = "http://jabber.org/protocol/disco#items"
ASK = f"<iq type='get' id='1' from='juliet@localhost/b' to='romeo@localhost/orchard'><query xmlns='{INFO}'/></iq>"


def test_identity_and_features_are_said() -> None:
    async def main(wire: Wire) -> None:
        disco = wire["xep_0030"]
        await disco.add_feature("urn:example:a")
        disco.add_identity("client", "pc", "Bot", lang="en")
        wire.recv(ASK)
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'>"
            f"<query xmlns='{INFO}'><identity category='client' type='pc' name='Bot' xml:lang='en'/>"
            f"<feature var='{INFO}'/><feature var='{ITEMS}'/><feature var='urn:example:a'/></query></iq>"
        )
        disco.del_identity(category="client", itype="pc", lang="en")
        disco.del_feature(feature="urn:example:a")
        wire.recv(ASK)
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'>"
            f"<query xmlns='{INFO}'><identity category='client' type='bot'/>"
            f"<feature var='{INFO}'/><feature var='{ITEMS}'/></query></iq>"
        )

    client(main, ["xep_0030"])


def test_an_unknown_node_is_an_error_and_a_known_one_has_its_own_info() -> None:
    async def main(wire: Wire) -> None:
        ask = ASK.replace("<query ", "<query node='n' ")
        wire.recv(ask)
        error = await wire.sent()
        assert error.get("type") == "error"
        assert error[-1][0].tag.endswith("item-not-found")
        wire["xep_0030"].add_feature("urn:example:n", node="n")
        wire.recv(ask)
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'>"
            f"<query xmlns='{INFO}' node='n'><feature var='urn:example:n'/></query></iq>"
        )

    client(main, ["xep_0030"])


def test_items_are_said_and_taken_back() -> None:
    async def main(wire: Wire) -> None:
        disco = wire["xep_0030"]
        disco.add_item("a.localhost", "A", subnode="x")
        disco.add_item("b.localhost")
        disco.del_item(ijid="b.localhost")
        wire.recv(ASK.replace("#info", "#items"))
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'>"
            f"<query xmlns='{ITEMS}'><item jid='a.localhost' node='x' name='A'/></query></iq>"
        )

    client(main, ["xep_0030"])


def test_set_info_says_exactly_that() -> None:
    async def main(wire: Wire) -> None:
        info = DiscoInfo()
        info.add_identity("pubsub", "leaf")
        info.add_feature("urn:example:only")
        await wire["xep_0030"].set_info(info=info)
        wire.recv(ASK)
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'>"
            f"<query xmlns='{INFO}'><identity category='pubsub' type='leaf'/>"
            f"<feature var='urn:example:only'/></query></iq>"
        )

    client(main, ["xep_0030"])


def test_a_component_answers_for_each_of_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        disco = wire["xep_0030"]
        disco.add_identity("gateway", "sms")
        disco.add_identity("client", "pc", jid="user@gw.localhost")
        for jid, identity in (
            ("gw.localhost", "category='gateway' type='sms'"),
            ("user@gw.localhost", "category='client' type='pc'"),
            ("other@gw.localhost", "category='component' type='generic'"),
        ):
            wire.recv(
                f"<iq type='get' id='1' from='juliet@localhost/b' to='{jid}'><query xmlns='{INFO}'/></iq>"
            )
            await wire.expect(
                f"<iq type='result' from='{jid}' to='juliet@localhost/b'><query xmlns='{INFO}'>"
                f"<identity {identity}/><feature var='{INFO}'/><feature var='{ITEMS}'/></query></iq>"
            )

    component(main, ["xep_0030"])


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_program_answers_in_place_of_the_tables(asynchronous: bool) -> None:
    async def main(wire: Wire) -> None:
        asked: list[Any] = []

        def items(jid: Any, node: str, ifrom: Any, data: Any) -> DiscoItems:
            asked.append((str(jid), node, str(ifrom), data["type"]))
            if node == "secret":
                raise XMPPError("forbidden")
            found = DiscoItems()
            found.add_item("here.localhost")
            return found

        async def later(*args: Any) -> DiscoItems:
            return items(*args)

        disco = wire["xep_0030"]
        disco.set_node_handler("get_items", handler=later if asynchronous else items)
        wire.recv(ASK.replace("#info", "#items"))
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'>"
            f"<query xmlns='{ITEMS}'><item jid='here.localhost'/></query></iq>"
        )
        assert asked == [("romeo@localhost/orchard", "", "juliet@localhost/b", "get")]
        wire.recv(ASK.replace("#info", "#items").replace("<query ", "<query node='secret' "))
        assert (await wire.sent())[-1][0].tag.endswith("forbidden")
        disco.del_node_handler("get_items")
        wire.recv(ASK.replace("#info", "#items"))
        await wire.expect(
            f"<iq type='result' to='juliet@localhost/b'><query xmlns='{ITEMS}'/></iq>"
        )

    client(main, ["xep_0030"])


def test_asking_and_remembering() -> None:
    async def main(wire: Wire) -> None:
        import asyncio

        wire.watch("disco_info")
        disco = wire["xep_0030"]
        task = asyncio.ensure_future(disco.supports("a.localhost", feature="urn:example:a"))
        sid = await wire.expect(f"<iq type='get' to='a.localhost'><query xmlns='{INFO}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}' from='a.localhost' to='romeo@localhost/orchard'>"
            f"<query xmlns='{INFO}'><identity category='server' type='im' name='S'/><feature var='urn:example:a'/></query></iq>"
        )
        assert await task is True
        await wire.happened("disco_info")
        assert await disco.supports("a.localhost", feature="urn:example:b") is False
        assert await disco.has_identity("a.localhost", category="server", itype="im") is True
        info = await disco.get_info("a.localhost", cached=True)
        assert info["disco_info"]["identities"] == {("server", "im", None, "S")}
        await wire.quiet()
        task = asyncio.ensure_future(disco.get_info("b.localhost"))
        sid = await wire.expect(f"<iq type='get' to='b.localhost'><query xmlns='{INFO}'/></iq>")
        wire.recv(
            f"<iq type='error' id='{sid}' from='b.localhost' to='romeo@localhost/orchard'><error type='cancel'>"
            "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        with pytest.raises(IqError):
            await task

    client(main, ["xep_0030"])


def test_a_domain_and_its_items_are_asked() -> None:
    async def main(wire: Wire) -> None:
        import asyncio

        task = asyncio.ensure_future(wire["xep_0030"].get_info_from_domain("localhost"))
        sid = await wire.expect(f"<iq type='get' to='localhost'><query xmlns='{ITEMS}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}' from='localhost'><query xmlns='{ITEMS}'>"
            "<item jid='up.localhost'/><item jid='not a jid@@'/></query></iq>"
        )
        for _ in range(2):
            got = await wire.sent()
            wire.recv(
                f"<iq type='result' id='{got.get('id')}' from='{got.get('to')}'><query xmlns='{INFO}'>"
                f"<feature var='urn:{got.get('to')}'/></query></iq>"
            )
        features = [each["disco_info"]["features"] for each in await task]
        assert features == [{"urn:localhost"}, {"urn:up.localhost"}]

    client(main, ["xep_0030"])


def test_what_was_said_outlasts_a_restart_of_the_plugin() -> None:
    async def main(wire: Wire) -> None:
        disco = wire["xep_0030"]
        disco.add_feature("urn:example:a")
        wire.watch("plugin_restarted")

        def fail(*_args: Any) -> None:
            raise RuntimeError("on purpose")

        disco.set_node_handler("get_info", node="broken", handler=fail)
        wire.recv(ASK.replace("<query ", "<query node='broken' "))
        assert (await wire.sent())[-1][0].tag.endswith("internal-server-error")
        await wire.happened("plugin_restarted")
        wire.recv(ASK)
        reply = await wire.sent()
        assert "urn:example:a" in {each.get("var") for each in reply[0]}

    client(main, ["xep_0030"])
