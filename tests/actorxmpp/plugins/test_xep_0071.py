"""XEP-0071: messages with markup."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0071 import NS, NS_XHTML, XHTML_IM
from actorxmpp.xmlstream import ET

from .wire import Wire, client


def html(content: str) -> str:
    return f"<html xmlns='{NS}'><body xmlns='{NS_XHTML}'>{content}</body></html>"


@pytest.mark.parametrize(
    "markup", ["<p>Hi <em>there</em></p>", "a &amp; <b>b</b> c", "<p>one</p><p>two</p>", "bare"]
)
def test_markup_is_sent_and_received(markup: str) -> None:
    async def main(wire: Wire) -> None:
        wire.role.send_message("juliet@localhost", "text", mhtml=markup)
        await wire.expect(
            f"<message to='juliet@localhost'><body>text</body>{html(markup)}</message>"
        )
        wire.watch("message")
        wire.recv(f"<message from='juliet@localhost'><body>text</body>{html(markup)}</message>")
        assert (await wire.happened("message"))["html"]["body"] == markup

    client(main, ["xep_0071"])


def test_there_is_markup_for_each_language() -> None:
    element = XHTML_IM()
    element["body"] = "<p>hello</p>"
    element["body|fr"] = "<p>salut</p>"
    assert element["body"] == "<p>hello</p>"
    assert element["body|fr"] == "<p>salut</p>"
    assert element["body|de"] == ""
    assert element["body|*"] == {"": "<p>hello</p>", "fr": "<p>salut</p>"}
    del element["body"]
    assert element["body|*"] == {"fr": "<p>salut</p>"}
    element["body|*"] = {"en": "a", "de": "b"}
    assert element["body|*"] == {"en": "a", "de": "b"}
    element.del_body("*")
    assert element["body|*"] == {}


def test_elements_and_whole_bodies_are_taken() -> None:
    element = XHTML_IM()
    body = f'<body xmlns="{NS_XHTML}"><p>q</p></body>'
    for given in (body, ET.fromstring(body), ET.fromstring(body)[0]):
        element["body"] = given
        assert element["body"] == "<p>q</p>"
        assert len(element.xml) == 1


@pytest.mark.parametrize("wrong", ["a & b", "<p>", "<!DOCTYPE x []>", "</body><body>"])
def test_what_is_no_markup_is_refused(wrong: str) -> None:
    element = XHTML_IM()
    element["body"] = "before"
    with pytest.raises(ValueError, match="no XHTML"):
        element["body"] = wrong
    assert element["body"] == "before"
