"""How the sessions of a slixmpp program connect where the program does not say it."""

from __future__ import annotations

from dataclasses import dataclass

from actorxmpp.net.tls import TlsPolicy
from actorxmpp.settings import SessionSettings

__all__ = ["Defaults", "session_settings", "set_defaults"]


@dataclass(frozen=True, slots=True)
class Defaults:
    """Connection defaults of the process.

    Attributes:
        server: host and port of all clients; None asks DNS.
        ca_file: whom to trust; None is the system.
    """

    server: tuple[str, int] | None = None
    ca_file: str | None = None


_current = Defaults()


def set_defaults(defaults: Defaults) -> None:
    """Make these the defaults of sessions that are made from now on."""
    global _current  # one per process: that is what they are
    _current = defaults


def session_settings() -> SessionSettings:
    """Make the settings of a new session."""
    return SessionSettings(server=_current.server, tls=TlsPolicy(ca_file=_current.ca_file))
