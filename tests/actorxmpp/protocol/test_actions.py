from __future__ import annotations

import dataclasses
import pickle

import pytest

from actorxmpp.protocol import actions
from actorxmpp.protocol.errors import StreamNegotiationError

ALL = [
    actions.Send(b"<auth>AHJvbWVvAHNlY3JldA==</auth>"),
    actions.StartTls("example.net"),
    actions.RestartStream(),
    actions.DeriveKeys("secret", b"salt", 4096, "SHA-1"),
    actions.Established("romeo@example.net/orchard"),
    actions.Failed(StreamNegotiationError("reset")),
]


@pytest.mark.parametrize("action", ALL, ids=lambda action: type(action).__name__)
def test_actions_are_frozen_and_slotted(action: actions.Action) -> None:
    assert dataclasses.is_dataclass(action)
    assert not hasattr(action, "__dict__")
    for field in dataclasses.fields(action):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(action, field.name, None)


@pytest.mark.parametrize("action", ALL, ids=lambda action: type(action).__name__)
def test_no_action_shows_a_secret(action: actions.Action) -> None:
    assert "secret" not in repr(action)
    assert "AHJvbWVvAHNlY3JldA" not in repr(action)


def test_an_established_action_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(ALL[4])) == ALL[4]
