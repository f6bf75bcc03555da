"""XEP-0066: URLs beside the text."""

from __future__ import annotations

import asyncio
from typing import Any

from actorxmpp import XMPPError

from .wire import Wire, client, condition

ASK = (
    "<iq type='set' id='1' from='a@localhost/x' to='romeo@localhost/orchard'>"
    "<query xmlns='jabber:iq:oob'><url>http://example.org/%s</url><desc>d</desc></query></iq>"
)


def test_requests_are_refused_unless_the_program_takes_them() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ASK % "1")
        assert condition(await wire.sent()) == "service-unavailable"

        async def take(iq: Any) -> None:
            if iq["oob_transfer"]["url"].endswith("bad"):
                raise XMPPError("not-acceptable")
            iq.reply().send()

        wire["xep_0066"].register_url_handler(handler=take)
        wire.recv(ASK % "good")
        await wire.expect("<iq type='result' to='a@localhost/x'/>")
        wire.recv(ASK % "bad")
        assert condition(await wire.sent()) == "not-acceptable"
        wire["xep_0066"].register_url_handler()
        wire.recv(ASK % "good")
        assert condition(await wire.sent()) == "service-unavailable"

    client(main, ["xep_0066"])


def test_sending() -> None:
    async def main(wire: Wire) -> None:
        task = asyncio.ensure_future(
            wire["xep_0066"].send_oob("a@localhost/x", "http://example.org/f", "d")
        )
        sid = await wire.expect(
            "<iq type='set' to='a@localhost/x'><query xmlns='jabber:iq:oob'><url>http://example.org/f</url><desc>d</desc></query></iq>"
        )
        wire.recv(f"<iq type='result' id='{sid}' from='a@localhost/x'/>")
        await task
        message = wire.role.make_message("a@localhost", "u")
        message["oob"]["url"] = "http://example.org/f"
        message.send()
        await wire.expect(
            "<message to='a@localhost'><body>u</body><x xmlns='jabber:x:oob'><url>http://example.org/f</url></x></message>"
        )

    client(main, ["xep_0066"])
