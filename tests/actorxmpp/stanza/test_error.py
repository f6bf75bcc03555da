"""Error: conditions, text, addresses carried, content namespaces (RFC 6120 section 8.3)."""

from __future__ import annotations

from actorxmpp.exceptions import DEFAULT_ERROR_TYPES
from actorxmpp.jid import JID
from actorxmpp.stanza import Error, Message
from actorxmpp.xmlstream.serialize import to_bytes

from .helpers import STANZAS, Stream, received


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


def test_every_condition_has_a_default_type():
    assert Error.conditions == set(DEFAULT_ERROR_TYPES)
    assert set(DEFAULT_ERROR_TYPES.values()) <= Error.types
