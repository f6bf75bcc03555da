"""XEP-0106: names as local parts."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0106 import XEP_0106, escape, unescape


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("space cadet", r"space\20cadet"),
        ('call me "ishmael"', r"call\20me\20\22ishmael\22"),
        ("at&t guy", r"at\26t\20guy"),
        ("d'artagnan", r"d\27artagnan"),
        ("/.fanboy", r"\2f.fanboy"),
        ("::foo::", r"\3a\3afoo\3a\3a"),
        ("<foo>", r"\3cfoo\3e"),
        ("user@host", r"user\40host"),
        (r"c:\net", r"c\3a\net"),
        (r"c:\\net", r"c\3a\\net"),
        (r"c:\cool stuff", r"c\3a\cool\20stuff"),
        (r"c:\5commas", r"c\3a\5c5commas"),
    ],
)
def test_the_examples_of_the_xep(name: str, local: str) -> None:
    assert escape(name) == local
    assert unescape(local) == name


@pytest.mark.parametrize("name", [" a", "a "])
def test_spaces_at_the_ends_can_not_be_written(name: str) -> None:
    with pytest.raises(ValueError, match="space"):
        XEP_0106.escape(name)
