"""XEP-0092: which software this is."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio

from actorxmpp import __version__

from .wire import Wire, client, component

ASK = "<iq type='get' id='1' from='juliet@localhost/b' to='%s'><query xmlns='jabber:iq:version'/></iq>"


def test_a_query_is_answered() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ASK % "romeo@localhost/orchard")
        await wire.expect(
            "<iq type='result' to='juliet@localhost/b'><query xmlns='jabber:iq:version'>"
            f"<name>actorxmpp</name><version>{__version__}</version></query></iq>"
        )

    client(main, ["xep_0092"])


def test_a_component_says_what_it_is_configured_to_say() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ASK % "user@gw.localhost")
        await wire.expect(
            "<iq type='result' from='user@gw.localhost' to='juliet@localhost/b'><query xmlns='jabber:iq:version'>"
            "<name>Gate</name><version>7</version><os>none</os></query></iq>"
        )

    component(
        main, ["xep_0092"], {"xep_0092": {"software_name": "Gate", "version": "7", "os": "none"}}
    )


def test_asking() -> None:
    async def main(wire: Wire) -> None:
        task = asyncio.ensure_future(wire["xep_0092"].get_version("localhost"))
        sid = await wire.expect(
            "<iq type='get' to='localhost'><query xmlns='jabber:iq:version'/></iq>"
        )
        wire.recv(
            f"<iq type='result' id='{sid}' from='localhost'><query xmlns='jabber:iq:version'><name>S</name></query></iq>"
        )
        assert (await task)["software_version"]["name"] == "S"

    client(main, ["xep_0092"])
