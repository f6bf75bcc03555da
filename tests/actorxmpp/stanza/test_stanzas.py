"""Message, presence, IQ, errors and the rest, on clients' and components' streams."""

from __future__ import annotations

from typing import ClassVar
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.exceptions import IqError, IqTimeout, NotConnectedError, XMPPError
from actorxmpp.jid import JID, InvalidJID
from actorxmpp.stanza import (
    AtomAuthor,
    AtomEntry,
    Error,
    Handshake,
    Iq,
    Message,
    Presence,
    Roster,
    StreamError,
    StreamFeatures,
)
from actorxmpp.xmlstream import ElementBase, StanzaBase, register_stanza_plugin
from actorxmpp.xmlstream.registry import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes

STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"


class Stream:
    """Takes what is sent."""

    use_message_ids = True
    use_presence_ids = True
    stream_ns = "http://etherx.jabber.org/streams"

    def __init__(self, component=False):
        self.is_component = component
        self.default_ns = "jabber:component:accept" if component else "jabber:client"
        self.namespace_map = {self.stream_ns: "stream"}
        self.sent = []
        self.failures = []
        self.requests = []
        self.ids = 0

    def new_id(self):
        self.ids += 1
        return f"id{self.ids}"

    def send(self, stanza):
        self.sent.append(to_bytes(stanza, self.default_ns).decode())

    def send_iq(self, iq, callback, timeout, timeout_callback):
        self.requests.append((iq, callback, timeout, timeout_callback))
        return "awaitable"

    def exception(self, error):
        self.failures.append(error)


@pytest.fixture(params=[False, True], ids=["client", "component"])
def stream(request):
    return Stream(request.param)


def received(stream, text):
    registry = StanzaRegistry([Message, Presence, Iq, StreamError, StreamFeatures])
    return registry.build(ET.fromstring(text.replace("NS", stream.default_ns)), stream)


def chat(stream, more="", kind="chat"):
    return received(
        stream,
        f"<message xmlns='NS' type='{kind}' id='m1' from='juliet@a.example/x' to='gw.example'>"
        f"<body>hi</body>{more}</message>",
    )


# messages


def test_a_new_message(stream):
    message = Message(stream, sto="a@b", stype="chat")
    message["body"] = "x"
    message["subject"] = "s"
    assert message.namespace == stream.default_ns
    assert message["id"] == "id1"
    message.send()
    assert stream.sent == [
        '<message type="chat" to="a@b" id="id1"><body>x</body><subject>s</subject></message>'
    ]


def test_ids_only_where_wanted(stream):
    stream.use_message_ids = stream.use_presence_ids = False
    assert Message(stream)["id"] == Presence(stream)["id"] == ""
    assert Message(stream, sid="mine")["id"] == "mine"
    assert Message(stream, recv=True)["id"] == ""


def test_message_defaults():
    message = Message()
    assert message["type"] == "normal"
    assert message["body"] == ""
    assert message["subject"] is None
    assert message["mucroom"] == message["mucnick"] == ""
    assert message.chat()["type"] == "chat"
    assert message.normal()["type"] == "normal"
    message["subject"] = ""
    assert message["subject"] in ("", None)
    assert message.xml.find("{jabber:client}subject") is not None
    del message["subject"]
    assert message.xml.find("{jabber:client}subject") is None


def test_threads():
    message = Message()
    message["parent_thread"] = "p"
    message["thread"] = "t"
    assert (message["thread"], message["parent_thread"]) == ("t", "p")
    del message["parent_thread"]
    assert message["parent_thread"] == ""
    message["parent_thread"] = ""
    assert message["thread"] == "t"


def test_reply(stream):
    message = chat(stream, "<thread parent='p'>t</thread>")
    reply = message.reply("yo")
    assert reply.stream is stream
    sender = ' from="gw.example"' if stream.is_component else ""
    assert reply["to"] == "juliet@a.example/x"
    assert reply["from"] == ("gw.example" if stream.is_component else "")
    assert (reply["id"], reply["type"], reply["body"]) == ("id1", "chat", "yo")
    assert (reply["thread"], reply["parent_thread"]) == ("t", "p")
    assert message["body"] == "hi"
    reply.send()
    assert stream.sent[0].startswith("<message ")
    assert sender in stream.sent[0]


def test_reply_with_content(stream):
    reply = chat(stream).reply(clear=False)
    assert reply["body"] == "hi"
    reply["body"] = "changed"
    assert chat(stream)["body"] == "hi"


def test_reply_to_a_room(stream):
    reply = chat(stream, kind="groupchat").reply("yo")
    expected = "juliet@a.example/x" if stream.is_component else "juliet@a.example"
    assert reply["to"] == expected


