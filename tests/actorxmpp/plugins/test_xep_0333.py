"""XEP-0333: markers."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from .wire import Wire, client

NS = "urn:xmpp:chat-markers:0"


@pytest.mark.parametrize("marker", ["received", "displayed", "acknowledged"])
def test_markers_come_and_go(marker: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch("marker", f"marker_{marker}")
        wire.recv(
            f"<message from='a@localhost' type='chat'><{marker} xmlns='{NS}' id='m1'/></message>"
        )
        assert (await wire.happened(f"marker_{marker}"))[marker]["id"] == "m1"
        await wire.happened("marker")
        wire["xep_0333"].send_marker("a@localhost", "m2", marker, thread="t", mtype="chat")
        await wire.expect(
            f"<message to='a@localhost' type='chat'><{marker} xmlns='{NS}' id='m2'/><thread>t</thread></message>"
        )
        with pytest.raises(ValueError, match="liked"):
            wire["xep_0333"].send_marker("a@localhost", "m2", "liked")

    client(main, ["xep_0333"])
