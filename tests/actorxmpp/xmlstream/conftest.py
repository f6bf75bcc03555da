"""Stanza classes of their own for each test."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp.xmlstream import ElementBase, StanzaBase, register_stanza_plugin


@pytest.fixture
def classes():
    """Classes of one's own for each test: registering changes a class."""

    class Item(ElementBase):
        name = "item"
        namespace = "urn:test"
        plugin_attrib = "item"
        plugin_multi_attrib = "items"
        interfaces: ClassVar = {"id", "text"}

        def get_text(self):
            return self.xml.text or ""

        def set_text(self, value):
            self.xml.text = value

        def del_text(self):
            self.xml.text = None

    class Plugin(ElementBase):
        name = "plugin"
        namespace = "urn:test"
        plugin_attrib = "plug"
        interfaces: ClassVar = {"attr", "sub", "flag", "deep/er", "plug", "Mixed"}
        sub_interfaces: ClassVar = {"sub", "deep/er"}
        bool_interfaces: ClassVar = {"flag"}
        lang_interfaces: ClassVar = {"sub"}

        def get_mixed(self):
            return "mixed"

    class Extension(ElementBase):
        name = "ext"
        namespace = "urn:ext"
        plugin_attrib = "ext"
        interfaces: ClassVar = {"ext"}
        is_extension = True

        def get_ext(self):
            return self.xml.text or ""

        def set_ext(self, value):
            self.xml.text = value

        def del_ext(self):
            self.xml.text = None

    class Root(StanzaBase):
        name = "root"
        namespace = "jabber:client"
        plugin_attrib = "root"
        interfaces: ClassVar = {"type", "to", "from", "id", "body", "note"}
        sub_interfaces: ClassVar = {"body", "note"}
        lang_interfaces: ClassVar = {"body"}
        types: ClassVar = {"a", "b", "error"}

    register_stanza_plugin(Root, Plugin)
    register_stanza_plugin(Root, Extension)
    register_stanza_plugin(Root, Item, iterable=True)
    return Root, Plugin, Extension, Item
