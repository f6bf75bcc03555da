"""Message: interfaces, replies, threads, rooms (RFC 6121 section 5)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from actorxmpp.jid import InvalidJID
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

from .helpers import Stream, received


def chat(stream, more="", kind="chat"):
    return received(
        stream,
        f"<message xmlns='NS' type='{kind}' id='m1' from='juliet@a.example/x' to='gw.example'>"
        f"<body>hi</body>{more}</message>",
    )


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
