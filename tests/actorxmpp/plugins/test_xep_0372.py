"""XEP-0372: mentions."""

from __future__ import annotations

from actorxmpp.plugins.xep_0372 import NS, Reference

from .wire import Wire, client

MENTION = f"<reference xmlns='{NS}' type='mention' begin='0' end='6' uri='xmpp:juliet@localhost'/>"


def test_a_mention_is_written() -> None:
    async def main(wire: Wire) -> None:
        message = wire.role.make_message("room@localhost", "Juliet: hi")
        for name, value in {"type": "mention", "begin": "0", "end": "6"}.items():
            message["reference"][name] = value
        message["reference"]["uri"] = "xmpp:juliet@localhost"
        message.send()
        await wire.expect(
            f"<message to='room@localhost'><body>Juliet: hi</body>{MENTION}</message>"
        )

    client(main, ["xep_0372"])


def test_mentions_are_read() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(
            f"<message from='juliet@localhost'><body>b</body>{MENTION}"
            f"<reference xmlns='{NS}' type='data' anchor='xmpp:a@localhost?m1'/></message>"
        )
        found = (await wire.happened("message"))["references"]
        assert [each["type"] for each in found] == ["mention", "data"]
        assert isinstance(found[0], Reference)
        assert (found[0]["end"], found[1]["anchor"]) == ("6", "xmpp:a@localhost?m1")

    client(main, ["xep_0372"])
