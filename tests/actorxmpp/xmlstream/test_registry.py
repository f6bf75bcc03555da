"""StanzaRegistry: which class an element of the stream gets."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream.registry import StanzaRegistry

from .matcher.helpers import CLIENT, COMPONENT


def test_registry():
    registry = StanzaRegistry([Message])
    assert Message in registry
    assert Iq not in registry
    for namespace in (CLIENT, COMPONENT, "jabber:server"):
        stanza = registry.build(ET.Element(f"{{{namespace}}}message"))
        assert type(stanza) is Message
        assert stanza.namespace == namespace
    assert type(registry.build(ET.Element("{urn:x}message"))).__name__ == "StanzaBase"

    class Special(Message):
        namespace = COMPONENT

    registry.register(Special)
    assert type(registry.build(ET.Element(f"{{{COMPONENT}}}message"))) is Special
    assert type(registry.build(ET.Element(f"{{{CLIENT}}}message"))) is Message
    assert registry.remove(Special)
    assert not registry.remove(Special)
    assert registry.find(f"{{{COMPONENT}}}message") is Message
