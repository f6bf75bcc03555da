"""Accessors: compiled once per class, forgotten when the class changes."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp.xmlstream import ElementBase, register_stanza_plugin
from actorxmpp.xmlstream.accessors import (
    DELETE,
    GET,
    SET,
    child_names,
    find_accessor,
    plugin_tags,
    split_key,
)
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES


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
