"""The table of SASL mechanisms, strongest first.

Where it stands: `choose` walks it from the top. To plug in a mechanism of your own, hand
`choose` (or `ClientSettings.mechanism_table`) a longer tuple.

Rules: channel binding before any hash, a longer hash before a shorter one, a mechanism that
reveals the password last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.sasl import simple
from actorxmpp.protocol.sasl.mechanism import MechanismEntry
from actorxmpp.protocol.sasl.scram import ClientScram

if TYPE_CHECKING:
    from actorxmpp.protocol.sasl.mechanism import AuthContext, Binding, Credentials


def _has_password(credentials: Credentials, _context: AuthContext) -> bool:
    return bool(credentials.username) and credentials.password is not None


def _can_bind(credentials: Credentials, context: AuthContext) -> bool:
    return _has_password(credentials, context) and context.tls is not None


def _may_reveal(credentials: Credentials, context: AuthContext) -> bool:
    return _can_bind(credentials, context) and context.allow_plain


def _scram(hash_name: str, *, binds: bool) -> MechanismEntry:
    def make(credentials: Credentials, context: AuthContext, binding: Binding) -> ClientScram:
        return ClientScram(hash_name, credentials, context, binding)

    return MechanismEntry(
        f"SCRAM-{hash_name}" + ("-PLUS" if binds else ""),
        _can_bind if binds else _has_password,
        make,
        binds=binds,
    )


MECHANISMS: Final[tuple[MechanismEntry, ...]] = (
    MechanismEntry("EXTERNAL", lambda who, _where: who.external, simple.external),
    _scram("SHA-512", binds=True),
    _scram("SHA-256", binds=True),
    _scram("SHA-1", binds=True),
    _scram("SHA-512", binds=False),
    _scram("SHA-256", binds=False),
    _scram("SHA-1", binds=False),
    MechanismEntry("ANONYMOUS", lambda who, _where: who.anonymous, simple.anonymous),
    MechanismEntry("PLAIN", _may_reveal, simple.plain, reveals=True),
)
