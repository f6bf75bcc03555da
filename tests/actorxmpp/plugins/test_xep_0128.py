"""XEP-0128: forms in what is said of this session."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from actorxmpp.plugins.xep_0004 import Form

from .wire import Wire, client

INFO = "http://jabber.org/protocol/disco#info"


def test_forms_are_said_read_and_removed() -> None:
    async def main(wire: Wire) -> None:
        form = Form()
        form["type"] = "result"
        form.add_field("FORM_TYPE", "hidden", value="urn:example")
        form.add_field("os", value="none")
        await wire["xep_0128"].set_extended_info(data=form)
        wire.recv(
            f"<iq type='get' id='1' from='j@localhost/b' to='romeo@localhost/orchard'><query xmlns='{INFO}'/></iq>"
        )
        got = (await wire.sent())[0]
        assert got[-1].tag == "{jabber:x:data}x"
        info = await wire["xep_0030"].get_info(local=True)
        assert info["form"]["values"] == {"FORM_TYPE": ["urn:example"], "os": "none"}
        await wire["xep_0128"].add_extended_info(data=[form])
        assert len((await wire["xep_0030"].get_info(local=True))["forms"]) == 2
        await wire["xep_0128"].del_extended_info()
        assert not (await wire["xep_0030"].get_info(local=True)).iterables

    client(main, ["xep_0128"])
