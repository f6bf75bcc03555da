"""StanzaBase, and stanza classes registered as plugins of others."""

from __future__ import annotations

import copy
from typing import ClassVar
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.jid import JID
from actorxmpp.xmlstream import ElementBase, StanzaBase, register_stanza_plugin
from actorxmpp.xmlstream.stanzabase import is_plain, multifactory

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


class Stream:
    """As much of a stream as a stanza asks for."""

    def __init__(self, default_ns="jabber:client", is_component=False):
        self.default_ns = default_ns
        self.is_component = is_component
        self.namespace_map = {}
        self.sent = []

    def send(self, stanza):
        self.sent.append(stanza)
        return "sent"


COMPONENT = "jabber:component:accept"


def test_a_new_stanza_is_filled_in():
    class Filled(StanzaBase):
        types: ClassVar = {"a"}

        def fill_in(self):
            self["id"] = self["id"] or "made"

    assert Filled()["id"] == "made"
    assert Filled(recv=True)["id"] == ""
    new = Filled(stype="a", sto="a@b", sfrom="c@d", sid="1")
    assert dict(new.xml.items()) == {"type": "a", "to": "a@b", "from": "c@d", "id": "1"}


@pytest.mark.parametrize(
    ("own", "of_stream", "expected"),
    [
        ("jabber:client", "jabber:client", "jabber:client"),
        ("jabber:client", COMPONENT, COMPONENT),
        (COMPONENT, "jabber:client", "jabber:client"),
        ("jabber:client", "urn:other", "jabber:client"),
        ("urn:own", COMPONENT, "urn:own"),
    ],
)
def test_a_new_stanza_has_its_stream_s_content_namespace(own, of_stream, expected):
    cls = type("Own", (StanzaBase,), {"name": "own", "namespace": own})
    stanza = cls(Stream(of_stream))
    assert stanza.namespace == expected
    assert stanza.xml.tag == f"{{{expected}}}own"
    assert cls.namespace == own


@pytest.mark.parametrize("namespace", ["jabber:client", COMPONENT])
def test_a_wrapped_stanza_has_its_element_s_namespace(namespace):
    stream = Stream()
    xml = ET.Element(f"{{{namespace}}}stanza")
    stanza = StanzaBase.wrap(xml, stream)
    assert (stanza.xml, stanza.stream, stanza.parent) == (xml, stream, None)
    assert stanza.namespace == namespace


def test_a_constructor_of_one_s_own_is_called_by_wrap_and_reply():
    class Own(StanzaBase):
        def __init__(self, *args, **kwargs):
            StanzaBase.__init__(self, *args, **kwargs)
            self.mine = kwargs["recv"]

    assert not is_plain(Own)
    assert is_plain(StanzaBase)
    received = Own.wrap(ET.Element("{jabber:client}stanza"))
    assert received.mine is True
    assert received.reply().mine is True


def test_a_setup_of_one_s_own_is_called_for_a_reply():
    class Own(StanzaBase):
        made: ClassVar = []

        def setup(self, xml=None):
            self.made.append(xml)
            return StanzaBase.setup(self, xml)

    assert not is_plain(Own)
    reply = Own.wrap(ET.Element("{jabber:client}stanza")).reply()
    assert Own.made[-1] is reply.xml


@pytest.mark.parametrize("is_component", [False, True])
@pytest.mark.parametrize("sender", ["a@b/c", None])
@pytest.mark.parametrize("receiver", ["d@e", None])
def test_a_reply_goes_back_to_the_sender(is_component, sender, receiver):
    stream = Stream(is_component=is_component)
    stanza = StanzaBase(stream, sto=receiver, sfrom=sender, sid="1")
    reply = stanza.reply()
    assert reply.xml.get("to") == sender
    assert reply.xml.get("from") == (receiver if is_component else None)
    assert (reply["id"], reply.stream) == ("1", stream)
    assert (stanza.xml.get("to"), stanza.xml.get("from")) == (receiver, sender)


def test_a_reply_has_the_namespace_of_its_stanza():
    reply = StanzaBase.wrap(ET.Element(f"{{{COMPONENT}}}stanza"), Stream(COMPONENT)).reply()
    assert reply.namespace == COMPONENT
    assert reply.xml.tag == f"{{{COMPONENT}}}stanza"
    assert reply.parent is None


def test_a_reply_has_the_content_on_demand_and_its_own_copy_of_it():
    stanza = StanzaBase(xml=ET.fromstring("<stanza xmlns='jabber:client'>t<a>x</a></stanza>"))
    assert (len(stanza.reply().xml), stanza.reply().xml.text) == (0, None)
    reply = stanza.reply(clear=False)
    assert (reply.xml.text, reply.xml[0].text) == ("t", "x")
    reply.xml[0].text = "changed"
    assert stanza.xml[0].text == "x"


def test_the_payload_is_the_list_of_sub_elements():
    stanza = StanzaBase()
    one, two = ET.Element("{urn:x}one"), ET.Element("{urn:x}two")
    assert stanza.set_payload(one) is stanza
    assert stanza.set_payload([two, StanzaBase()]) is stanza
    assert stanza.get_payload()[:2] == [one, two]
    assert len(stanza.get_payload()) == 3
    assert stanza.del_payload() is stanza
    assert stanza.get_payload() == []


def test_a_stanza_is_sent_on_its_stream():
    stream = Stream()
    stanza = StanzaBase(stream)
    assert stanza.send() == "sent"
    assert stream.sent == [stanza]


def test_a_copy_is_on_the_same_stream():
    stanza = StanzaBase(Stream(), sid="1")
    other = copy.copy(stanza)
    assert other == stanza
    assert other.stream is stanza.stream
    assert other.xml is not stanza.xml


def test_the_text_of_a_stanza_leaves_out_its_stream_s_namespace():
    assert str(StanzaBase(Stream(), sid="1")) == '<stanza id="1" />'
    assert str(StanzaBase(sid="1")) == '<stanza xmlns="jabber:client" id="1" />'
    other = StanzaBase.wrap(ET.Element(f"{{{COMPONENT}}}stanza"), Stream())
    assert str(other) == f'<stanza xmlns="{COMPONENT}" />'


def test_the_list_of_plugins_in_one_language(classes):
    root_class, _, _, item_class = classes
    root = root_class()
    for lang in ("", "fr", "de", "fr"):
        item = item_class()
        item["lang"] = lang
        root.append(item)
    root.append(StanzaBase())
    assert [item["lang"] for item in root["items"]] == ["", "fr", "de", "fr"]
    assert [item["lang"] for item in root["items|fr"]] == ["fr", "fr"]
    del root["items|fr"]
    assert [item["lang"] for item in root["items|*"]] == ["", "de"]
