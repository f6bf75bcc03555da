"""Addresses that servers give."""

from __future__ import annotations

import pytest

from actorxmpp.protocol.redirect import read_redirect


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("other.example.net", ("other.example.net", None)),
        (" other.example.net:5223 ", ("other.example.net", 5223)),
        ("192.0.2.7:5222", ("192.0.2.7", 5222)),
        ("[2001:db8::9]:5222", ("2001:db8::9", 5222)),
        ("[2001:db8::9]", ("2001:db8::9", None)),
        ("other:0", None),
        ("other:70000", None),
        ("other:", None),
        ("2001:db8::9", None),
        ("a b", None),
        ("user@host", None),
        ("host/path", None),
        ("[nonsense]", None),
        ("", None),
        ("x" * 300, None),
    ],
)
def test_addresses(text: str, expected: tuple[str, int | None] | None) -> None:
    assert read_redirect(text) == expected
