"""The index gives what asking every handler would give, and asks only a few."""

from __future__ import annotations

import random
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.jid import JID
from actorxmpp.stanza import Iq, Message
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
from actorxmpp.xmlstream.index import HandlerIndex, StanzaRegistry

from .matcher.helpers import (
    CLIENT,
    COMPONENT,
    MASKS,
    PATHS,
    STANZAS,
    XPATHS,
    Everything,
    Picky,
    build,
)


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


# the registry of stanza classes


def test_the_registry_finds_the_class_of_an_element():
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


def test_an_element_becomes_a_stanza_and_its_handlers_by_one_call():
    index = HandlerIndex(StanzaRegistry([Message]))
    wanted = Callback("wanted", StanzaPath("message"), print)
    index.add(wanted)
    stanza, handlers = index.read(ET.Element("{jabber:client}message"), None)
    assert type(stanza) is Message
    assert handlers == [wanted]
    index.prepare(lambda _: ET.Element("{jabber:client}iq"))
    assert index.read(ET.Element("{jabber:client}message"), None)[1] == []
    index.use(StanzaRegistry([Iq]))
    assert type(index.build(ET.Element("{jabber:client}message"), None)) is Iq
