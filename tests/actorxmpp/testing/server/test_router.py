"""Where stanzas go: RFC 6120 section 10 and RFC 6121 section 8, message and IQ."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest

STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
BODY = "{jabber:client}body"


def condition(stanza: Element) -> str:
    error = stanza.find("{jabber:client}error")
    assert error is not None, stanza.attrib
    return error[0].tag.removeprefix(STANZAS)


def bodies(stream: Any) -> list[str | None]:
    """The texts of the messages that came."""
    mail = stream.read()
    return [one.findtext(BODY) for one in mail if one.tag == "{jabber:client}message"]


def test_a_message_to_a_full_address_arrives_with_its_sender(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/a")
    _, juliet = net.client("juliet@localhost/b")
    net.send(
        romeo,
        "<message to='juliet@localhost/b' type='chat' id='1'><body>A &amp; B &lt;</body>"
        "<x xmlns='urn:other'><y z='&quot;'/></x></message>",
    )
    (message,) = juliet.read()
    assert message.attrib == {
        "from": "romeo@localhost/a",
        "to": "juliet@localhost/b",
        "type": "chat",
        "id": "1",
    }
    assert message.findtext(BODY) == "A & B <"
    assert message.find("{urn:other}x/{urn:other}y[@z='\"']") is not None
    assert net.router.messages_routed == 1


def test_an_address_is_found_however_it_is_written(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/a")
    _, juliet = net.client("juliet@localhost/b")
    net.send(romeo, "<message to='JULIET@LocalHost/b'><body>1</body></message>")
    assert bodies(juliet) == ["1"]


def test_a_message_without_address_goes_to_ones_own_account(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/a")
    net.send(romeo, "<message><body>note</body></message>")
    assert bodies(stream) == ["note"]


@pytest.mark.parametrize("kind", ["chat", "normal"])
@pytest.mark.parametrize("to", ["juliet@localhost", "juliet@localhost/gone"])
def test_a_message_for_an_account_goes_to_its_best_resource(net: Any, to: str, kind: str) -> None:
    romeo, _ = net.client("romeo@localhost/a")
    _, low = net.client("juliet@localhost/low", priority=1)
    _, high = net.client("juliet@localhost/high", priority=5)
    _, silent = net.client("juliet@localhost/silent", priority=None)
    net.send(romeo, f"<message to='{to}' type='{kind}'><body>1</body></message>")
    assert (bodies(low), bodies(high), bodies(silent)) == ([], ["1"], [])


def test_a_headline_goes_to_all_that_want_messages(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/a")
    streams = [net.client(f"juliet@localhost/{n}", priority=n)[1] for n in (-1, 0, 3)]
    net.send(romeo, "<message to='juliet@localhost' type='headline'><body>1</body></message>")
    assert [bodies(stream) for stream in streams] == [[], ["1"], ["1"]]


def test_a_message_for_an_absent_account_waits_for_it(net: Any) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    net.send(romeo, "<message to='juliet@localhost'><body>1</body></message>")
    net.send(romeo, "<message to='juliet@localhost/gone' type='chat'><body>2</body></message>")
    assert sender.read() == []
    juliet, stream = net.client("juliet@localhost/b", priority=None)
    net.send(juliet, "<presence><priority>-1</priority></presence>")
    assert bodies(stream) == []
    net.send(juliet, "<presence/>")
    assert bodies(stream) == ["1", "2"]
    net.send(juliet, "<presence/>")
    assert bodies(stream) == []


def test_when_no_more_can_wait_the_sender_is_told(net: Any) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    for number in range(101):
        net.send(romeo, f"<message to='juliet@localhost' id='{number}'><body>x</body></message>")
    (error,) = sender.read()
    assert (error.get("id"), condition(error)) == ("100", "service-unavailable")


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("nobody@localhost", "service-unavailable"),
        ("localhost", "service-unavailable"),
        ("unknown.example", "remote-server-not-found"),
        ("somebody@unknown.example/x", "remote-server-not-found"),
        ("away.localhost", "recipient-unavailable"),
        ("user@away.localhost", "recipient-unavailable"),
        ("@localhost", "jid-malformed"),
        ("", "jid-malformed"),
    ],
)
@pytest.mark.parametrize("name", ["message", "iq"])
def test_what_cannot_be_delivered_comes_back(net: Any, name: str, to: str, expected: str) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    kind = "get" if name == "iq" else "normal"
    net.send(romeo, f"<{name} to='{to}' type='{kind}' id='7'><x xmlns='urn:other'/></{name}>")
    (error,) = sender.read()
    assert error.tag == f"{{jabber:client}}{name}"
    assert {key: error.get(key) for key in ("type", "id", "from", "to")} == {
        "type": "error",
        "id": "7",
        "from": to,
        "to": "romeo@localhost/a",
    }
    assert condition(error) == expected


@pytest.mark.parametrize("to", ["nobody@localhost", "unknown.example", "away.localhost", "@@"])
@pytest.mark.parametrize("name", ["message", "iq", "presence"])
def test_an_error_is_never_answered(net: Any, name: str, to: str) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    net.send(romeo, f"<{name} to='{to}' type='error' id='7'/>")
    assert sender.read() == []


def test_a_groupchat_message_for_an_account_comes_back(net: Any) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    net.client("juliet@localhost/b")
    net.send(romeo, "<message to='juliet@localhost' type='groupchat'><body>x</body></message>")
    assert [condition(error) for error in sender.read()] == ["service-unavailable"]


def test_an_iq_goes_to_its_resource_and_the_answer_comes_back(net: Any) -> None:
    romeo, asker = net.client("romeo@localhost/a")
    juliet, asked = net.client("juliet@localhost/b", priority=None)
    net.send(romeo, "<iq to='juliet@localhost/b' type='get' id='9'><x xmlns='urn:o'/></iq>")
    (request,) = asked.read()
    assert request.get("from") == "romeo@localhost/a"
    net.send(juliet, "<iq to='romeo@localhost/a' type='result' id='9'/>")
    (answer,) = asker.read()
    assert (answer.get("from"), answer.get("id")) == ("juliet@localhost/b", "9")


@pytest.mark.parametrize("to", ["juliet@localhost", "juliet@localhost/gone", "localhost/x"])
def test_an_iq_nobody_can_answer_is_answered(net: Any, to: str) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    net.client("juliet@localhost/b")
    net.send(romeo, f"<iq to='{to}' type='set' id='1'><x xmlns='urn:other'/></iq>")
    net.send(romeo, f"<iq to='{to}' type='result' id='2'/>")
    (error,) = sender.read()
    assert (error.get("id"), condition(error)) == ("1", "service-unavailable")


@pytest.mark.parametrize(
    "iq",
    [
        "<iq to='juliet@localhost/b' id='1'><x xmlns='urn:o'/></iq>",
        "<iq to='juliet@localhost/b' id='1' type='ask'><x xmlns='urn:o'/></iq>",
        "<iq to='juliet@localhost/b' type='get'><x xmlns='urn:o'/></iq>",
        "<iq to='juliet@localhost/b' id='1' type='get'/>",
        "<iq to='juliet@localhost/b' id='1' type='set'><x xmlns='a'/><x xmlns='b'/></iq>",
    ],
)
def test_an_iq_that_is_none_is_refused(net: Any, iq: str) -> None:
    romeo, sender = net.client("romeo@localhost/a")
    _, juliet = net.client("juliet@localhost/b")
    net.send(romeo, iq)
    assert [condition(error) for error in sender.read()] == ["bad-request"]
    assert juliet.read() == []


def test_a_component_gets_everything_for_its_domain(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/a")
    _, gateway = net.component("gw.localhost")
    for to in ("gw.localhost", "someone@gw.localhost", "someone@GW.localhost/x"):
        net.send(romeo, f"<message to='{to}'><body>x</body></message>")
    net.send(romeo, "<iq to='gw.localhost' type='get' id='1'><x xmlns='urn:o'/></iq>")
    net.send(romeo, "<presence to='someone@gw.localhost'/>")
    names = [stanza.tag.partition("}")[2] for stanza in gateway.read()]
    assert names == ["message", "message", "message", "iq", "presence"]


def test_a_component_reaches_clients_and_other_components(net: Any) -> None:
    gateway, stream = net.component("gw.localhost")
    _, other = net.component("other.localhost")
    _, juliet = net.client("juliet@localhost/b")
    source = "from='someone@gw.localhost'"
    net.send(gateway, f"<message {source} to='juliet@localhost'><body>1</body></message>")
    net.send(gateway, f"<message {source} to='other.localhost'><body>2</body></message>")
    net.send(gateway, f"<message {source} to='nobody@localhost' id='3'><body>3</body></message>")
    assert bodies(juliet) == ["1"]
    assert bodies(other) == ["2"]
    (error,) = stream.read()
    assert (error.get("to"), condition(error)) == ("someone@gw.localhost", "service-unavailable")


def test_what_is_no_stanza_is_not_routed(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/a")
    assert not net.send(romeo, "<other/>")
    assert not net.send(romeo, "<message xmlns='urn:other'/>")
