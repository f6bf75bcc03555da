"""Matchers, and the index that must give what asking every handler would give."""

from __future__ import annotations

import random
from typing import ClassVar
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.jid import JID
from actorxmpp.stanza import Iq, Message, Presence, StreamError
from actorxmpp.xmlstream import (
    Callback,
    ElementBase,
    MatcherId,
    MatchIDSender,
    MatchMany,
    MatchXMLMask,
    MatchXPath,
    StanzaPath,
    register_stanza_plugin,
)
from actorxmpp.xmlstream.handler import BaseHandler
from actorxmpp.xmlstream.index import HandlerIndex
from actorxmpp.xmlstream.matcher import MatcherBase
from actorxmpp.xmlstream.matcher.base import Key, KeyKind, keys_of
from actorxmpp.xmlstream.matcher.xmlmask import BadMask
from actorxmpp.xmlstream.registry import StanzaRegistry

CLIENT = "jabber:client"
COMPONENT = "jabber:component:accept"


class Probe(ElementBase):
    name = "probe"
    namespace = "urn:probe"
    plugin_attrib = "probing"
    interfaces: ClassVar = {"kind"}


class Part(ElementBase):
    name = "part"
    namespace = "urn:probe"
    plugin_attrib = "part"
    interfaces: ClassVar = {"no"}


register_stanza_plugin(Message, Probe)
register_stanza_plugin(Iq, Probe)
register_stanza_plugin(Probe, Part, iterable=True)


def build(text, namespace=CLIENT):
    registry = StanzaRegistry([Message, Presence, Iq, StreamError])
    element = ET.fromstring(text.replace("NS", namespace))
    return registry.build(element)


GONE = "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
PART = "<part no='1'/>"
STANZAS = [
    "<message xmlns='NS' type='chat' id='m1' from='a@b/c'><body>x</body></message>",
    f"<message xmlns='NS' id='m2'><probe xmlns='urn:probe' kind='k'>{PART}</probe></message>",
    f"<message xmlns='NS' type='error'><body>x</body><error>{GONE}</error></message>",
    "<presence xmlns='NS'><show>xa</show><priority>2</priority><status>s</status></presence>",
    "<presence xmlns='NS' type='subscribe' from='a@b'/>",
    "<iq xmlns='NS' type='get' id='i1' from='a@b/c'><probe xmlns='urn:probe'/></iq>",
    "<iq xmlns='NS' type='result' id='i2' from='a@b'><query xmlns='jabber:iq:roster'/></iq>",
    "<iq xmlns='NS' type='set'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>",
    "<enabled xmlns='urn:xmpp:sm:3'/>",
]

# path -> the numbers of the stanzas it fits
PATHS = {
    "message": {0, 1, 2},
    "message/body": {0, 2},
    "message@type=chat": {0},
    "message@type=chat/body": {0},
    "message@id": {0, 1},
    "message/probing": {1},
    "message/probing@kind=k": {1},
    "message/probing@kind=z": set(),
    "message/probing/part": {1},
    "message/probing/part@no=1": {1},
    "message/probing/part@no=2": set(),
    "message/error": {2},
    "message/error@condition=gone": {2},
    "message/probe": set(),
    "presence": {3, 4},
    "presence@show=xa@priority=2": {3},
    "presence@show=xa/status": {3},
    "presence@type=subscribe": {4},
    "iq@type=get/probing": {5},
    "iq/probing": {5},
    "iq@type=set/roster": {7},
    "iq@type=set/roster/item": {7},
    "iq/roster": {6, 7},
    "{jabber:client}iq/{jabber:iq:roster}roster": {6, 7},
    "enabled": set(),
    "probing": {1, 5},
}


@pytest.mark.parametrize("namespace", [CLIENT, COMPONENT])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_stanza_paths(path, namespace):
    matcher = StanzaPath(path)
    found = {i for i, text in enumerate(STANZAS) if matcher.match(build(text, namespace))}
    assert found == PATHS[path]


XPATHS = {
    "{NS}message": {0, 1, 2},
    "{NS}message/{NS}body": {0, 2},
    "{NS}message/{urn:probe}probe": {1},
    "{NS}message/{urn:probe}probe/part": {1},
    "{NS}message/{urn:probe}probe/{urn:probe}none": set(),
    "{NS}iq/{jabber:iq:roster}query": {6, 7},
    "{NS}message/{NS}error/*": {2},
    "{NS}*": {0, 1, 2, 3, 4, 5, 6, 7, 8},
    "{NS}presence[@type='subscribe']": {4},
    "{urn:xmpp:sm:3}enabled": {8},
    "message": set(),
    "{urn:other}message": set(),
}


@pytest.mark.parametrize("namespace", [CLIENT, COMPONENT])
@pytest.mark.parametrize("path", sorted(XPATHS))
def test_xpaths(path, namespace):
    matcher = MatchXPath(path.replace("NS", namespace))
    found = {i for i, text in enumerate(STANZAS) if matcher.match(build(text, namespace))}
    assert found == XPATHS[path]


