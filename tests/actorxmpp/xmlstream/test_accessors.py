"""Accessors: compiled once per class, forgotten when the class changes."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream import ElementBase, register_stanza_plugin


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
