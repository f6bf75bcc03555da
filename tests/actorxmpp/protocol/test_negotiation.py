"""The public module: what it offers is all an owner of a stream needs."""

from __future__ import annotations

import pytest

from actorxmpp.protocol import negotiation
from actorxmpp.protocol.negotiation import (
    ClientNegotiation,
    ClientSettings,
    ComponentNegotiation,
    ComponentSettings,
    Negotiation,
)

METHODS = {"connected", "receive", "tls_established", "keys_derived", "step_timeout"}


def test_every_name_it_lists_exists_once() -> None:
    assert len(set(negotiation.__all__)) == len(negotiation.__all__)
    for name in negotiation.__all__:
        assert getattr(negotiation, name).__doc__


@pytest.mark.parametrize(
    "made",
    [
        ClientNegotiation(ClientSettings("example.net", "romeo", "secret")),
        ComponentNegotiation(ComponentSettings("gw.example.net", "secret")),
    ],
    ids=["client", "component"],
)
def test_both_roles_have_the_same_interface(made: Negotiation) -> None:
    methods = {name for name in dir(Negotiation) if not name.startswith("_")}
    assert methods == METHODS | {"state", "timeout", "error_source"}
    assert repr(made) == f"<{type(made).__name__} new>"
    assert not hasattr(made, "__dict__")
