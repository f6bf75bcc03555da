"""ElementBase: plugins, inherited languages, lists, values, copies, equality, laziness."""

from __future__ import annotations

import copy
import gc
import logging
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase

from .helpers import parsed


def test_language_is_inherited(classes):
    root = classes[0]()
    root["lang"] = "de"
    assert root["plug"]["lang"] == "de"
    root["plug"]["sub"] = "x"
    assert root["plug"]["sub|de"] == "x"
    del root["lang"]
    assert root["lang"] == ""


def test_plugins_are_made_and_found(classes):
    root = classes[0]()
    assert "plug" not in root
    root["plug"]["attr"] = "1"
    assert "plug" in root
    assert root["plug"] is root["plug"]
    assert str(root) == ('<root xmlns="jabber:client"><plugin xmlns="urn:test" attr="1" /></root>')
    root["plug"] = "value"
    assert root["plug"]["plug"] == "value"
    assert root.loaded_plugins == {"plug"}
    del root["plug"]
    assert "plug" not in root
    assert len(root.xml) == 0
    del root["plug"]


def test_received_plugins_are_wrapped_when_first_asked_for(classes):
    text = (
        "<root xmlns='jabber:client'><plugin xmlns='urn:test' attr='1'><sub>s</sub></plugin>"
        "<ext xmlns='urn:ext'>e</ext><other xmlns='urn:o'/></root>"
    )
    root = parsed(classes[0], text)
    assert root._children is None
    assert root["id"] == ""
    assert root._children is None
    assert root["plug"]["sub"] == "s"
    assert root["ext"] == "e"
    assert set(root.plugins) == {("plug", ""), ("ext", None)}
    assert len(root.xml) == 3


def test_iterables(classes):
    root_class, _, _, item_class = classes
    root = root_class()
    for name in "abc":
        item = item_class()
        item["id"] = name
        assert root.append(item) is root
    assert [item["id"] for item in root] == ["a", "b", "c"]
    assert [item["id"] for item in root["items"]] == ["a", "b", "c"]
    assert len(root) == len(root["substanzas"]) == 3
    assert [(x["id"], y["id"]) for x in root for y in root][:2] == [("a", "a"), ("a", "b")]
    assert root.pop()["id"] == "a"
    assert len(root.xml) == 2
    assert root.next()["id"] == "b"
    assert next(root)["id"] == "c"
    with pytest.raises(StopIteration):
        root.next()
    root["items"] = [item_class(), item_class(), item_class()]
    assert len(root["items"]) == len(root.xml) == 3
    del root["items"]
    assert len(root.xml) == len(root) == 0
    assert root


def test_received_iterables(classes):
    text = (
        "<root xmlns='jabber:client'><item xmlns='urn:test' id='1'/><item xmlns='urn:test'/></root>"
    )
    root = parsed(classes[0], text)
    assert [item["id"] for item in root["items"]] == ["1", ""]
    assert len(root["substanzas"]) == 2
    del root["item"]
    assert len(root["items"]) == 1


def test_append_takes_elements_and_stanzas_only(classes):
    root = classes[0]()
    root.append(ET.Element("{urn:x}x"))
    assert len(root.xml) == 1
    assert len(root) == 0
    with pytest.raises(TypeError):
        root.append("<x/>")


def test_append_a_stanza_that_is_no_plugin(classes):
    root = classes[0]()
    root.append(Message())
    assert len(root) == 1


def test_clear(classes):
    root = classes[0](sid="1")
    root["plug"]["attr"] = "1"
    root["body"] = "x"
    root.append(classes[3]())
    root.clear()
    assert str(root) == '<root xmlns="jabber:client" id="1" />'
    assert "plug" not in root
    assert len(root) == 0


def test_unknown_interfaces(classes, caplog):
    root = classes[0]()
    with caplog.at_level(logging.WARNING):
        assert root["nonsense"] == ""
    assert "nonsense" in caplog.text
    root["nonsense"] = "x"
    del root["nonsense"]
    assert len(root.xml.attrib) == 0

    class Strict(classes[0]):
        strict_interface = True

    with pytest.raises(ValueError, match="nonsense"):
        _ = Strict()["nonsense"]


def test_get_and_contains(classes):
    root = classes[0]()
    assert root.get("id") is None
    assert root.get("id", "none") == "none"
    root["id"] = "1"
    assert root.get("id") == "1"
    assert "id" in root
    assert "body" in root
    assert "plug" not in root
    assert "nonsense" not in root
    assert "substanzas" not in root


def test_values(classes):
    root = classes[0](sto="a@b")
    root["plug"]["attr"] = "1"
    root["body|fr"] = "salut"
    item = classes[3]()
    item["id"] = "i"
    root.append(item)
    values = root.values
    assert values["to"] == "a@b"
    assert values["plug"]["attr"] == "1"
    assert values["body|*"] == {"fr": "salut"}
    assert values["substanzas"][0]["id"] == "i"
    other = classes[0]()
    other.values = values
    assert other["plug"]["attr"] == "1"
    assert other["items"][0]["id"] == "i"
    assert other == root
    assert root.get_stanza_values() == values
    assert set(root.keys()) >= {"to", "plug", "lang", "substanzas"}


def test_values_with_an_address_that_is_none(classes):
    root = parsed(classes[0], "<root xmlns='jabber:client' from='@@'/>")
    assert root.values["from"] == "@@"


def test_equality(classes):
    one, two = classes[0](sid="1"), classes[0](sid="1")
    assert one == two
    two["plug"]["attr"] = "x"
    assert one != two
    one["plug"]["attr"] = "x"
    assert one == two
    assert one != "text"
    with pytest.raises(TypeError):
        hash(one)


def test_copies_share_nothing(classes):
    root = classes[0](sid="1")
    root["plug"]["attr"] = "1"
    for other in (copy.copy(root), copy.deepcopy(root)):
        assert other == root
        other["plug"]["attr"] = "2"
        other["id"] = "2"
        assert root["plug"]["attr"] == "1"
        assert root["id"] == "1"
    plugin = copy.copy(root["plug"])
    assert plugin.parent() is root


def test_nested_names():
    class Nested(ElementBase):
        name = "outer/inner"
        namespace = "urn:n"

    assert str(Nested()) == '<outer xmlns="urn:n"><inner /></outer>'


def test_a_stanza_is_freed_at_once(classes):
    import weakref

    gc.disable()
    try:
        root = classes[0](sid="1")
        root["plug"]["attr"] = "1"
        alive = weakref.ref(root)
        del root
        assert alive() is None
    finally:
        gc.enable()
