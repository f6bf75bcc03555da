"""XEP-0153: the hash of the card's picture in presences."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0153 import NS, VCardTempUpdate

from .wire import Wire, client, component, until

HASH = "a9993e364706816aba3e25717850c26c9cd0d89d"
CARD = "<vCard xmlns='vcard-temp'>{}</vCard>"
PICTURE = "<PHOTO><TYPE>image/png</TYPE><BINVAL>YWJj</BINVAL></PHOTO>"
NOT_FOUND = (
    "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
)


def x(content: str) -> str:
    return f"<x xmlns='{NS}'>{content}</x>"


def photo(content: str = HASH) -> str:
    return x(f"<photo>{content}</photo>")


async def asked(wire: Wire) -> str:
    """Wait until the new session asks for the account's card; returns the request's id."""
    return await wire.expect(f"<iq to='romeo@localhost' type='get' id='*'>{CARD.format('')}</iq>")


def answer(wire: Wire, number: str, content: str) -> None:
    kind = "error" if "<error" in content else "result"
    wire.recv(f"<iq from='romeo@localhost' type='{kind}' id='{number}'>{content}</iq>")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CARD.format(PICTURE), photo()),
        (CARD.format(""), photo("")),
        (NOT_FOUND, photo("")),
    ],
)
def test_the_accounts_picture_is_learnt_and_said(content: str, said: str) -> None:
    async def main(wire: Wire) -> None:
        answer(wire, await asked(wire), content)
        await until(lambda: wire["xep_0153"].kept["own"])
        wire.role.send_presence()
        await wire.expect(f"<presence>{said}</presence>")
        wire.role.send_presence(ptype="unavailable")
        await wire.expect("<presence type='unavailable'/>")

    client(main, ["xep_0153"])


def test_presence_sent_before_the_picture_is_known_is_sent_again() -> None:
    async def main(wire: Wire) -> None:
        number = await asked(wire)
        wire.role.send_presence()
        await wire.expect(f"<presence>{x('')}</presence>")
        answer(wire, number, CARD.format(PICTURE))
        await wire.expect(f"<presence>{photo()}</presence>")

    client(main, ["xep_0153"])


def test_nothing_is_said_of_a_card_that_can_not_be_read() -> None:
    async def main(wire: Wire) -> None:
        answer(wire, await asked(wire), NOT_FOUND.replace("item-not-found", "forbidden"))
        wire.role.send_presence()
        await wire.expect(f"<presence>{x('')}</presence>")

    client(main, ["xep_0153"])


def test_contacts_pictures_are_events_when_they_change() -> None:
    async def main(wire: Wire) -> None:
        await asked(wire)
        wire.watch("vcard_avatar_update")
        for said in (x(""), photo(), photo(HASH.upper()), photo(""), photo("")):
            wire.recv(f"<presence from='juliet@localhost/b'>{said}</presence>")
        wire.recv(f"<presence from='juliet@localhost/c' type='unavailable'>{photo()}</presence>")
        await wire.quiet()
        seen = [each["vcard_temp_update"]["photo"] for _, each in wire.events]
        assert seen == [HASH, ""]

    client(main, ["xep_0153"])


def test_occupants_of_a_room_have_pictures_of_their_own() -> None:
    async def main(wire: Wire) -> None:
        await asked(wire)
        wire.watch("vcard_avatar_update")
        muc = "<x xmlns='http://jabber.org/protocol/muc#user'/>"
        for _ in range(2):
            for nick, said in (("a", "aa"), ("b", "bb")):
                wire.recv(f"<presence from='room@c.localhost/{nick}'>{photo(said)}{muc}</presence>")
        await wire.quiet()
        assert [each["from"].resource for _, each in wire.events] == ["a", "b"]

    client(main, ["xep_0153"])


def test_a_picture_is_put_into_the_card_and_said() -> None:
    async def main(wire: Wire) -> None:
        await asked(wire)
        wire.role.send_presence()
        await wire.expect(f"<presence>{x('')}</presence>")
        task = wire.role.loop.create_task(
            wire["xep_0153"].set_avatar(avatar=b"abc", mtype="image/png")
        )
        number = await wire.expect(
            f"<iq to='romeo@localhost' type='get' id='*'>{CARD.format('')}</iq>"
        )
        name = "<FN>Romeo</FN>"
        wire.recv(
            f"<iq from='romeo@localhost' type='result' id='{number}'>{CARD.format(name + PICTURE.replace('YWJj', 'eHl6'))}</iq>"
        )
        number = await wire.expect(f"<iq type='set' id='*'>{CARD.format(name + PICTURE)}</iq>")
        wire.recv(f"<iq type='result' id='{number}'/>")
        await task
        await wire.expect(f"<presence>{photo()}</presence>")

    client(main, ["xep_0153"])


def test_a_picture_is_taken_out_of_the_card() -> None:
    async def main(wire: Wire) -> None:
        await asked(wire)
        task = wire.role.loop.create_task(wire["xep_0153"].set_avatar())
        number = (await wire.sent()).get("id")
        wire.recv(
            f"<iq from='romeo@localhost' type='result' id='{number}'>{CARD.format(PICTURE)}</iq>"
        )
        number = await wire.expect(f"<iq type='set' id='*'>{CARD.format('')}</iq>")
        wire.recv(f"<iq type='result' id='{number}'/>")
        await task
        assert wire["xep_0153"].kept["own"] == {"romeo@localhost": ""}

    client(main, ["xep_0153"])


def test_when_another_resource_changes_the_picture_the_card_decides() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("vcard_avatar_update")
        answer(wire, await asked(wire), CARD.format(PICTURE))
        await until(lambda: wire["xep_0153"].kept["own"])
        wire.role.send_presence()
        await wire.expect(f"<presence>{photo()}</presence>")
        for same in (x(""), photo()):
            wire.recv(f"<presence from='romeo@localhost/other'>{same}</presence>")
        await wire.quiet()
        wire.recv(f"<presence from='romeo@localhost/other'>{photo('')}</presence>")
        await wire.expect(f"<presence>{x('')}</presence>")
        number = (await wire.sent()).get("id")
        wire.recv(f"<iq from='romeo@localhost' type='result' id='{number}'>{CARD.format('')}</iq>")
        await wire.expect(f"<presence>{photo('')}</presence>")
        assert (await wire.happened("vcard_avatar_update"))["from"].resource == "other"

    client(main, ["xep_0153"])


def test_beside_a_resource_that_does_not_know_of_it_nothing_is_said() -> None:
    async def main(wire: Wire) -> None:
        answer(wire, await asked(wire), CARD.format(PICTURE))
        await until(lambda: wire["xep_0153"].kept["own"])
        wire.recv("<presence from='romeo@localhost/other'/>")
        await until(lambda: not wire["xep_0153"].kept["own"])

    client(main, ["xep_0153"])


def test_a_components_addresses_have_pictures_of_their_own() -> None:
    async def main(wire: Wire) -> None:
        user = "user@gw.localhost"
        await wire["xep_0153"].set_avatar(user, b"abc", "image/png")
        wire.role.send_presence(pfrom=user, pto="juliet@localhost")
        await wire.expect(f"<presence from='{user}' to='juliet@localhost'>{photo()}</presence>")
        wire.role.send_presence(pfrom="other@gw.localhost", pto="juliet@localhost")
        await wire.expect("<presence from='other@gw.localhost' to='juliet@localhost'/>")
        wire.recv(
            f"<iq from='juliet@localhost/b' to='{user}' type='get' id='1'>{CARD.format('')}</iq>"
        )
        await wire.expect(
            f"<iq from='{user}' to='juliet@localhost/b' type='result'>{CARD.format(PICTURE)}</iq>"
        )

    component(main, ["xep_0153"])


def test_what_the_server_refuses_is_raised() -> None:
    async def main(wire: Wire) -> None:
        await asked(wire)
        task = wire.role.loop.create_task(wire["xep_0153"].set_avatar(avatar=b"abc"))
        number = (await wire.sent()).get("id")
        refused = NOT_FOUND.replace("item-not-found", "not-allowed")
        wire.recv(f"<iq from='romeo@localhost' type='error' id='{number}'>{refused}</iq>")
        with pytest.raises(IqError, match="not-allowed"):
            await task

    client(main, ["xep_0153"])


def test_what_is_known_is_three_things() -> None:
    update = VCardTempUpdate()
    assert update["photo"] is None
    update["photo"] = ""
    assert str(update) == f'<x xmlns="{NS}"><photo /></x>'
    update["photo"] = HASH
    assert update["photo"] == HASH
    del update["photo"]
    assert update["photo"] is None
