"""Settings: each bad value is refused with its name, and secrets don't show."""

from __future__ import annotations

from pathlib import Path

import pytest

from actorxmpp.testing.server.settings import Settings, SettingsError


def test_settings_come_from_json() -> None:
    settings = Settings.from_json(
        {"domain": "xmpp.example", "port": 5222, "folder": "certificates"}
    )
    assert settings == Settings(domain="xmpp.example", port=5222, folder=Path("certificates"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"domain": ""}, "domain"),
        ({"host": 3}, "host"),
        ({"port": 65536}, "port"),
        ({"port": "5222"}, "port"),
        ({"port": True}, "port"),
        ({"component_port": -1}, "component_port"),
        ({"auto_accounts": ""}, "auto_accounts"),
        ({"auto_components": 1}, "auto_components"),
        ({"channel_binding": 1}, "channel_binding"),
        ({"stream_management": "yes"}, "stream_management"),
        ({"resume_seconds": -1}, "resume_seconds"),
        ({"resume_seconds": "60"}, "resume_seconds"),
        ({"resume_seconds": True}, "resume_seconds"),
        ({"location": ""}, "location"),
        ({"salt_secret": ""}, "salt_secret"),
        ({"seed": 7}, "seed"),
        ({"accounts": ["romeo"]}, "accounts"),
        ({"accounts": {"romeo": ""}}, "accounts"),
        ({"components": {"gw.localhost": None}}, "components"),
        ({"folder": 3}, "folder"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_bad_value_is_named(values: dict[str, object], field: str) -> None:
    with pytest.raises(SettingsError, match=f"^{field}:"):
        Settings.from_json(values)


def test_secrets_do_not_show() -> None:
    settings = Settings(
        accounts={"romeo": "hidden"},
        components={"gw": "hidden"},
        auto_accounts="hidden",
        auto_components="hidden",
        salt_secret="hidden",
    )
    assert "hidden" not in repr(settings)
