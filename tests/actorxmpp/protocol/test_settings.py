from __future__ import annotations

import pytest

from actorxmpp.protocol.settings import ClientSettings, ComponentSettings


def test_secrets_do_not_show() -> None:
    settings = ClientSettings("example.net", "romeo", "pencil")
    assert "pencil" not in repr(settings)
    assert "pencil" not in repr(ComponentSettings("gw.example.net", "pencil"))


def test_tls_is_required_by_default() -> None:
    assert ClientSettings("example.net").require_tls


@pytest.mark.parametrize(
    ("domain", "username", "bare"),
    [("example.net", "romeo", "romeo@example.net"), ("example.net", "", "example.net")],
)
def test_the_bare_jid(domain: str, username: str, bare: str) -> None:
    assert ClientSettings(domain, username).bare_jid == bare


@pytest.mark.parametrize("field", ["domain", "username", "resource", "lang"])
def test_a_field_that_xml_cannot_carry_is_named(field: str) -> None:
    fields = {"domain": "example.net"} | {field: "a\0b"}
    with pytest.raises(ValueError, match=field):
        ClientSettings(**fields)


@pytest.mark.parametrize(
    ("jid", "secret", "field"), [("", "s", "jid"), ("gw", "", "secret"), ("g\0", "s", "jid")]
)
def test_a_component_needs_both(jid: str, secret: str, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        ComponentSettings(jid, secret)


def test_an_empty_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="domain"):
        ClientSettings("")