def test_reply_without_a_stream():
    message = Message(sto="a@b", sfrom="c@d", sid="1")
    reply = message.reply("x")
    assert (reply["to"], reply["from"], reply["id"]) == ("c@d", "", "")


def test_rooms(stream):
    message = chat(stream, kind="groupchat")
    assert (message["mucroom"], message["mucnick"]) == ("juliet@a.example", "x")
    message["mucroom"] = message["mucnick"] = "other"
    del message["mucroom"], message["mucnick"]
    assert message["mucroom"] == "juliet@a.example"


def test_an_address_that_is_none(stream):
    message = received(stream, "<message xmlns='NS' from='@@'/>")
    with pytest.raises(InvalidJID):
        _ = message["from"]
    assert message["body"] == ""


def test_origin_ids():
    message = Message()
    message.set_origin_id("1")
    assert message.get_origin_id() == "1"
    message.append(ET.Element("{urn:xmpp:sid:0}origin-id"))
    message.del_origin_id()
    assert len(message.xml) == 0


# presence


def test_presence_types():
    presence = Presence()
    assert presence["type"] == "available"
    presence["type"] = "away"
    assert (presence["type"], presence["show"]) == ("away", "away")
    presence["type"] = "unavailable"
    assert (presence["type"], presence["show"]) == ("unavailable", "")
    presence["type"] = "nonsense"
    assert presence["type"] == "unavailable"
    presence["type"] = "available"
    assert presence.xml.get("type") is None
    presence["show"] = "nonsense"
    assert presence["show"] == ""
    presence["show"] = "xa"
    presence["show"] = None
    assert presence["show"] == ""
    presence["show"] = "dnd"
    del presence["type"]
    assert presence["type"] == "available"


def test_presence_priority():
    presence = Presence()
    assert presence["priority"] == 0
    presence["priority"] = -1
    assert presence["priority"] == -1
    presence._set_sub_text("priority", "high")
    assert presence["priority"] == 0


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed"), ("probe", "probe")],
)
def test_presence_replies(stream, kind, answer):
    presence = received(stream, f"<presence xmlns='NS' type='{kind}' from='a@b' to='c'/>")
    assert presence.reply()["type"] == answer
    assert presence.reply()["to"] == "a@b"


def test_a_sent_presence_is_noted(stream):
    noted = []
    stream.roster = type("R", (), {"presence_sent": lambda self, stanza: noted.append(stanza)})()
    presence = Presence(stream)
    presence.send()
    assert noted == [presence]
    assert len(stream.sent) == 1


# IQ


def test_iqs_have_ids(stream):
    assert Iq(stream)["id"] == "id1"
    assert Iq()["id"] == "0"
    assert Iq(stream, sid="x")["id"] == "x"


def test_queries(stream):
    iq = Iq(stream, stype="get")
    iq["query"] = "jabber:iq:version"
    iq["query"] = "jabber:iq:version"
    assert iq["query"] == "jabber:iq:version"
    assert len(iq.xml) == 1
    iq["query"] = "urn:other"
    assert iq["query"] == "urn:other"
    assert len(iq.xml) == 1
    iq["query"] = "jabber:iq:roster"
    assert "roster" in iq
    del iq["query"]
    assert iq["query"] == ""


def test_iq_payload(stream):
    iq = Iq(stream)
    iq.set_payload(ET.Element("{urn:x}a"))
    iq.set_payload([ET.Element("{urn:x}b"), ET.Element("{urn:x}c")])
    assert [child.tag for child in iq.get_payload()] == ["{urn:x}b", "{urn:x}c"]
    iq.del_payload()
    assert iq.get_payload() == []


def test_iq_values_set_the_query_last():
    iq = Iq()
    iq.values = {"type": "set", "query": "jabber:iq:roster", "roster": {"ver": "1"}}
    assert len(iq.xml) == 1
    assert iq["roster"]["ver"] == "1"


def test_iq_reply(stream):
    iq = received(
        stream, "<iq xmlns='NS' type='get' id='7' from='a@b/c' to='gw'><q xmlns='u:x'/></iq>"
    )
    reply = iq.reply()
    assert (reply["type"], reply["id"], reply["to"]) == ("result", "7", "a@b/c")
    assert len(reply.xml) == 0
    assert len(iq.reply(clear=False).xml) == 1


def test_sending_an_iq(stream):
    iq = Iq(stream, stype="get")
    assert iq.send(print, 5, repr) == "awaitable"
    assert stream.requests == [(iq, print, 5, repr)]
    with pytest.raises(TypeError, match="seconds"):
        iq.send(timeout="5")
    with pytest.raises(NotConnectedError):
        Iq().send()


