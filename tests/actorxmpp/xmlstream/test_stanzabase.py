"""StanzaBase, and stanza classes registered as plugins of others."""

from __future__ import annotations

from typing import ClassVar
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.jid import JID
from actorxmpp.xmlstream import ElementBase, StanzaBase, register_stanza_plugin
from actorxmpp.xmlstream.stanzabase import multifactory

from .helpers import parsed


def test_addresses_are_jids(classes):
    root = classes[0](sto="A@b/c", sfrom=JID("d@e"))
    assert root["to"] is JID("a@b/c") or root["to"] == "a@b/c"
    assert root["from"] == JID("d@e")
    assert root.xml.get("to") == "A@b/c"
    assert classes[0]()["to"] == ""


def test_a_type_that_is_none_is_ignored(classes):
    root = classes[0](stype="a")
    root["type"] = "zzz"
    assert root["type"] == "a"
    assert root.error()["type"] == "error"


def test_a_setup_of_one_s_own():
    class Own(StanzaBase):
        name = "own"
        interfaces: ClassVar = {"made"}

        def setup(self, xml=None):
            made = StanzaBase.setup(self, xml)
            if made:
                self["made"] = "yes"
            return made

    assert Own()["made"] == "yes"
    assert Own.wrap(ET.Element("{jabber:client}own"))["made"] == ""


def test_other_stanzas_only_log(caplog):
    StanzaBase().exception(ZeroDivisionError())
    StanzaBase().unhandled()
    assert StanzaBase().send() is None
    assert "without a stream" in caplog.text


def test_pretty_print(classes, capsys):
    root = classes[0]()
    root["body"] = "x"
    root.pretty_print()
    assert capsys.readouterr().out.count("\n") == 3


def test_registering_again_changes_nothing(classes):
    root_class, plugin_class, _, item_class = classes
    before = dict(root_class.plugin_attrib_map)
    register_stanza_plugin(root_class, plugin_class)
    register_stanza_plugin(root_class, item_class, iterable=True)
    assert root_class.plugin_attrib_map == before


def test_registering_does_not_reach_other_classes(classes):
    root_class, plugin_class, _, _ = classes

    class Other(StanzaBase):
        name = "other"

    assert "plug" not in Other.plugin_attrib_map
    assert "plug" not in StanzaBase.plugin_attrib_map

    class Child(root_class):
        name = "child"

    assert Child()["plug"].__class__ is plugin_class


def test_several_elements_with_one_name():
    class State(ElementBase):
        namespace = "urn:state"
        plugin_attrib = "state"
        interfaces: ClassVar = {"state"}
        is_extension = True

        def get_state(self):
            return self.xml.tag.rpartition("}")[2]

    active = type("Active", (State,), {"name": "active"})
    paused = type("Paused", (State,), {"name": "paused"})

    class Root(StanzaBase):
        name = "root"

    register_stanza_plugin(Root, active)
    register_stanza_plugin(Root, paused)
    assert parsed(Root, "<root xmlns='jabber:client'><active xmlns='urn:state'/></root>")[
        "state"
    ] == ("active")


def test_multifactory(classes):
    root_class, _, _, item_class = classes
    multi = multifactory(item_class, "many")
    register_stanza_plugin(root_class, multi)
    root = root_class()
    root.append(item_class())
    assert len(root["many"]) == 1
    with pytest.raises(ValueError, match="gone"):
        _ = multi(parent=root_class())["many"]
