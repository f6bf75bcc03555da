"""Addresses: prepared once, refused when they are none."""

from __future__ import annotations

import pytest

from actorxmpp.testing.server.addresses import Address, domain_of, make, parse


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost", Address("", "localhost", "", "localhost", "localhost")),
        (
            "Romeo@LOCALHOST/Orchard",
            Address("romeo", "localhost", "Orchard", "romeo@localhost", "romeo@localhost/Orchard"),
        ),
        ("", None),
        ("@localhost", None),
        ("romeo@", None),
        ("romeo@localhost/", None),
        ("ro meo@localhost", None),
    ],
)
def test_an_address_is_prepared_or_none(text: str, address: Address | None) -> None:
    assert parse(text) == address


@pytest.mark.parametrize(
    ("local", "resource", "full"),
    [
        ("Romeo", "", "romeo@localhost"),
        ("romeo", "r", "romeo@localhost/r"),
        ("", "r", None),
        ("a@b", "", None),
        ("a/b", "", None),
        ("romeo", "x" * 1024, None),
    ],
)
def test_an_address_is_made_of_its_parts(local: str, resource: str, full: str | None) -> None:
    address = make(local, "localhost", resource)
    assert (address and address.full) == full


@pytest.mark.parametrize(
    ("jid", "domain"),
    [("a@b/c", "b"), ("b", "b"), ("b/c@d", "b"), ("a@b/c@d/e", "b"), ("", "")],
)
def test_a_domain_is_read_off_the_text(jid: str, domain: str) -> None:
    assert domain_of(jid) == domain
