"""XEP-0317: hats."""

from __future__ import annotations

from actorxmpp.plugins.xep_0317 import NS, Hat, Hats

from .wire import Wire, client

HATS = (
    f"<hats xmlns='{NS}'><hat uri='urn:hat:one' title='One' hue='154.1'/>"
    "<hat uri='urn:hat:two' title='Two'/></hats>"
)


def test_who_wears_which_hats_is_read() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("groupchat_presence")
        wire.recv(
            f"<presence from='room@c.localhost/n'>{HATS}"
            "<x xmlns='http://jabber.org/protocol/muc#user'><item role='none'/></x></presence>"
        )
        hats = (await wire.happened("groupchat_presence"))["hats"]["hats"]
        assert [(each["uri"], each["title"], each["hue"]) for each in hats] == [
            ("urn:hat:one", "One", 154.1),
            ("urn:hat:two", "Two", None),
        ]

    client(main, ["xep_0317"])


def test_hats_are_written() -> None:
    hats = Hats()
    hats.add_hats([("urn:hat:one", "One", 154.1), ("urn:hat:two", "Two", None)])
    assert str(hats) == HATS.replace("'", '"').replace("/>", " />")
    hat = Hat()
    hat["hue"] = "red"
    assert hat["hue"] is None
