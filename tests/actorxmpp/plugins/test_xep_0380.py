"""XEP-0380: how a message is encrypted."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0380 import NS

from .wire import Wire, client

OMEMO = "eu.siacs.conversations.axolotl"


def test_it_is_said_and_a_text_for_who_can_not_read_it() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0380"]
        message = wire.role.make_message("juliet@localhost", "text")
        assert not plugin.has_eme(message)
        assert plugin.add_eme(message, OMEMO) is message
        assert plugin.has_eme(message)
        message.send()
        encryption = f"<encryption xmlns='{NS}' namespace='{OMEMO}' name='Legacy OMEMO'/>"
        await wire.expect(f"<message to='juliet@localhost'><body>text</body>{encryption}</message>")

    client(main, ["xep_0380"])


@pytest.mark.parametrize(
    ("namespace", "name", "said"),
    [
        (OMEMO, "x", f"This message is encrypted with Legacy OMEMO ({OMEMO})"),
        ("urn:example:rot13", "ROT13", "This message is encrypted with ROT13 (urn:example:rot13)"),
        (
            *("urn:example:rot13", ""),
            "This message is encrypted with urn:example:rot13 (urn:example:rot13)",
        ),
    ],
)
def test_encrypted_messages_are_events(namespace: str, name: str, said: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_encryption")
        encryption = f"<encryption xmlns='{NS}' namespace='{namespace}' name='{name}'/>"
        wire.recv(f"<message from='a@localhost' type='error'>{encryption}</message>")
        wire.recv(f"<message from='juliet@localhost'><body>?</body>{encryption}</message>")
        message = await wire.happened("message_encryption")
        wire["xep_0380"].replace_body_with_eme(message)
        assert message["body"] == said
        assert not wire.events

    client(main, ["xep_0380"])
