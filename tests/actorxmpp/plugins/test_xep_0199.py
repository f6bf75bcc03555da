"""XEP-0199: pings."""

from __future__ import annotations

import asyncio

import pytest

from actorxmpp.exceptions import IqError, IqTimeout

from .wire import Wire, client, component, until

PING = "<ping xmlns='urn:xmpp:ping'/>"


def error(sid: str, sender: str, condition: str) -> str:
    return (
        f"<iq type='error' id='{sid}' from='{sender}'><error type='cancel'>"
        f"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )


def test_pings_are_answered_and_until_then_there_is_no_actor() -> None:
    async def main(wire: Wire) -> None:
        slot = wire.role.plugin.slots["xep_0199"]
        assert slot.ref is None
        wire.recv(
            f"<iq type='get' id='1' from='a@localhost/x' to='romeo@localhost/orchard'>{PING}</iq>"
        )
        await wire.expect("<iq type='result' to='a@localhost/x'/>")
        assert slot.ref is not None

    client(main, ["xep_0199"])


def test_pinging_the_server_and_others() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0199"]
        task = asyncio.ensure_future(plugin.ping())
        sid = await wire.expect(f"<iq type='get' to='localhost'>{PING}</iq>")
        wire.recv(error(sid, "localhost", "service-unavailable"))
        assert await task >= 0
        task = asyncio.ensure_future(plugin.ping("a@localhost/x"))
        sid = await wire.expect(f"<iq type='get' to='a@localhost/x'>{PING}</iq>")
        wire.recv(error(sid, "a@localhost/x", "service-unavailable"))
        with pytest.raises(IqError):
            await task
        with pytest.raises(IqTimeout):
            await plugin.ping("a@localhost/x", timeout=0.01)

    client(main, ["xep_0199"])


def test_a_component_pings_from_its_own_address() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0199"]
        for given, sender in ((None, "gw.localhost"), ("user@gw.localhost", "user@gw.localhost")):
            task = asyncio.ensure_future(plugin.ping("a@localhost/x", ifrom=given))
            sid = await wire.expect(
                f"<iq type='get' from='{sender}' to='a@localhost/x'>{PING}</iq>"
            )
            wire.recv(f"<iq type='result' id='{sid}' from='a@localhost/x' to='{sender}'/>")
            await task

    component(main, ["xep_0199"])


def test_a_connection_whose_server_is_silent_is_made_anew_and_watched_again() -> None:
    async def main(wire: Wire) -> None:
        wire.role.add_event_handler("disconnected", wire.events.append)
        await wire.expect(f"<iq type='get' to='localhost'>{PING}</iq>")
        await until(lambda: wire.events)
        await until(lambda: wire.role.sessionstarted)
        wire.caught.clear()
        await wire.expect(f"<iq type='get' to='localhost'>{PING}</iq>")
        wire["xep_0199"].disable_keepalive()

    client(main, ["xep_0199"], {"xep_0199": {"keepalive": True, "interval": 0.01, "timeout": 0.01}})
