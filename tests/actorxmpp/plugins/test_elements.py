"""Kinds of stanza classes that many XEPs have."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.elements import (
    EmptyElement,
    JidElement,
    OptionalElement,
    is_true,
    read_number,
)
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import StanzaBase, register_stanza_plugin


class Store(EmptyElement):
    name = plugin_attrib = "test_store"
    namespace = "urn:example:store"


class Row(EmptyElement, StanzaBase):
    name = "row"
    namespace = "urn:example:store"


def test_an_empty_element_is_put_in_and_taken_out() -> None:
    register_stanza_plugin(Message, Store)
    message = Message()
    message.enable("test_store")
    assert "test_store" in message
    assert str(message["test_store"]) == '<test_store xmlns="urn:example:store" />'
    del message["test_store"]
    assert str(message) == '<message xmlns="jabber:client" />'


def test_an_empty_element_has_no_interfaces_of_a_stanza() -> None:
    assert Store().keys() == ["lang"]
    assert Row().keys() == ["lang"]


class Who(JidElement):
    name = plugin_attrib = "who"
    namespace = "urn:example:store"
    interfaces: ClassVar[set[str]] = {"jid"}


def test_a_jid_that_is_none_is_an_empty_one() -> None:
    who = Who()
    assert who["jid"] == JID()
    who["jid"] = JID("a@b/c")
    assert str(who) == '<who xmlns="urn:example:store" jid="a@b/c" />'
    assert isinstance(who["jid"], JID)
    who.xml.set("jid", "@")
    assert who["jid"] == JID()


def test_what_says_yes() -> None:
    assert [is_true(text) for text in ("true", "1", " 1 ", "false", "0", "")] == [
        *(True, True, True, False, False, False)
    ]


class Urgent(OptionalElement):
    name = plugin_attrib = "urgent"
    namespace = "urn:example:store"
    interfaces: ClassVar[set[str]] = {"urgent"}

    def get_urgent(self) -> bool:
        return self._find() is not None

    def set_urgent(self, value: bool) -> None:
        if value:
            self._put()
        else:
            self._take()


def test_an_optional_element_is_not_put_in_by_reading() -> None:
    register_stanza_plugin(Message, Urgent)
    message = Message()
    assert message["urgent"] is False
    assert not len(message.xml)
    message["urgent"] = True
    message["urgent"] = True
    assert len(message.xml) == 1
    assert Message(xml=message.xml)["urgent"] is True
    message["urgent"] = False
    assert not len(message.xml)


def test_numbers_are_read_where_they_are_numbers() -> None:
    assert [read_number(text) for text in ("0", " 12 ", "", "-1", "1.5", "x")] == [
        *(0, 12, None, None, None, None)
    ]
