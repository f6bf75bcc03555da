"""How a session connects and behaves: frozen values that any number of sessions share."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from actorxmpp.settings import SEND_QUEUE_LIMIT, SessionKind, SessionSettings, SessionSpec


def secret_factory() -> Any:
    return None


SPEC = SessionSpec("romeo@example.net", SessionKind.CLIENT, secret_factory)


@pytest.mark.parametrize("field", dataclasses.fields(SessionSettings), ids=lambda field: field.name)
def test_a_setting_is_replaced_never_changed(field: Any) -> None:
    settings = SessionSettings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(settings, field.name, None)
    value = getattr(settings, field.name)
    assert dataclasses.replace(settings, **{field.name: value}) == settings


def test_every_setting_has_a_default_that_is_safe() -> None:
    settings = SessionSettings()
    assert settings.require_tls is True
    assert settings.tls.verify is True
    assert settings.send_queue_limit == SEND_QUEUE_LIMIT
    assert settings.store is None


@pytest.mark.parametrize("field", dataclasses.fields(SessionSettings), ids=lambda field: field.name)
def test_every_setting_is_described(field: Any) -> None:
    assert f"\n    {field.name}: " in inspect.cleandoc(SessionSettings.__doc__ or "")


def test_settings_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(SessionSettings())) == SessionSettings()


def test_a_spec_does_not_show_how_its_role_is_made() -> None:
    assert "secret" not in repr(SPEC)
