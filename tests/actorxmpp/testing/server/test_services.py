"""What the server answers itself: ping, discovery, version, session, roster."""

from __future__ import annotations

from typing import Any

import pytest

INFO = "{http://jabber.org/protocol/disco#info}"
ITEMS = "{http://jabber.org/protocol/disco#items}"
ROSTER = "{jabber:iq:roster}"


def ask(town: Any, sender: Any, mailbox: Any, payload: str, to: str = "", kind: str = "get") -> Any:
    address = f"to='{to}'" if to else ""
    town.send(sender, f"<iq type='{kind}' id='q' {address}>{payload}</iq>")
    (answer,) = [stanza for stanza in mailbox.read() if stanza.get("id") == "q"]
    return answer


@pytest.mark.parametrize("to", ["", "localhost", "romeo@localhost"])
def test_ping_is_answered(town: Any, to: str) -> None:
    romeo, mailbox = town.client("romeo@localhost/a")
    answer = ask(town, romeo, mailbox, "<ping xmlns='urn:xmpp:ping'/>", to)
    assert (answer.get("type"), len(answer)) == ("result", 0)


def test_the_old_session_request_is_granted(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/a", priority=None)
    payload = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"
    assert ask(town, romeo, mailbox, payload, kind="set").get("type") == "result"


def test_the_server_says_what_it_is(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/a")
    answer = ask(town, romeo, mailbox, f"<query xmlns='{INFO[1:-1]}'/>", "localhost")
    identity = answer.find(f"{INFO}query/{INFO}identity")
    assert (identity.get("category"), identity.get("type")) == ("server", "im")
    features = {one.get("var") for one in answer.iter(f"{INFO}feature")}
    assert {"urn:xmpp:ping", "jabber:iq:roster", "jabber:iq:version"} <= features
    answer = ask(town, romeo, mailbox, "<query xmlns='jabber:iq:version'/>", "localhost")
    assert "test server" in answer.findtext("{jabber:iq:version}query/{jabber:iq:version}name")


def test_an_account_says_what_it_is(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/a")
    answer = ask(town, romeo, mailbox, f"<query xmlns='{INFO[1:-1]}'/>", "romeo@localhost")
    assert answer.find(f"{INFO}query/{INFO}identity").get("category") == "account"


def test_connected_components_are_the_items(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/a")
    town.component("gw.localhost")
    answer = ask(town, romeo, mailbox, f"<query xmlns='{ITEMS[1:-1]}'/>", "localhost")
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
def test_what_is_not_offered_is_refused(town: Any, payload: str, kind: str, condition: str) -> None:
    romeo, mailbox = town.client("romeo@localhost/a")
    answer = ask(town, romeo, mailbox, payload, "localhost", kind)
    assert answer[0][0].tag.endswith(f"}}{condition}")


def test_a_roster_is_read_written_and_pushed(town: Any) -> None:
    one, first = town.client("romeo@localhost/1", roster=True)
    _, second = town.client("romeo@localhost/2", roster=True)
    _, deaf = town.client("romeo@localhost/3")
    first.read(), second.read(), deaf.read()
    item = "<query xmlns='jabber:iq:roster'><item jid='juliet@localhost' name='J'/></query>"
    town.send(one, f"<iq type='set' id='q'>{item}</iq>")
    push, result = first.read()
    assert (push.get("type"), push.get("to")) == ("set", "romeo@localhost/1")
    assert push.find(f"{ROSTER}query/{ROSTER}item").get("name") == "J"
    assert (result.get("type"), result.get("id")) == ("result", "q")
    assert len(second.read()) == 1
    assert deaf.read() == []
    answer = ask(town, one, first, "<query xmlns='jabber:iq:roster'/>")
    assert [one.get("jid") for one in answer.iter(f"{ROSTER}item")] == ["juliet@localhost"]


def test_the_answer_to_a_push_is_taken_in_silence(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/1")
    town.send(romeo, "<iq type='result' id='push1'/>")
    assert mailbox.read() == []


def test_a_bad_roster_set_is_refused(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/1")
    answer = ask(town, romeo, mailbox, "<query xmlns='jabber:iq:roster'/>", kind="set")
    assert answer[0][0].tag.endswith("}bad-request")


def test_a_component_may_ask_the_server_but_has_no_roster(town: Any) -> None:
    gateway, mailbox = town.component("gw.localhost")
    source = "<iq type='get' id='q' from='gw.localhost' to='localhost'>"
    town.send(gateway, f"{source}<ping xmlns='urn:xmpp:ping'/></iq>")
    town.send(gateway, f"{source}<query xmlns='jabber:iq:roster'/></iq>")
    assert [stanza.get("type") for stanza in mailbox.read()] == ["result", "error"]
