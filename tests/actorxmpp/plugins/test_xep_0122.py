"""XEP-0122: validation of a form's fields."""

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0122 import METHODS, NS, FormValidation

from .wire import Wire, client


def written(content: str) -> str:
    return f'<validate xmlns="{NS}">{content}</validate>'


@pytest.mark.parametrize(
    ("method", "value", "xml", "read"),
    [
        ("basic", True, "<basic />", True),
        ("open", True, "<open />", True),
        ("regex", "[0-9]+", "<regex>[0-9]+</regex>", "[0-9]+"),
        (
            *("range", {"minimum": 1, "maximum": None}, '<range min="1" />'),
            {"minimum": "1", "maximum": None},
        ),
    ],
)
def test_a_field_has_one_method(method: str, value: Any, xml: str, read: Any) -> None:
    for before in METHODS:
        validation = FormValidation()
        validation[before] = "x"
        validation[method] = value
        assert str(validation) == written(xml)
        assert validation[method] == read
        assert [validation[other] for other in METHODS if other != method] == [False] * 3
        validation[method] = False
        assert validation[method] is False
        validation[method] = value
        del validation[method]
        assert not len(validation.xml)


def test_the_ends_of_a_range_are_set_with_it() -> None:
    validation = FormValidation()
    validation.set_range(True, 1, 5)
    assert str(validation) == written('<range min="1" max="5" />')
    validation.remove_all("range")
    assert validation["range"]
    validation.remove_all()
    assert not validation["range"]


def test_how_many_are_chosen_goes_with_any_method() -> None:
    validation = FormValidation()
    validation["open"] = True
    validation["list_range"] = {"minimum": 1, "maximum": 3}
    assert str(validation) == written('<open /><list-range min="1" max="3" />')
    assert validation["list_range"] == {"minimum": "1", "maximum": "3"}
    validation["list_range"] = False
    assert validation["list_range"] is False


def test_a_form_that_comes_says_what_it_wants() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_xform")
        wire.recv(
            "<message from='juliet@localhost'><x xmlns='jabber:x:data' type='form'>"
            "<field var='age' type='text-single'>"
            f"<validate xmlns='{NS}' datatype='xs:int'><range min='0'/></validate></field>"
            "</x></message>"
        )
        field = (await wire.happened("message_xform"))["form"].field["age"]
        assert field["validate"]["datatype"] == "xs:int"
        assert field["validate"]["range"] == {"minimum": "0", "maximum": None}

    client(main, ["xep_0122"])


def test_columns_keep_it_when_they_are_copied() -> None:
    form = Form()
    form.add_reported("age")["validate"]["basic"] = True
    other = Form()
    other["reported"] = form["reported"]
    assert other["reported"]["age"]["validate"]["basic"]
