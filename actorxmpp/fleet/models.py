"""The tables of a fleet file as frozen models: which fields there are, and what each may hold.

Nothing here reads a file, a variable or the network: a model says whether a table makes sense by
itself. ``config`` puts tables together, ``problems`` turns pydantic's errors into our messages,
``secrets`` fetches the secrets. A validator raises ``ValueError`` with a *predicate*, since the
message shows the value first: ``"bot@@x" is not a JID``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from actorxmpp.fleet.address import ServerAddress, parse_server
from actorxmpp.fleet.template import expand, is_numbered, validate_template
from actorxmpp.jid import JID, InvalidJID

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MAX_SESSIONS",
    "SECRET_FIELDS",
    "BotTable",
    "ClientTable",
    "ComponentTable",
    "DefaultsTable",
    "FleetTable",
]

MAX_SESSIONS = 100_000
"""Sessions of one fleet file: three times what one machine has ports for towards one server."""

MAX_PLUGINS = 200
"""Plugins of one session; there are fewer XEPs one would enable at once."""

SECRET_FIELDS = frozenset({"password", "secret", "args", "kwargs"})
"""Fields whose values are never shown; a bot's own arguments may hold tokens."""

_BOT = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_PLUGIN = re.compile(r"[a-z][a-z0-9_]{1,63}")


def _bot(value: str) -> str:
    if not _BOT.fullmatch(value):
        raise ValueError('is not of the form "module:Class"')
    return value


def _plugins(value: Any) -> Any:
    """A list of names becomes a table of names without settings."""
    if isinstance(value, list | tuple):
        if twice := [str(name) for name in value if value.count(name) > 1]:
            raise ValueError(f"names {twice[0]} twice")
        value = dict.fromkeys(value) if all(isinstance(name, str) for name in value) else None
    if not isinstance(value, dict):
        raise ValueError("must be a list of plugin names or a table of name = settings")  # noqa: TRY004
    plugins = {name: {} if settings is None else settings for name, settings in value.items()}
    for name, settings in plugins.items():
        if not _PLUGIN.fullmatch(name):
            raise ValueError(f'has "{name}": that is no plugin name such as "xep_0030"')
        if not isinstance(settings, dict):
            raise ValueError(f"has no table of settings for {name}: write {name} = {{}}")  # noqa: TRY004
    return plugins


def _server(value: Any) -> Any:
    if isinstance(value, ServerAddress):
        return value
    if not isinstance(value, str):
        raise ValueError('must be text such as "localhost:5222"')  # noqa: TRY004
    return parse_server(value)


def _resource(value: str) -> str:
    try:
        JID(f"local@domain/{expand(value, 1)}")
    except InvalidJID as error:
        raise ValueError(f"is not a resource: {error}") from None
    return validate_template(value)


def _jid(template: str) -> JID:
    """The first JID of a template.

    Raises:
        ValueError: It is none.
    """
    validate_template(template)
    try:
        return JID(expand(template, 1))
    except InvalidJID as error:
        raise ValueError(f"is not a JID: {error}") from None


def _client_jid(value: str) -> str:
    if not _jid(value).local:
        raise ValueError('is not the JID of an account: it has no local part ("name@")')
    return value


def _component_jid(value: str) -> str:
    jid = _jid(value)
    if jid.local or jid.resource:
        raise ValueError("is not the JID of a component: it must be a domain alone")
    return value


Template = Annotated[str, Field(min_length=1), AfterValidator(validate_template)]
Plugins = Annotated[
    dict[str, dict[str, Any]], BeforeValidator(_plugins), Field(max_length=MAX_PLUGINS)
]
Server = Annotated[ServerAddress, BeforeValidator(_server)]
Arguments = Annotated[tuple[Any, ...], Field(strict=False)]
Secret = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    """Settings all tables share: exact types, no unknown fields, unchangeable."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, allow_inf_nan=False
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """What a repr shows: no field that may hold a secret."""
        return ((name, value) for name, value in self if name not in SECRET_FIELDS)


class FleetTable(_Table):
    """``[fleet]``: what holds for the fleet as a whole."""

    connect_rate: float = Field(50.0, gt=0, le=10_000)
    """New connections a second, for the whole fleet."""
    connect_burst: int = Field(10, ge=1, le=10_000)
    """Connections that may start at once after a quiet time."""
    max_handshakes: int = Field(100, ge=1, le=10_000)
    """Connections a server domain may have between dialling and being established."""
    stop_timeout: float = Field(4.0, gt=0, le=60)
    """Seconds a clean stop may take: unavailable presence, end of stream, flush."""


class DefaultsTable(_Table):
    """``[defaults]``: for every ``[[clients]]`` and ``[[components]]`` table that has the field."""

    server: Server | None = None
    plugins: Plugins | None = None
    on_handler_error: Literal["log", "restart"] | None = None
    args: Arguments | None = None
    kwargs: dict[str, Any] | None = None
    # clients only
    resource: Annotated[str, Field(min_length=1), AfterValidator(_resource)] | None = None
    ca_file: str | None = Field(None, min_length=1)
    password: Secret | None = None
    password_env: Template | None = None
    password_file: Template | None = None
    # components only
    secret: Secret | None = None
    secret_env: Template | None = None
    secret_file: Template | None = None


class BotTable(_Table):
    """What ``[[clients]]`` and ``[[components]]`` have in common."""

    role: ClassVar[Literal["client", "component"]]
    title: ClassVar[str]
    secret_name: ClassVar[str]
    """What the field of the secret is called; ``…_env`` and ``…_file`` say where it is instead."""

    bot: Annotated[str, AfterValidator(_bot)]
    jid: str
    count: int = Field(1, ge=1, le=MAX_SESSIONS)
    first: int = Field(1, ge=0, le=10**9)
    server: Server | None = None
    plugins: Plugins = Field(default_factory=dict)
    on_handler_error: Literal["log", "restart"] = "log"
    args: Arguments = ()
    kwargs: dict[str, Any] = Field(default_factory=dict)

    @property
    def numbers(self) -> range:
        """The values ``{n}`` takes."""
        return range(self.first, self.first + self.count)

    @property
    def numbered(self) -> bool:
        """Whether the JIDs of the table differ."""
        return is_numbered(self.jid)


class ClientTable(BotTable):
    """``[[clients]]``: accounts that log in."""

    role = "client"
    title = "[[clients]]"
    secret_name = "password"  # noqa: S105 -- the field's name

    jid: Annotated[str, AfterValidator(_client_jid)]
    resource: Annotated[str, Field(min_length=1), AfterValidator(_resource)] | None = None
    ca_file: str | None = Field(None, min_length=1)
    password: Secret | None = None
    password_env: Template | None = None
    password_file: Template | None = None

    @property
    def numbered(self) -> bool:
        """Whether the full JIDs of the table differ."""
        return is_numbered(self.jid) or (self.resource is not None and is_numbered(self.resource))


class ComponentTable(BotTable):
    """``[[components]]``: external components (XEP-0114); they need a server to connect to."""

    role = "component"
    title = "[[components]]"
    secret_name = "secret"  # noqa: S105 -- the field's name

    jid: Annotated[str, AfterValidator(_component_jid)]
    server: Server
    secret: Secret | None = None
    secret_env: Template | None = None
    secret_file: Template | None = None
