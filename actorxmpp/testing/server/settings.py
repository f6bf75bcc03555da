"""The settings of one embedded server, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from actorxmpp.testing.server.limits import MAX_ACCOUNTS, MAX_COMPONENTS, RESUME_SECONDS

_MAX_PORT = 65535
_MAX_RESUME = 86_400


class SettingsError(ValueError):
    """A setting that can't be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one server process.

    Attributes:
        domain: the XMPP domain it serves.
        host: the address it listens on.
        port: of client streams (STARTTLS); 0 takes a free one.
        component_port: of component streams (XEP-0114); 0 takes a free one.
        accounts: user name to password.
        components: component domain to secret.
        auto_accounts: with a password here every user name exists and has it.
        auto_components: with a secret here every other domain is a component and has it.
        channel_binding: offer the SCRAM-PLUS mechanisms too, with tls-server-end-point.
        stream_management: offer stream management (XEP-0198).
        resume_seconds: how long a session is kept for its client to resume it; 0: not at all.
        location: where clients are asked to resume; None: nowhere in particular.
        salt_secret: what the accounts' salts are made from, for them to be the same in the next
            process; None: new ones.
        seed: makes the choice of connections to cut and of resource names repeatable.
        folder: where the certificate lies or is to be made; None for a new private folder that
            is removed at the end.

    Raises:
        SettingsError: a value is of the wrong kind or out of its range.
    """

    domain: str = "localhost"
    host: str = "127.0.0.1"
    port: int = 0
    component_port: int = 0
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    components: Mapping[str, str] = field(default_factory=dict, repr=False)
    auto_accounts: str | None = field(default=None, repr=False)
    auto_components: str | None = field(default=None, repr=False)
    channel_binding: bool = False
    stream_management: bool = True
    resume_seconds: float = RESUME_SECONDS
    location: str | None = None
    salt_secret: str | None = field(default=None, repr=False)
    seed: str | None = None
    folder: Path | None = None

    def __post_init__(self) -> None:
        for name in ("domain", "host"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise SettingsError(f"{name}: expected a name, got {value!r}")
        for name in ("port", "component_port"):
            value = getattr(self, name)
            if type(value) is not int or not 0 <= value <= _MAX_PORT:
                raise SettingsError(f"{name}: expected a port from 0 to {_MAX_PORT}, got {value!r}")
        for name in ("auto_accounts", "auto_components", "location", "salt_secret", "seed"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value):
                raise SettingsError(f"{name}: expected a text that is not empty")
        for name in ("channel_binding", "stream_management"):
            if type(getattr(self, name)) is not bool:
                raise SettingsError(f"{name}: expected a bool, got {getattr(self, name)!r}")
        seconds = self.resume_seconds
        if type(seconds) not in {int, float} or not 0 <= seconds <= _MAX_RESUME:
            raise SettingsError(f"resume_seconds: expected 0 to {_MAX_RESUME}, got {seconds!r}")
        _check_secrets("accounts", self.accounts, MAX_ACCOUNTS)
        _check_secrets("components", self.components, MAX_COMPONENTS)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Settings:
        """Make settings from decoded JSON.

        Raises:
            SettingsError: an unknown field, or a value that can't be used.
        """
        unknown = sorted(set(values) - {known.name for known in fields(cls)})
        if unknown:
            raise SettingsError(f"{unknown[0]}: there is no such setting")
        folder = values.get("folder")
        if folder is not None and not isinstance(folder, str):
            raise SettingsError(f"folder: expected a path, got {folder!r}")
        return cls(**{**values, "folder": None if folder is None else Path(folder)})


def _check_secrets(name: str, secrets: object, most: int) -> None:
    if not isinstance(secrets, Mapping):
        raise SettingsError(f"{name}: expected an object of name to secret")
    if len(secrets) > most:
        raise SettingsError(f"{name}: {len(secrets)} entries, at most {most} are possible")
    for key, secret in secrets.items():
        if not isinstance(key, str) or not isinstance(secret, str) or not key or not secret:
            raise SettingsError(f"{name}: {key!r}: name and secret must be texts, not empty")