@pytest.mark.parametrize(
    ("kind", "answered"), [("get", 1), ("set", 1), ("result", 0), ("error", 0)]
)
def test_unhandled_requests_are_answered(stream, kind, answered):
    iq = received(stream, f"<iq xmlns='NS' type='{kind}' id='7' from='a@b/c' to='gw'/>")
    iq.unhandled()
    assert len(stream.sent) == answered
    if answered:
        assert f'<feature-not-implemented xmlns="{STANZAS}"/>' in stream.sent[0]
        assert 'id="7"' in stream.sent[0]
        assert 'type="error"' in stream.sent[0]


# failures


def request(stream, kind="set"):
    return received(
        stream, f"<iq xmlns='NS' type='{kind}' id='7' from='a@b/c' to='gw'><q xmlns='u:x'/></iq>"
    )


def answer(stream):
    (text,) = stream.sent
    around = f"<s xmlns='{stream.default_ns}'>{text}</s>"
    return Iq(stream, xml=ET.fromstring(around)[0], recv=True)


def test_an_xmpp_error_is_the_answer(stream):
    error = XMPPError(
        "conflict",
        text="taken",
        etype="wait",
        extension="resource",
        extension_ns="urn:x",
        extension_args={"a": "1"},
        clear=False,
        by="gw.example",
    )
    request(stream).exception(error)
    iq = answer(stream)
    assert (iq["type"], iq["id"], iq["to"]) == ("error", "7", "a@b/c")
    assert iq["error"]["condition"] == "conflict"
    assert iq["error"]["text"] == "taken"
    assert iq["error"]["type"] == "wait"
    assert iq["error"]["by"] == "gw.example"
    assert iq["error"].namespace == stream.default_ns
    assert iq["error"].xml.find("{urn:x}resource").get("a") == "1"
    assert iq.xml.find("{u:x}q") is not None
    assert stream.failures == []


def test_another_s_error_is_not_passed_on(stream, caplog):
    inner = Iq()
    inner["error"]["condition"] = "forbidden"
    inner["error"]["text"] = "private matter"
    request(stream).exception(IqError(inner))
    assert answer(stream)["error"]["condition"] == "undefined-condition"
    assert "private" not in stream.sent[0]
    assert "not caught" in caplog.text


def test_another_s_timeout_is_one(stream):
    request(stream).exception(IqTimeout(Iq()))
    assert answer(stream)["error"]["condition"] == "remote-server-timeout"
    assert answer(stream)["error"]["type"] == "wait"


def test_an_unexpected_failure_is_an_internal_server_error(stream):
    failure = ZeroDivisionError("secret detail")
    request(stream).exception(failure)
    assert answer(stream)["error"]["condition"] == "internal-server-error"
    assert "secret" not in stream.sent[0]
    assert stream.failures == [failure]


@pytest.mark.parametrize("kind", ["error", "result"])
@pytest.mark.parametrize("failure", [XMPPError("conflict"), ZeroDivisionError(), IqTimeout(None)])
def test_answers_are_not_answered(stream, kind, failure):
    request(stream, kind).exception(failure)
    assert stream.sent == []


def test_other_stanzas_only_log(caplog):
    StanzaBase().exception(ZeroDivisionError())
    StanzaBase().unhandled()
    assert StanzaBase().send() is None
    assert "without a stream" in caplog.text


# errors


def test_errors_are_put_into_stanzas(stream):
    message = Message(stream)
    message["error"]["condition"] = "gone"
    assert message["type"] == "error"
    assert message["error"]["type"] == "cancel"
    assert message.xml[0].tag == f"{{{stream.default_ns}}}error"
    message["error"]["gone"] = "xmpp:new@b"
    assert message["error"]["condition"] == "gone"
    assert message["error"]["gone"] == "xmpp:new@b"
    message["error"]["condition"] = "nonsense"
    assert message["error"]["condition"] == "gone"
    message["error"]["gone"] = ""
    assert message["error"]["condition"] == ""
    message["error"]["redirect"] = "a@b"
    assert message["error"]["redirect"] == "a@b"
    del message["error"]["redirect"]
    assert message["error"]["redirect"] == ""
    message["error"]["text"] = "x"
    del message["error"]["text"]
    assert message["error"]["text"] == ""
    message["error"]["by"] = JID("a@b")
    assert message["error"]["by"] == "a@b"


def test_received_errors(stream):
    message = received(
        stream,
        "<message xmlns='NS' type='error'><error type='modify' code='400'>"
        f"<text xmlns='{STANZAS}'>t</text><bad-request xmlns='{STANZAS}'/></error></message>",
    )
    error = message["error"]
    assert isinstance(error, Error)
    assert (error["condition"], error["text"], error["type"], error["code"]) == (
        "bad-request",
        "t",
        "modify",
        "400",
    )


