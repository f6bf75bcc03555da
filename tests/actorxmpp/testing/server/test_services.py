"""What the server answers itself: ping, discovery, version, session, roster."""

from __future__ import annotations

from typing import Any

import pytest

INFO = "{http://jabber.org/protocol/disco#info}"
ITEMS = "{http://jabber.org/protocol/disco#items}"
ROSTER = "{jabber:iq:roster}"


def ask(net: Any, sender: Any, stream: Any, payload: str, to: str = "", kind: str = "get") -> Any:
    address = f"to='{to}'" if to else ""
    net.send(sender, f"<iq type='{kind}' id='q' {address}>{payload}</iq>")
    (answer,) = [stanza for stanza in stream.read() if stanza.get("id") == "q"]
    return answer


@pytest.mark.parametrize("to", ["", "localhost", "romeo@localhost"])
def test_ping_is_answered(net: Any, to: str) -> None:
    romeo, stream = net.client("romeo@localhost/a")
    answer = ask(net, romeo, stream, "<ping xmlns='urn:xmpp:ping'/>", to)
    assert (answer.get("type"), len(answer)) == ("result", 0)


def test_the_old_session_request_is_granted(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/a", priority=None)
    payload = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"
    assert ask(net, romeo, stream, payload, kind="set").get("type") == "result"


def test_the_server_says_what_it_is(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/a")
    answer = ask(net, romeo, stream, f"<query xmlns='{INFO[1:-1]}'/>", "localhost")
    identity = answer.find(f"{INFO}query/{INFO}identity")
    assert (identity.get("category"), identity.get("type")) == ("server", "im")
    features = {one.get("var") for one in answer.iter(f"{INFO}feature")}
    assert {"urn:xmpp:ping", "jabber:iq:roster", "jabber:iq:version"} <= features
    answer = ask(net, romeo, stream, "<query xmlns='jabber:iq:version'/>", "localhost")
    assert "test server" in answer.findtext("{jabber:iq:version}query/{jabber:iq:version}name")


def test_an_account_says_what_it_is(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/a")
    answer = ask(net, romeo, stream, f"<query xmlns='{INFO[1:-1]}'/>", "romeo@localhost")
    assert answer.find(f"{INFO}query/{INFO}identity").get("category") == "account"


def test_connected_components_are_the_items(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/a")
    net.component("gw.localhost")
    answer = ask(net, romeo, stream, f"<query xmlns='{ITEMS[1:-1]}'/>", "localhost")
    assert [item.get("jid") for item in answer.iter(f"{ITEMS}item")] == ["gw.localhost"]


@pytest.mark.parametrize(
    ("payload", "kind", "condition"),
    [
        (f"<query xmlns='{INFO[1:-1]}' node='n'/>", "get", "item-not-found"),
        (f"<query xmlns='{ITEMS[1:-1]}' node='n'/>", "get", "item-not-found"),
        ("<query xmlns='urn:other'/>", "get", "service-unavailable"),
        ("<ping xmlns='urn:xmpp:ping'/>", "set", "service-unavailable"),
    ],
)
def test_what_is_not_offered_is_refused(net: Any, payload: str, kind: str, condition: str) -> None:
    romeo, stream = net.client("romeo@localhost/a")
    answer = ask(net, romeo, stream, payload, "localhost", kind)
    assert answer[0][0].tag.endswith(f"}}{condition}")


def test_a_roster_is_read_written_and_pushed(net: Any) -> None:
    one, first = net.client("romeo@localhost/1", roster=True)
    _, second = net.client("romeo@localhost/2", roster=True)
    _, deaf = net.client("romeo@localhost/3")
    first.read(), second.read(), deaf.read()
    item = "<query xmlns='jabber:iq:roster'><item jid='juliet@localhost' name='J'/></query>"
    net.send(one, f"<iq type='set' id='q'>{item}</iq>")
    push, result = first.read()
    assert (push.get("type"), push.get("to")) == ("set", "romeo@localhost/1")
    assert push.find(f"{ROSTER}query/{ROSTER}item").get("name") == "J"
    assert (result.get("type"), result.get("id")) == ("result", "q")
    assert len(second.read()) == 1
    assert deaf.read() == []
    answer = ask(net, one, first, "<query xmlns='jabber:iq:roster'/>")
    assert [one.get("jid") for one in answer.iter(f"{ROSTER}item")] == ["juliet@localhost"]


def test_the_answer_to_a_push_is_taken_in_silence(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/1")
    net.send(romeo, "<iq type='result' id='push1'/>")
    assert stream.read() == []


def test_a_bad_roster_set_is_refused(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/1")
    answer = ask(net, romeo, stream, "<query xmlns='jabber:iq:roster'/>", kind="set")
    assert answer[0][0].tag.endswith("}bad-request")


def test_a_component_may_ask_the_server_but_has_no_roster(net: Any) -> None:
    gateway, stream = net.component("gw.localhost")
    source = "<iq type='get' id='q' from='gw.localhost' to='localhost'>"
    net.send(gateway, f"{source}<ping xmlns='urn:xmpp:ping'/></iq>")
    net.send(gateway, f"{source}<query xmlns='jabber:iq:roster'/></iq>")
    assert [stanza.get("type") for stanza in stream.read()] == ["result", "error"]
