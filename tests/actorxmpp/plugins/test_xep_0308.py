"""XEP-0308: corrections."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from .wire import Wire, client

NS = "urn:xmpp:message-correct:0"


def test_a_correction_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_correction")
        wire.recv(
            f"<message from='a@localhost' type='chat'><body>new</body><replace xmlns='{NS}' id='m1'/></message>"
        )
        message = await wire.happened("message_correction")
        assert (message["replace"]["id"], message["body"]) == ("m1", "new")
        assert wire["xep_0308"].is_correction(message)

    client(main, ["xep_0308"])


def test_a_message_is_corrected_and_corrected_again() -> None:
    async def main(wire: Wire) -> None:
        first = wire.role.make_message("a@localhost", "odl", mtype="chat")
        want = f"<message to='a@localhost' type='chat'><body>%s</body><replace xmlns='{NS}' id='{first['id']}'/></message>"
        second = wire["xep_0308"].correct_message(first, "old")
        await wire.expect(want % "old")
        wire["xep_0308"].correct_message(second, "new")
        await wire.expect(want % "new")
        del first["id"]
        with pytest.raises(ValueError, match="without an id"):
            wire["xep_0308"].correct_message(first, "x")

    client(main, ["xep_0308"])