def test_a_client_and_a_component_side_by_side():
    client, component = Stream(), Stream(component=True)
    one, two = Message(client), Message(component)
    one["error"]["condition"] = two["error"]["condition"] = "conflict"
    one["body"] = two["body"] = "x"
    assert one.xml.find("{jabber:client}error") is not None
    assert two.xml.find("{jabber:component:accept}error") is not None
    assert two.xml.find("{jabber:component:accept}body").text == "x"
    assert Error.namespace == Message.namespace == "jabber:client"
    assert to_bytes(one, client.default_ns).replace(b"id1", b"") == to_bytes(
        two, component.default_ns
    ).replace(b"id1", b"")


def test_a_message_of_another_namespace_inside():
    """What is forwarded keeps its namespace on any stream."""

    class Forwarded(ElementBase):
        name = "forwarded"
        namespace = "urn:xmpp:forward:0"
        plugin_attrib = "forwarded_here"

    class Outer(Message):
        pass

    register_stanza_plugin(Outer, Forwarded)
    register_stanza_plugin(Forwarded, Message)
    outer = Outer(Stream(component=True))
    outer["forwarded_here"]["message"]["body"] = "x"
    inner = outer.xml[0][0]
    assert inner.tag == "{jabber:client}message"
    assert inner[0].tag == "{jabber:client}body"
    again = Outer.wrap(outer.xml, outer.stream)
    assert again["forwarded_here"]["message"]["body"] == "x"


# rosters, streams, atoms


def test_rosters():
    iq = Iq(stype="set")
    iq["roster"]["items"] = {
        "a@b": {"name": "A", "subscription": "both", "groups": ["x", "y"]},
        JID("c@d"): {"subscription": "remove"},
    }
    items = iq["roster"]["items"]
    assert set(items) == {JID("a@b"), JID("c@d")}
    assert items["a@b"]["groups"] == ["x", "y"]
    assert items["c@d"]["subscription"] == "remove"
    assert "jid" not in items["a@b"]
    iq["roster"]["items"] = {}
    assert iq["roster"]["items"] == {}
    assert len(iq["roster"].xml) == 0


def test_roster_versions():
    roster = Roster()
    assert roster["ver"] is None
    roster["ver"] = ""
    assert roster["ver"] == ""
    roster.set_ver(None)
    assert roster["ver"] is None


def test_a_roster_entry_that_is_no_address(caplog):
    iq = Iq(
        xml=ET.fromstring(
            "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'><item jid='@'/>"
            "<item jid='a@b'><group/></item></query></iq>"
        )
    )
    assert list(iq["roster"]["items"]) == ["a@b"]
    assert iq["roster"]["items"]["a@b"]["groups"] == [""]
    assert "not a JID" in caplog.text


def test_stream_errors():
    stream = Stream()
    error = received(
        stream,
        "<error xmlns='http://etherx.jabber.org/streams'>"
        "<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>h:1</see-other-host>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>t</text></error>",
    )
    assert isinstance(error, StreamError)
    assert (error["condition"], error["see_other_host"], error["text"]) == (
        "see-other-host",
        "h:1",
        "t",
    )
    new = StreamError(stream)
    new["condition"] = "conflict"
    assert to_bytes(new) == (
        b'<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>'
    )
    new["see_other_host"] = "h"
    del new["see_other_host"]
    assert new["condition"] == ""


def test_stream_features():
    class Bind(ElementBase):
        name = "bind"
        namespace = "urn:bind"
        plugin_attrib = "bind"
        interfaces: ClassVar = {"required"}
        bool_interfaces: ClassVar = {"required"}

    class Session(Bind):
        name = "session"
        plugin_attrib = "session"

    class Features(StreamFeatures):
        pass

    register_stanza_plugin(Features, Bind)
    register_stanza_plugin(Features, Session)
    features = Features(
        xml=ET.fromstring(
            "<features xmlns='http://etherx.jabber.org/streams'>"
            "<bind xmlns='urn:bind'><required/></bind><session xmlns='urn:bind'/></features>"
        )
    )
    assert set(features["features"]) == {"bind", "session"}
    assert [type(plugin) for plugin in features["required"]] == [Bind]
    assert [type(plugin) for plugin in features["optional"]] == [Session]
    features["features"] = None
    features.set_features(1)
    assert StreamFeatures.plugin_attrib_map is not Features.plugin_attrib_map


def test_handshake():
    stream = Stream(component=True)
    handshake = Handshake(stream)
    assert handshake["value"] is None
    handshake["value"] = "digest"
    assert to_bytes(handshake, stream.default_ns) == b"<handshake>digest</handshake>"
    assert "digest" not in repr(handshake)
    del handshake["value"]
    assert handshake["value"] == ""


def test_atom():
    entry = AtomEntry()
    entry["title"] = "t"
    entry["author"]["name"] = "n"
    assert AtomAuthor.namespace == AtomEntry.namespace
    assert entry["author"]["name"] == "n"
    assert entry["title"] == "t"