MASKS = {
    "<message xmlns='jabber:client'><body/></message>": {0, 2},
    "<message xmlns='jabber:client' type='chat'/>": {0},
    "<message><probe xmlns='urn:probe' kind='k'/></message>": {1},
    "<message xmlns='jabber:client'><body>x</body></message>": {0, 2},
    "<message xmlns='jabber:client'><body>y</body></message>": set(),
    "<iq/>": {5, 6, 7},
    "<iq xmlns='urn:x'/>": set(),
    "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>": {7},
}


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_masks(mask):
    for matcher in (MatchXMLMask(mask), MatchXMLMask(ET.fromstring(mask))):
        found = {i for i, text in enumerate(STANZAS) if matcher.match(build(text))}
        assert found == MASKS[mask]


def test_a_mask_s_default_namespace():
    matcher = MatchXMLMask("<iq/>")
    matcher.setDefaultNS(COMPONENT)
    assert matcher.match(build(STANZAS[5], COMPONENT))
    assert not matcher.match(build(STANZAS[5]))
    with pytest.raises(BadMask):
        MatchXMLMask("<iq>")


def test_ids_and_senders():
    assert MatcherId("m1").match(build(STANZAS[0]))
    assert not MatcherId("m1").match(build(STANZAS[1]))

    def fits(sender, peer="room@muc.example/nick", own="me@example.net/r", wanted="1"):
        attribute = f"from='{sender}'" if sender is not None else ""
        stanza = build(f"<iq xmlns='NS' type='result' id='1' {attribute}/>")
        criteria = {"id": wanted, "self": JID(own), "peer": JID(peer)}
        return MatchIDSender(criteria).match(stanza)

    for sender in (
        None,
        "me@example.net",
        "example.net",
        "room@muc.example/nick",
        "room@muc.example",
        "muc.example",
    ):
        assert fits(sender)
    for sender in ("me@example.net/r", "mallory@example.net", "room@muc.example/other"):
        assert not fits(sender)
    assert not fits("room@muc.example/nick", wanted="2")


def matchers():
    for path in PATHS:
        yield StanzaPath(path)
    for path in XPATHS:
        yield MatchXPath(path.replace("NS", CLIENT))
        yield MatchXPath(path.replace("NS", COMPONENT))
    for mask in MASKS:
        yield MatchXMLMask(mask)
    for name in ("m1", "i2", "none"):
        yield MatcherId(name)
        yield MatchIDSender({"id": name, "self": JID("a@b/c"), "peer": JID("a@b")})
    yield MatchMany([StanzaPath("message/body"), MatcherId("m1"), MatchXPath("{jabber:client}iq")])
    yield MatchMany([MatchXPath("{jabber:client}message"), Everything(None)])


class Everything(MatcherBase):
    def match(self, xml):
        return True


class Picky(MatchXPath):
    """Keeps its parent's keys out of use: its ``match`` takes more than they say."""

    def match(self, xml):
        return xml.xml.get("id") == "i2"


@pytest.mark.parametrize("namespace", [CLIENT, COMPONENT])
def test_the_index_finds_what_asking_everybody_would(namespace):
    handlers = [Callback(f"h{i}", matcher, print) for i, matcher in enumerate(matchers())]
    handlers.append(Callback("all", Everything(None), print))
    handlers.append(Callback("picky", Picky("{jabber:client}message"), print))
    rng = random.Random(7)
    for _ in range(20):
        rng.shuffle(handlers)
        index = HandlerIndex()
        for handler in handlers:
            index.add(handler)
        for text in STANZAS:
            stanza = build(text, namespace)
            found = [handler.name for handler in index.match(stanza)]
            asked = [handler.name for handler in handlers if handler.match(build(text, namespace))]
            if stanza.name not in ("message", "presence", "iq"):
                assert set(found) == set(asked)
            assert found == asked


def test_the_index_asks_only_those_that_may_fit():
    asked = []

    class Asking(StanzaPath):
        def match(self, stanza):
            asked.append(self._raw_criteria)
            return super().match(stanza)

        def index_keys(self):
            return super().index_keys()

    index = HandlerIndex()
    for i in range(1_000):
        index.add(Callback(f"h{i}", Asking(f"iq@type=get/plugin{i}"), print))
        index.add(Callback(f"m{i}", MatchXPath(f"{{jabber:client}}message/{{urn:x}}c{i}"), print))
        index.add(Callback(f"i{i}", MatcherId(f"id{i}"), print))
    for text in STANZAS:
        index.match(build(text))
    assert asked == []
    assert len(index) == 3_000


