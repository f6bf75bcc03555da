"""XEP-0461: answers to messages."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0461 import NS, Reply
from actorxmpp.stanza import Message

from .wire import Wire, client

FALLBACK = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='{}'/></fallback>"
REPLY = f"<reply xmlns='{NS}' to='juliet@localhost/b' id='m1'/>"


def test_an_answer_is_sent() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0461"]
        plugin.send_reply("juliet@localhost/b", "m1", mto="juliet@localhost", mbody="yes")
        await wire.expect(f"<message to='juliet@localhost'><body>yes</body>{REPLY}</message>")
        plugin.send_reply(
            "juliet@localhost/b",
            "m1",
            "really?\nsure?",
            "Juliet",
            mto="room@localhost",
            mbody="yes",
            mtype="groupchat",
        )
        quoted = "> Juliet:\n> really?\n> sure?\n"
        await wire.expect(
            f"<message to='room@localhost' type='groupchat'><body>{quoted}yes</body>{REPLY}{FALLBACK.format(len(quoted))}</message>"
        )

    client(main, ["xep_0461"])


def test_answers_are_events_and_their_text_is_read_without_the_quote() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_reply")
        wire.recv(f"<message from='juliet@localhost' type='error'>{REPLY}</message>")
        wire.recv(
            f"<message from='juliet@localhost'><body>> no\nyes</body>{REPLY}{FALLBACK.format(5)}</message>"
        )
        message = await wire.happened("message_reply")
        reply = message["reply"]
        assert (reply["id"], reply["to"]) == ("m1", "juliet@localhost/b")
        assert reply.get_fallback_body() == "> no\n"
        assert reply.strip_fallback_content() == "yes"
        assert not wire.events

    client(main, ["xep_0461"])


def test_without_a_quote_the_text_is_all() -> None:
    message = Message()
    message["body"] = "yes"
    assert message["reply"].get_fallback_body() == ""
    assert message["reply"].strip_fallback_content() == "yes"


def test_an_answer_whose_message_is_gone_says_so() -> None:
    with pytest.raises(ValueError, match="gone"):
        Reply().strip_fallback_content()
