"""XEP-0334: hints."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from .wire import Wire, client


@pytest.mark.parametrize("hint", ["store", "no-store", "no-permanent-store", "no-copy"])
def test_hints_are_written(hint: str) -> None:
    async def main(wire: Wire) -> None:
        message = wire.role.make_message("a@localhost", "b", mtype="chat")
        message.enable(hint)
        message.send()
        await wire.expect(
            f"<message to='a@localhost' type='chat'><body>b</body><{hint} xmlns='urn:xmpp:hints'/></message>"
        )

    client(main, ["xep_0334"])
