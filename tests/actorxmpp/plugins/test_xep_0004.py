"""XEP-0004: forms, their fields and values."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import copy

import pytest

from actorxmpp.plugins.xep_0004 import Form, FormField

from .wire import ET, Wire, client, same


def test_a_form_is_made_filled_in_and_submitted() -> None:
    form = Form(title="T")
    form["instructions"] = ["one", "two"]
    form.add_field("kind", "hidden", value="k")
    form.add_field("name", "text-single", "Name", "Your name", required=True)
    form.add_field("lang", "list-multi", options=[{"label": "A", "value": "a"}, {"value": "b"}])
    form.add_field("yes", "boolean", value=True)
    assert form["type"] == "form"
    assert form["instructions"] == "one\ntwo"
    assert [each["var"] for each in form["fields"]] == ["kind", "name", "lang", "yes"]
    assert form.field["name"]["required"] is True
    assert form.field["lang"].get_options() == [
        {"label": "A", "value": "a"},
        {"label": "", "value": "b"},
    ]
    form.reply()
    form["values"] = {"name": "R", "lang": ["a", "b"], "yes": False, "new": "n"}
    assert form["values"] == {
        "kind": ["k"],
        "name": "R",
        "lang": ["a", "b"],
        "yes": False,
        "new": "n",
    }
    assert same(
        form.xml,
        ET.fromstring(
            "<x xmlns='jabber:x:data' type='submit'><title>T</title><instructions>one</instructions>"
            "<instructions>two</instructions><field var='kind' type='hidden'><value>k</value></field>"
            "<field var='name'><value>R</value></field>"
            "<field var='lang'><value>a</value><value>b</value></field>"
            "<field var='yes'><value>0</value></field><field var='new'><value>n</value></field></x>"
        ),
    )


@pytest.mark.parametrize(
    ("ftype", "given", "texts", "value"),
    [
        ("boolean", True, ["1"], True),
        ("boolean", "true", ["1"], True),
        ("boolean", "no", ["0"], False),
        ("text-single", "a", ["a"], "a"),
        ("text-single", "", [None], ""),
        ("text-multi", "a\nb", ["a", "b"], ["a", "b"]),
        ("jid-multi", ["a@b", "c@d"], ["a@b", "c@d"], ["a@b", "c@d"]),
        ("list-single", "x", ["x"], "x"),
        (None, ["a", "b"], ["a", "b"], ["a", "b"]),
        (None, True, ["1"], True),
        (None, 5, ["5"], "5"),
    ],
)
def test_values_by_type(ftype: str | None, given: object, texts: list[str], value: object) -> None:
    field = FormField()
    field["type"] = ftype
    field["value"] = given
    assert [each.text or None for each in field.xml.findall("{jabber:x:data}value")] == texts
    assert field["value"] == value
    field["value"] = None
    assert field["value"] is None


def test_mistakes_are_refused() -> None:
    field = FormField()
    field["type"] = "text-single"
    with pytest.raises(ValueError, match="one value"):
        field["value"] = ["a", "b"]
    with pytest.raises(ValueError, match="no options"):
        field.add_option("a", "a")


def test_tables() -> None:
    form = Form()
    form["type"] = "result"
    form.add_reported("jid", "jid-single", "Address")
    form.add_reported("tags", "list-multi")
    form.add_item({"jid": "a@b", "tags": ["x", "y"]})
    form["items"] = [{"jid": "c@d", "tags": ["z"]}]
    assert form["items"] == [{"jid": "c@d", "tags": "z"}]
    assert form["reported"]["jid"]["label"] == "Address"
    del form["items"]
    del form["reported"]
    assert form["items"] == []
    assert form["reported"] == {}


def test_merge_and_cancel() -> None:
    form = Form()
    form.add_field("a", "text-single", value="1")
    other = Form()
    other.add_field("b", "text-single", value="2")
    assert form.merge(other)["values"] == {"a": "1", "b": "2"}
    assert form.merge({"a": "3"})["values"] == {"a": "3"}
    assert form["values"] == {"a": "1"}
    copied = copy.copy(form)
    copied.cancel()
    assert copied["fields"] == []
    assert form["values"] == {"a": "1"}


def test_a_form_in_a_message_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_xform")
        wire.recv(
            "<message from='a@localhost'><x xmlns='jabber:x:data' type='form'>"
            "<field var='v' type='text-multi'><value>1</value><value>2</value></field></x></message>"
        )
        message = await wire.happened("message_xform")
        assert message["form"]["values"] == {"v": ["1", "2"]}

    client(main, ["xep_0004"])
