"""From tables to numbered sessions: every JID written out, every secret fetched, nothing twice.

The plan is what ``actorxmpp check`` shows and what ``actorxmpp run`` starts. It still needs no
XMPP connection and no bot class: a session is its table, its number, its JID and its secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from actorxmpp.fleet.errors import FleetFieldError, FleetSecretError, show
from actorxmpp.fleet.models import ClientTable
from actorxmpp.fleet.problems import Collector
from actorxmpp.fleet.secrets import Secret, SecretMissing, SecretSource
from actorxmpp.fleet.template import expand, is_numbered
from actorxmpp.jid import JID, InvalidJID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from actorxmpp.fleet.config import FleetConfig, NamedTable

__all__ = ["PlannedSession", "plan"]


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session to run.

    Attributes:
        jid: Its JID, normalised; unique in the fleet.
        named: The table it comes from; shared by all sessions of the table.
        secret: Its password or component secret; shared where the table has one for all.
    """

    jid: str
    named: NamedTable
    secret: Secret = field(repr=False)


def plan(config: FleetConfig, environ: Mapping[str, str]) -> list[PlannedSession]:
    """Number the sessions of a fleet file.

    Args:
        config: The validated file.
        environ: Where the variables of ``password_env`` and ``secret_env`` are looked up.

    Raises:
        FleetFieldError: A number makes no JID, a JID is there twice, or a CA file is missing.
        FleetSecretError: A secret can't be had.
    """
    found = Collector(config.file)
    sessions = []
    taken: dict[str, str] = {}
    for named in config.tables:
        _check_ca_file(config, named, found)
        for number, jid in _jids(named, found):
            if jid in taken:
                message = f"is already the JID of a session of {taken[jid]}"
                found.add(message, table=named.name, field="jid", value=show(jid))
            taken[jid] = named.name
            sessions.append((number, jid, named))
    if found:
        raise FleetFieldError(found.problems())
    source = SecretSource(environ, config.folder)
    planned = [
        PlannedSession(jid, named, secret)
        for (number, jid, named) in sessions
        if (secret := _secret(source, named, number, found)) is not None
    ]
    if found:
        raise FleetSecretError(found.problems())
    return planned


def _jids(named: NamedTable, found: Collector) -> Iterator[tuple[int, str]]:
    """The numbers of a table and their JIDs, full where the table has a resource."""
    table = named.table
    resource = table.resource if isinstance(table, ClientTable) else None
    for number in table.numbers:
        try:
            jid = JID(expand(table.jid, number))
            if resource is not None and not jid.resource:
                jid = jid.replace(resource=expand(resource, number))
        except InvalidJID as error:
            value = show(expand(table.jid, number))
            found.add(f"is not a JID: {error}", table=named.name, field="jid", value=value)
        else:
            yield number, jid.full


def _check_ca_file(config: FleetConfig, named: NamedTable, found: Collector) -> None:
    """The file is there; whether it holds certificates is seen when TLS is set up."""
    table = named.table
    if not isinstance(table, ClientTable) or table.ca_file is None:
        return
    path = config.folder / table.ca_file
    if not path.is_file():
        message = f"names a file that is not there: {path}"
        origin = named.origin("ca_file")
        found.add(message, table=origin, field="ca_file", value=show(table.ca_file))


def _secret(
    source: SecretSource, named: NamedTable, number: int, found: Collector
) -> Secret | None:
    """A session's secret, or None after noting why it can't be had."""
    table, base = named.table, named.table.secret_name
    if (literal := getattr(table, base)) is not None:
        return source.literal(literal)
    fetch, name = source.variable, f"{base}_env"
    if getattr(table, name) is None:
        fetch, name = source.file, f"{base}_file"
    template = getattr(table, name)
    try:
        return fetch(template, number if is_numbered(template) else 0)
    except SecretMissing as error:
        found.add(str(error), table=named.origin(name), field=name)
        return None
