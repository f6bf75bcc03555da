"""XEP-0054: cards."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
import datetime as dt

from actorxmpp.plugins.xep_0054 import VCardTemp

from .wire import ET, Wire, client, component, condition, same

CARD = (
    "<vCard xmlns='vcard-temp'><FN>Romeo M.</FN><N><FAMILY>M.</FAMILY><GIVEN>Romeo</GIVEN></N><NICKNAME>Rom</NICKNAME>"
    "<BDAY>1591-01-02</BDAY><EMAIL><INTERNET/><USERID>r@example.org</USERID></EMAIL>"
    "<PHOTO><TYPE>image/png</TYPE><BINVAL>AAE=</BINVAL></PHOTO><CATEGORIES><KEYWORD>a</KEYWORD></CATEGORIES>"
    "<ORG><ORGNAME>O</ORGNAME><ORGUNIT>1</ORGUNIT><ORGUNIT>2</ORGUNIT></ORG><JABBERID>r@localhost</JABBERID></vCard>"
)


def card() -> VCardTemp:
    made = VCardTemp()
    made["FN"] = "Romeo M."
    made["N"]["FAMILY"] = "M."
    made["N"]["GIVEN"] = "Romeo"
    made["NICKNAME"] = "Rom"
    made["BDAY"] = dt.date(1591, 1, 2)
    made["EMAIL"]["INTERNET"] = True
    made["EMAIL"]["USERID"] = "r@example.org"
    made["PHOTO"]["TYPE"] = "image/png"
    made["PHOTO"]["BINVAL"] = b"\x00\x01"
    made["CATEGORIES"] = ["a"]
    made["ORG"]["ORGNAME"] = "O"
    made["ORG"]["orgunits"] = ["1", "2"]
    made["JABBERID"] = "r@localhost"
    return made


def test_a_card_is_written_and_read() -> None:
    assert same(card().xml, ET.fromstring(CARD))
    read = VCardTemp(xml=ET.fromstring(CARD))
    assert read["N"]["GIVEN"] == "Romeo"
    read["N"]["MIDDLE"] = ["A.", "B."]
    assert read["N"]["MIDDLE"] == ["A.", "B."]
    assert read["NICKNAME"] == "Rom"
    assert read["BDAY"].year == 1591
    assert read["EMAIL"]["INTERNET"] is True
    assert read["EMAIL"]["HOME"] is False
    assert read["PHOTO"]["BINVAL"] == b"\x00\x01"
    assert read["CATEGORIES"] == ["a"]
    assert read["ORG"]["orgunits"] == ["1", "2"]
    assert read["JABBERID"] == "r@localhost"
    assert len(read["emails"]) == 1


def test_a_client_fetches_and_publishes() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0054"]
        task = asyncio.ensure_future(plugin.get_vcard("a@localhost"))
        sid = await wire.expect("<iq type='get' to='a@localhost'><vCard xmlns='vcard-temp'/></iq>")
        wire.recv(f"<iq type='result' id='{sid}' from='a@localhost'>{CARD}</iq>")
        assert (await task)["vcard_temp"]["FN"] == "Romeo M."
        await wire.quiet()
        assert (await plugin.get_vcard("a@localhost", cached=True))["vcard_temp"][
            "FN"
        ] == "Romeo M."
        task = asyncio.ensure_future(plugin.publish_vcard(card()))
        sid = await wire.expect(f"<iq type='set'>{CARD}</iq>")
        wire.recv(f"<iq type='result' id='{sid}'/>")
        await task
        assert (await plugin.get_vcard())["vcard_temp"]["NICKNAME"] == "Rom"

    client(main, ["xep_0054"])


def test_a_component_shows_its_cards() -> None:
    async def main(wire: Wire) -> None:
        ask = "<iq type='get' id='1' from='a@localhost/x' to='user@gw.localhost'><vCard xmlns='vcard-temp'/></iq>"
        wire.recv(ask)
        assert condition(await wire.sent()) == "item-not-found"
        await wire["xep_0054"].publish_vcard(card(), "user@gw.localhost")
        for _ in range(2):
            wire.recv(ask)
            await wire.expect(
                f"<iq type='result' from='user@gw.localhost' to='a@localhost/x'>{CARD}</iq>"
            )
        wire.recv(ask.replace("get", "set"))
        assert condition(await wire.sent()) == "service-unavailable"

    component(main, ["xep_0054"])
