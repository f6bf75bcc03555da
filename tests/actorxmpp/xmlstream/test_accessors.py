"""Accessors: how each kind of interface is read, written and deleted; compiled once per class."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp.jid import JID
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin
from actorxmpp.xmlstream.accessors import (
    DELETE,
    GET,
    MAX_CHILD_NAMES,
    SET,
    child_names,
    find_accessor,
    plugin_tags,
    split_key,
)
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES

from .helpers import XML_LANG, parsed


def test_attributes(classes):
    root = classes[0]()
    assert root["id"] == ""
    root["id"] = "1"
    assert root["id"] == root.xml.get("id") == "1"
    root["id"] = None
    assert root.xml.get("id") is None
    root["id"] = "1"
    root["id"] = ""
    assert "id" not in root.xml.attrib
    root["id"] = JID("a@b")
    assert root["id"] == "a@b"
    del root["id"]
    del root["id"]
    assert str(root) == '<root xmlns="jabber:client" />'


def test_sub_interfaces(classes):
    root = classes[0]()
    assert root["body"] == ""
    root["body"] = "text"
    assert root.xml.find("{jabber:client}body").text == root["body"] == "text"
    root["body"] = "other"
    assert len(root.xml) == 1
    root["body"] = ""
    assert len(root.xml) == 0
    root["body"] = JID("a@b")
    assert root["body"] == "a@b"
    del root["body"]
    assert len(root.xml) == 0


def test_deep_sub_interfaces(classes):
    plugin = classes[1]()
    plugin["deep/er"] = "x"
    assert plugin.xml.find("{urn:test}deep/{urn:test}er").text == "x"
    assert plugin["deep/er"] == "x"
    plugin["deep/er"] = "y"
    assert plugin["deep/er"] == "y"
    assert len(plugin.xml) == len(plugin.xml[0]) == 1
    plugin._del_sub("deep/er", all=True)
    assert len(plugin.xml) == 0


def test_bool_interfaces(classes):
    plugin = classes[1]()
    assert plugin["flag"] is False
    plugin["flag"] = True
    plugin["flag"] = True
    assert plugin["flag"] is True
    assert len(plugin.xml) == 1
    plugin["flag"] = False
    assert plugin["flag"] is False
    plugin["flag"] = True
    del plugin["flag"]
    assert plugin["flag"] is False


def test_languages(classes):
    root = classes[0]()
    root["lang"] = "en"
    root["body"] = "hello"
    root["body|fr"] = "salut"
    root["body|de"] = "hallo"
    assert (root["body"], root["body|fr"], root["body|en"]) == ("hello", "salut", "hello")
    assert root["body|*"] == {"en": "hello", "fr": "salut", "de": "hallo"}
    assert root["body|xx"] in ("hello", "salut", "hallo")
    root["body|fr"] = "bonjour"
    assert root["body|fr"] == "bonjour"
    assert len(root.xml) == 3
    del root["body|fr"]
    assert root["body|*"] == {"en": "hello", "de": "hallo"}
    root["body|*"] = {"it": "ciao", "en": "hi"}
    assert root["body|*"] == {"it": "ciao", "en": "hi"}
    del root["body|*"]
    assert len(root.xml) == 0


def test_language_of_received_text(classes):
    bodies = "<body xml:lang='fr'>f</body><body>e</body>"
    text = f"<root xmlns='jabber:client' xml:lang='en'>{bodies}</root>"
    assert parsed(classes[0], text)["body"] == "e"
    only = "<root xmlns='jabber:client'><body xml:lang='fr'>f</body></root>"
    assert parsed(classes[0], only)["body"] == "f"


def test_extensions(classes):
    root = classes[0]()
    root["ext"] = "x"
    assert root["ext"] == "x"
    assert root.xml.find("{urn:ext}ext").text == "x"
    del root["ext"]
    assert root.xml.find("{urn:ext}ext") is None


def test_methods_are_found_by_lower_case(classes):
    assert classes[1]()["Mixed"] == "mixed"


def test_overrides(classes):
    root_class = classes[0]

    class Override(ElementBase):
        name = "over"
        namespace = "urn:over"
        plugin_attrib = "over"
        interfaces: ClassVar = set()
        overrides: ClassVar = ["set_note", "get_note", "del_note"]

        def set_note(self, value):
            self.parent()._set_sub_text("note", f"<{value}>")

        def get_note(self):
            return self.parent()._get_sub_text("note").upper()

        def del_note(self):
            self.parent()._del_sub("note")

    root = root_class()
    root["note"] = "x"
    assert root["note"] == "x"
    register_stanza_plugin(root_class, Override, overrides=True)
    root = root_class()
    root["note"] = "x"
    assert root["note"] == "<X>"
    del root["note"]
    assert root["note"] == ""


def test_classes_may_change_after_use(classes):
    root_class, plugin_class, _, _ = classes
    root = root_class()
    assert root["body"] == ""
    root_class.get_body = lambda self: "computed"
    assert root["body"] == "computed"
    del root_class.get_body
    root_class.interfaces = {*root_class.interfaces, "late"}
    root["late"] = "1"
    assert root["late"] == "1"
    plugin_class.is_extension = True
    root["plug"] = "v"
    assert root["plug"] == "v"


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("body", ("body", None)),
        ("body|fr", ("body", "fr")),
        ("body|*", ("body", "*")),
        ("body|", ("body", None)),
        ("body|fr|x", ("body", "fr")),
    ],
)
def test_a_key_is_an_interface_and_perhaps_a_language(key, parts):
    assert split_key(key) == parts


def test_what_is_compiled_is_kept_for_the_class(classes):
    root_class = classes[0]
    getter = find_accessor(root_class, GET, "body")
    assert root_class._getters == {"body": getter}
    find_accessor(root_class, SET, "body")
    find_accessor(root_class, DELETE, "plug")
    assert (set(root_class._setters), set(root_class._deleters)) == ({"body"}, {"plug"})


def test_keys_with_a_language_are_not_kept(classes):
    """Programs may take the language from a peer, which can think of any number."""
    root = classes[0]()
    root["body|fr"] = "salut"
    assert root["body|fr"] == "salut"
    del root["body|fr"]
    for table in (classes[0]._getters, classes[0]._setters, classes[0]._deleters):
        assert not [key for key in table if "|" in key]


@pytest.mark.parametrize("access", [GET, SET, DELETE])
def test_an_interface_nobody_declared_has_no_accessor(classes, access):
    assert find_accessor(classes[0], access, "nonsense") is None
    assert "nonsense" not in classes[0]._getters


def test_a_change_reaches_the_subclasses(classes):
    root_class = classes[0]

    class Child(root_class):
        pass

    child = Child()
    assert child["body"] == ""
    epoch = Child._epoch
    root_class.get_body = lambda self: "computed"
    assert child["body"] == "computed"
    assert Child._epoch > epoch


def test_a_plugin_of_a_content_namespace_is_found_in_all_of_them(classes):
    class Inner(ElementBase):
        name = "inner"
        namespace = "jabber:client"
        plugin_attrib = "inner"

    register_stanza_plugin(classes[0], Inner)
    tags = plugin_tags(classes[0])
    for namespace in CONTENT_NAMESPACES:
        assert tags[f"{{{namespace}}}inner"] is Inner
    assert "{urn:other}inner" not in tags


def test_the_names_of_a_sub_element_are_its_own_and_its_plugin_s(classes):
    assert child_names(classes[0], "{urn:test}plugin") == ("plugin", "plug")
    assert child_names(classes[0], "{urn:test}item") == ("item",)
    assert child_names(classes[0], "{urn:other}plugin") == ("plugin",)


def test_the_substanzas_are_an_interface_that_can_be_read(classes):
    root = classes[0]()
    item = classes[3]()
    root.append(item)
    assert find_accessor(classes[0], GET, "substanzas")(root) == [item]
    assert find_accessor(classes[0], SET, "substanzas") is None
    assert "substanzas" not in classes[0]._getters


def test_methods_come_before_everything_and_get_the_language_of_language_interfaces():
    calls = []

    class Own(ElementBase):
        interfaces: ClassVar = {"a", "b"}
        sub_interfaces: ClassVar = {"a", "b"}
        lang_interfaces: ClassVar = {"a"}

        def get_a(self, lang=None):
            calls.append(("get", lang))
            return "value"

        def set_a(self, value, lang=None):
            calls.append(("set", value, lang))

        def del_a(self, lang=None):
            calls.append(("del", lang))

        def get_b(self):
            return "no language"

    own = Own()
    assert own["a"] == own["a|fr"] == "value"
    own["a"], own["a|fr"] = "1", "2"
    del own["a"], own["a|fr"]
    assert calls == [
        ("get", None),
        ("get", "fr"),
        ("set", "1", None),
        ("set", "2", "fr"),
        ("del", None),
        ("del", "fr"),
    ]
    assert own["b|fr"] == "no language"
    assert len(own.xml) == 0


def test_an_override_gets_the_language_too(classes):
    class Override(ElementBase):
        name = "over"
        plugin_attrib = "over"
        overrides: ClassVar = ["get_body"]

        def get_body(self, lang=None):
            return f"in {lang}"

    register_stanza_plugin(classes[0], Override, overrides=True)
    root = classes[0]()
    assert root["body"] == "in None"
    assert root["body|fr"] == "in fr"


def test_a_text_with_a_language_is_read_and_written_with_it(classes):
    root = parsed(
        classes[0], "<root xmlns='jabber:client' xml:lang='en'><note xml:lang='fr'>n</note></root>"
    )
    assert root["note"] == "n"
    root["note"] = "new"
    assert [(child.get(XML_LANG), child.text) for child in root.xml] == [("fr", "n"), (None, "new")]


def test_a_text_of_another_namespace_is_found_by_its_path():
    class Own(ElementBase):
        namespace = "urn:own"
        interfaces: ClassVar = {"{urn:x}deep/er"}
        sub_interfaces: ClassVar = {"{urn:x}deep/er"}

    own = Own()
    own["{urn:x}deep/er"] = "x"
    assert own.xml.find("{urn:x}deep/{urn:x}er").text == own["{urn:x}deep/er"] == "x"


def test_deleting_a_plugin_that_is_not_there_makes_none(classes):
    root = classes[0]()
    for name in ("plug", "ext"):
        del root[name]
    assert root.plugins == {}
    assert len(root.xml) == 0


def test_deleting_an_extension_deletes_its_value_as_well(classes):
    root = classes[0]()
    root["ext"] = "x"
    extension = root.get_plugin("ext")
    del root["ext"]
    assert extension.xml.text is None


def test_the_child_names_kept_are_bounded(classes):
    for number in range(MAX_CHILD_NAMES + 100):
        child_names(classes[0], f"{{urn:x}}a{number}")
        assert len(classes[0]._child_names) <= MAX_CHILD_NAMES
    assert len(classes[0]._child_names) == 100