def test_adding_and_removing():
    index = HandlerIndex()
    first, second, other = (
        Callback("same", StanzaPath("message"), print),
        Callback("same", MatcherId("m1"), print),
        Callback("other", Everything(None), print),
    )
    for handler in (first, second, other):
        index.add(handler)
    stanza = build(STANZAS[0])
    assert index.match(stanza) == [first, second, other]
    assert list(index) == [first, second, other]
    assert "same" in index
    assert index.remove("same")
    assert index.match(stanza) == [second, other]
    assert index.remove("same")
    assert not index.remove("same")
    assert index.discard(other)
    assert not index.discard(other)
    assert index.match(stanza) == []
    assert len(index) == 0
    tables = (index._by_id, index._by_name, index._by_owner, index._by_path, index._by_tag)
    assert not any(tables)
    assert index._others == []


def test_removing_an_owner():
    index = HandlerIndex()
    for number in range(4):
        handler = Callback(f"h{number}", StanzaPath("message"), print)
        handler.owner = "xep_0199" if number % 2 else None
        index.add(handler)
    index.remove_owner("xep_0199")
    assert [handler.name for handler in index] == ["h0", "h2"]
    index.remove_owner("nobody")
    index.remove_owner(None)
    assert len(index) == 0


def test_handlers_that_are_not_ours():
    class Foreign:
        name = "foreign"

        def match(self, stanza):
            return stanza["id"] == "m1"

    class Overriding(BaseHandler):
        def match(self, xml):
            return True

    index = HandlerIndex()
    foreign, overriding = Foreign(), Overriding("o", MatcherId("never"))
    index.add(foreign)
    index.add(overriding)
    assert index.match(build(STANZAS[0])) == [foreign, overriding]
    assert index.match(build(STANZAS[1])) == [overriding]


def test_keys():
    assert keys_of(MatchXPath("{a}b/{c}d")) == (Key(KeyKind.TAG, "{a}b", "{c}d", exact=True),)
    assert keys_of(MatchXPath("{a}b/{c}d/e")) == (Key(KeyKind.TAG, "{a}b", "{c}d"),)
    assert keys_of(MatchXPath("{a}*")) is None
    assert keys_of(Everything(None)) is None
    assert keys_of(Picky("{a}b")) is None
    assert keys_of(MatcherBase(None)) is None
    assert not MatcherBase(None).match(build(STANZAS[0]))


def test_plugins_registered_after_the_handler():
    class Late(ElementBase):
        name = "late"
        namespace = "urn:late"
        plugin_attrib = "came_late"

    index = HandlerIndex()
    index.add(Callback("late", StanzaPath("message/came_late"), print))
    text = "<message xmlns='NS'><late xmlns='urn:late'/></message>"
    assert index.match(build(text)) == []
    register_stanza_plugin(Message, Late)
    assert len(index.match(build(text))) == 1


def test_many_child_names_are_bounded():
    from actorxmpp.xmlstream.accessors import MAX_CHILD_NAMES

    index = HandlerIndex()
    index.add(Callback("h", StanzaPath("message/probing"), print))
    for number in range(MAX_CHILD_NAMES + 100):
        index.match(build(f"<message xmlns='NS'><x{number} xmlns='urn:x'/></message>"))
    assert len(Message._child_names) <= MAX_CHILD_NAMES


BODY = "<message xmlns='NS'{}><body>x</body></message>"


def test_a_shape_is_remembered_until_handlers_come_or_go():
    index = HandlerIndex()
    assert index.match(build(BODY.format(""))) == []
    one = Callback("one", MatchXPath("{NS}message/{NS}body".replace("NS", CLIENT)), print)
    index.add(one)
    assert index.match(build(BODY.format(""))) == [one]
    index.discard(one)
    assert index.match(build(BODY.format(""))) == []


@pytest.mark.parametrize("path", ["message@type=chat", "message@type=chat/body"])
@pytest.mark.parametrize(
    ("attribute", "fits"), [(" type='chat'", True), (" type='groupchat'", False), ("", False)]
)
def test_handlers_of_another_type_are_not_asked(path, attribute, fits):
    index = HandlerIndex()
    index.add(Callback("chat", StanzaPath(path), print))
    for _ in range(2):  # the second time from memory
        assert bool(index.match(build(BODY.format(attribute)))) is fits


def test_a_message_without_a_type_is_normal():
    index = HandlerIndex()
    index.add(Callback("normal", StanzaPath("message@type=normal/body"), print))
    assert len(index.match(build(BODY.format("")))) == 1


def test_a_presence_whose_type_is_its_show_is_asked_each_time():
    index = HandlerIndex()
    index.add(Callback("away", StanzaPath("presence@type=away"), print))
    for show, count in (("away", 1), ("xa", 0), ("away", 1)):
        text = f"<presence xmlns='NS'><show>{show}</show></presence>"
        assert len(index.match(build(text))) == count


def test_remembered_shapes_are_bounded():
    index = HandlerIndex()
    for number in range(1_000):
        index.match(build(f"<message xmlns='NS'><x{number} xmlns='urn:x'/></message>"))
    index.match(build(f"<message xmlns='NS'>{'<y/>' * 50}</message>"))
    assert len(index._plans) <= 16
    assert max(map(len, index._plans)) <= 10


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
