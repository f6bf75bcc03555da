"""XEP-0441: what an archive keeps."""

from __future__ import annotations

from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0441 import NS

from .wire import Wire, client


def test_preferences_are_read() -> None:
    async def main(wire: Wire) -> None:
        task = wire.role.loop.create_task(wire["xep_0441"].get_preferences(ito="romeo@localhost"))
        number = await wire.expect(
            f"<iq to='romeo@localhost' type='get' id='*'><prefs xmlns='{NS}'/></iq>"
        )
        wire.recv(
            f"<iq from='romeo@localhost' type='result' id='{number}'>"
            f"<prefs xmlns='{NS}' default='roster'><always><jid> b@localhost </jid>"
            "<jid>a@localhost</jid><jid>@</jid><jid/></always></prefs></iq>"
        )
        assert await task == ("roster", [JID("a@localhost"), JID("b@localhost")], [])

    client(main, ["xep_0441"])


def test_preferences_are_set() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0441"]
        asked = plugin.set_preferences("always", [], ["a@localhost", JID("b@localhost")])
        await wire.expect(
            f"<iq type='set' id='*'><prefs xmlns='{NS}' default='always'><always/>"
            "<never><jid>a@localhost</jid><jid>b@localhost</jid></never></prefs></iq>"
        )
        asked.cancel()
        asked = plugin.set_preferences(ito="room@localhost")
        await wire.expect(
            f"<iq to='room@localhost' type='set' id='*'><prefs xmlns='{NS}' default='roster'/></iq>"
        )
        asked.cancel()

    client(main, ["xep_0441"])
