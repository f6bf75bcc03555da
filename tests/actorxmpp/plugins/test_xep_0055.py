"""XEP-0055: searching, and being searched."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
from typing import Any

from .wire import Wire, client, component

NS = "jabber:iq:search"
TYPE = f"<field var='FORM_TYPE' type='hidden'><value>{NS}</value></field>"


def test_a_component_is_searched() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(
            f"<iq type='get' id='1' from='u@localhost/x' to='gw.localhost'><query xmlns='{NS}'/></iq>"
        )
        await wire.expect(
            f"<iq type='result' from='gw.localhost' to='u@localhost/x'><query xmlns='{NS}'><x xmlns='jabber:x:data' type='form'>"
            f"<title>T</title><field var='first' type='text-single'/><field var='last' type='text-single'/>{TYPE}</x></query></iq>"
        )

        def search(jid: Any, node: Any, ifrom: Any, iq: Any) -> Any:
            wanted = iq["search"]["form"]["values"]["last"]
            reply = iq.reply()
            form = reply["search"]["form"]
            form["type"] = "result"
            form.add_reported("jid")
            form.add_item({"jid": f"{wanted}@gw.localhost"})
            return reply

        wire["xep_0055"].api.register(search, "search_query")
        wire.recv(
            f"<iq type='set' id='2' from='u@localhost/x' to='gw.localhost'><query xmlns='{NS}'><x xmlns='jabber:x:data' type='submit'>"
            f"{TYPE}<field var='last'><value>capulet</value></field></x></query></iq>"
        )
        await wire.expect(
            f"<iq type='result' from='gw.localhost' to='u@localhost/x'><query xmlns='{NS}'><x xmlns='jabber:x:data' type='result'>"
            f"<reported><field var='jid'/></reported><item><field var='jid'><value>capulet@gw.localhost</value></field></item>{TYPE}</x></query></iq>"
        )

    component(main, ["xep_0055"], {"xep_0055": {"form_title": "T"}})


def test_searching() -> None:
    async def main(wire: Wire) -> None:
        task = asyncio.ensure_future(wire["xep_0055"].search("s.localhost", {"last": "c"}))
        sid = await wire.expect(
            f"<iq type='set' to='s.localhost'><query xmlns='{NS}'><x xmlns='jabber:x:data' type='submit'>"
            f"{TYPE}<field var='last'><value>c</value></field></x></query></iq>"
        )
        wire.recv(
            f"<iq type='result' id='{sid}' from='s.localhost'><query xmlns='{NS}'><x xmlns='jabber:x:data' type='result'>"
            "<item><field var='jid'><value>j@localhost</value></field></item></x></query></iq>"
        )
        assert (await task)["search"]["form"]["items"] == [{"jid": "j@localhost"}]

    client(main, ["xep_0055"])
