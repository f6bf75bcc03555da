"""From planned sessions to what a session supervisor starts.

A session's :class:`~actorxmpp.settings.SessionSettings` depend on its table alone, so all
sessions of a table share one object; what differs is the JID and the secret, kept in a
:class:`BotFactory` that is called again whenever the session's dispatcher restarts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.fleet.bots import takes_server
from actorxmpp.fleet.models import ClientTable
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.settings import OnHandlerError, SessionKind, SessionSettings, SessionSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.fleet.config import FleetConfig, NamedTable
    from actorxmpp.fleet.plan import PlannedSession
    from actorxmpp.settings import ConnectGate

__all__ = ["BotFactory", "session_specs"]


class BotFactory:
    """Makes a bot: ``bot(jid, password, *args, **kwargs)``.

    A component whose constructor is ``(jid, secret, host, port, ...)`` is given these as well.
    A class instead of a ``functools.partial``, whose repr would show the secret.
    """

    __slots__ = ("_planned", "_takes_server", "bot")

    def __init__(self, bot: type[Any], planned: PlannedSession) -> None:
        self.bot = bot
        self._planned = planned
        component = planned.named.table.role == "component"
        self._takes_server = component and takes_server(bot)

    def __call__(self) -> BaseXMPP:
        """A new role object; raises whatever the bot's constructor raises."""
        planned, table = self._planned, self._planned.named.table
        login: tuple[Any, ...] = (planned.jid, planned.secret.reveal())
        if table.server is not None and self._takes_server:
            login += (table.server.host, table.server.port)
        made: BaseXMPP = self.bot(*login, *table.args, **table.kwargs)
        return made

    def __repr__(self) -> str:
        return f"<BotFactory {self.bot.__module__}:{self.bot.__qualname__} {self._planned.jid}>"


def session_specs(
    config: FleetConfig,
    planned: Sequence[PlannedSession],
    bots: Mapping[str, type[Any]],
    gate: ConnectGate | None,
) -> Iterator[SessionSpec]:
    """The specs of a fleet's sessions, in the plan's order, made one at a time.

    Args:
        config: The fleet file.
        planned: Its sessions.
        bots: Its bots' classes by the name they have in the file.
        gate: Paces the sessions' connections; None doesn't.
    """
    shared: dict[str, SessionSettings] = {}
    for session in planned:
        named = session.named
        if named.name not in shared:
            shared[named.name] = _settings(config, named, gate)
        yield SessionSpec(
            id=session.jid,
            kind=SessionKind(named.table.role),
            factory=BotFactory(bots[named.table.bot], session),
            settings=shared[named.name],
        )


def _settings(config: FleetConfig, named: NamedTable, gate: ConnectGate | None) -> SessionSettings:
    """How the sessions of a table connect and behave."""
    table = named.table
    ca_file = table.ca_file if isinstance(table, ClientTable) else None
    tls = TlsPolicy() if ca_file is None else TlsPolicy(ca_file=str(config.folder / ca_file))
    return SessionSettings(
        server=None if table.server is None else (table.server.host, table.server.port),
        tls=tls,
        on_handler_error=OnHandlerError(table.on_handler_error),
        plugins=tuple(table.plugins.items()),
        gate=gate,
        close_timeout=min(config.fleet.stop_timeout / 2, SessionSettings().close_timeout),
    )
