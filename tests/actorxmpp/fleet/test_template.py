"""Numbered texts."""

from __future__ import annotations

import pytest

from actorxmpp.fleet.template import expand, is_numbered, validate_template


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("bot{n}@x", "bot7@x"),
        ("bot{n:04}@x", "bot0007@x"),
        ("bot{n:4}@x", "bot0007@x"),
        ("{n}-{n:02}", "7-07"),
        ("bot@x", "bot@x"),
    ],
)
def test_the_number_is_put_in(template: str, text: str) -> None:
    assert expand(validate_template(template), 7) == text
    assert is_numbered(template) == (template != text)


def test_a_number_wider_than_its_place_is_not_cut() -> None:
    assert expand("{n:02}", 12345) == "12345"


@pytest.mark.parametrize("template", ["{m}", "{}", "{n", "n}", "{n:}", "{n:x}", "{n:010}", "{{n}}"])
def test_other_braces_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"placeholder|width"):
        validate_template(template)
