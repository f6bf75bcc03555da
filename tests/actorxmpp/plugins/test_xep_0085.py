"""XEP-0085: chat states."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0085 import STATES
from actorxmpp.stanza import Message

from .wire import Wire, client

NS = "http://jabber.org/protocol/chatstates"


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_an_event_and_is_sent(state: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch("chatstate", f"chatstate_{state}")
        wire.recv(f"<message from='a@localhost' type='chat'><{state} xmlns='{NS}'/></message>")
        assert (await wire.happened("chatstate"))["chat_state"] == state
        assert (await wire.happened(f"chatstate_{state}"))["chat_state"] == state
        wire["xep_0085"].send_state("a@localhost", state)
        await wire.expect(
            f"<message to='a@localhost' type='chat'><{state} xmlns='{NS}'/></message>"
        )

    client(main, ["xep_0085"])


def test_a_state_is_set_changed_and_removed() -> None:
    message = Message()
    assert message["chat_state"] == ""
    message["chat_state"] = "composing"
    message["chat_state"] = "paused"
    assert [each.tag for each in message.xml] == [f"{{{NS}}}paused"]
    del message["chat_state"]
    assert not len(message.xml)
    with pytest.raises(ValueError, match="thinking"):
        message["chat_state"] = "thinking"


def test_errors_are_no_states() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("chatstate")
        wire.recv(f"<message from='a@localhost' type='error'><active xmlns='{NS}'/></message>")
        wire.recv(f"<message from='b@localhost' type='chat'><gone xmlns='{NS}'/></message>")
        assert (await wire.happened("chatstate"))["from"] == "b@localhost"

    client(main, ["xep_0085"])
