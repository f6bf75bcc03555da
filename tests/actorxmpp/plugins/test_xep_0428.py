"""XEP-0428: text that stands in for something."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0428 import NS, Fallback
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ET

from .wire import Wire, client


@pytest.mark.parametrize(
    ("parts", "fallback", "rest"),
    [
        ("", "> quoted\nrest", ""),
        ("<body/>", "> quoted\nrest", ""),
        ("<body start='0' end='9'/>", "> quoted\n", "rest"),
        ("<body end='9'/>", "> quoted\n", "rest"),
        ("<body start='9'/>", "rest", "> quoted\n"),
        ("<body start='9' end='11'/><body start='0' end='2'/>", "> re", "quoted\nst"),
        ("<body start='0' end='9'/><body start='4' end='11'/>", "> quoted\nre", "st"),
        ("<body start='0' end='999'/>", "> quoted\nrest", ""),
        ("<body start='9' end='3'/>", "", "> quoted\nrest"),
        ("<body start='-1' end='x'/>", "> quoted\nrest", ""),
        ("<subject start='0' end='1'/>", "", "> quoted\nrest"),
    ],
)
def test_a_text_is_split(parts: str, fallback: str, rest: str) -> None:
    element = Fallback(xml=ET.fromstring(f"<fallback xmlns='{NS}' for='ns'>{parts}</fallback>"))
    assert element.split("> quoted\nrest") == (fallback, rest)


def test_characters_are_counted_not_bytes() -> None:
    element = Fallback(
        xml=ET.fromstring(f"<fallback xmlns='{NS}'><body start='0' end='2'/></fallback>")
    )
    assert element.split("👍👍rest") == ("👍👍", "rest")


def test_a_message_may_have_several() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(
            "<message from='juliet@localhost'><subject>a b</subject><body>> quoted\n!</body>"
            f"<fallback xmlns='{NS}' for='one'><body start='0' end='9'/></fallback>"
            f"<fallback xmlns='{NS}' for='two'><subject start='0' end='2'/></fallback></message>"
        )
        message = await wire.happened("message")
        assert [each["for"] for each in message["fallbacks"]] == ["one", "two"]
        first = message["fallback"]
        assert first.get_stripped_body("one") == "!"
        assert first.get_stripped_body("two", "subject") == "b"
        with pytest.raises(AttributeError, match="no fallback for three"):
            first.get_stripped_body("three")

    client(main, ["xep_0428"])


def test_parts_are_written_and_read_as_numbers() -> None:
    message = Message()
    message["fallback"]["for"] = "ns"
    body = message["fallback"]["body"]
    assert (body["start"], body["end"]) == (0, 0)
    body["start"], body["end"] = 0, 9
    assert str(message["fallback"]) == (
        f'<fallback xmlns="{NS}" for="ns"><body start="0" end="9" /></fallback>'
    )
