"""StreamFeatures: what is offered, required and optional (RFC 6120 section 4.3.2)."""

from __future__ import annotations

from typing import ClassVar
from xml.etree import ElementTree as ET

from actorxmpp.stanza import StreamFeatures
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin


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
