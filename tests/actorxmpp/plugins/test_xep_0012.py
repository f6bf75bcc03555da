"""XEP-0012: how long ago."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio

from .wire import Wire, client, component, condition

NS = "jabber:iq:last"
ASK = f"<iq type='get' id='1' from='juliet@localhost/b' to='%s'><query xmlns='{NS}'/></iq>"


def test_idle_time_is_said_when_there_is_some() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0012"]
        me = "romeo@localhost/orchard"
        wire.recv(ASK % me)
        assert condition(await wire.sent()) == "service-unavailable"
        await plugin.set_last_activity(seconds=100, status="tea")
        wire.recv(ASK % me)
        reply = await wire.sent()
        assert int(reply[0].get("seconds")) in range(100, 110)
        assert reply[0].text == "tea"
        await plugin.begin_idle()
        wire.recv(ASK % me)
        assert int((await wire.sent())[0].get("seconds")) < 10
        assert (await plugin.get_last_activity(me))["last_activity"]["seconds"] < 10
        await plugin.end_idle()
        wire.recv(ASK % me)
        assert condition(await wire.sent()) == "service-unavailable"

    client(main, ["xep_0012"])


def test_a_component_s_uptime_and_asking() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0012"]
        await plugin.start_uptime()
        wire.recv(ASK % "gw.localhost")
        assert (await wire.sent())[0].get("seconds") is not None
        task = asyncio.ensure_future(plugin.get_last_activity("a@localhost", ifrom="gw.localhost"))
        sid = await wire.expect(
            f"<iq type='get' from='gw.localhost' to='a@localhost'><query xmlns='{NS}'/></iq>"
        )
        wire.recv(
            f"<iq type='result' id='{sid}' from='a@localhost' to='gw.localhost'><query xmlns='{NS}' seconds='903'>bye</query></iq>"
        )
        answer = (await task)["last_activity"]
        assert (answer["seconds"], answer["status"]) == (903, "bye")

    component(main, ["xep_0012"])
