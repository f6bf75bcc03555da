"""Which mechanism to use, and whether to bind it to the TLS channel.

Where it stands: the SASL feature calls `choose` once the server's offer is known.

Rules:

* The first usable entry of the table that the server offers wins; the server's order is not
  looked at (RFC 6120, 6.3.3).
* Channel binding (RFC 5802, 6; XEP-0440): used when offered and a common type exists. When
  the server offers none though we could, the flag `y` lets a genuine server notice that its
  offer was tampered with. When it advertises a binding type we can compute, offers SCRAM and yet
  no -PLUS, somebody edited the list: refuse.
* A mechanism of a weaker class than last time's is refused (`mechanism-downgrade`): no
  password goes where a proof went before, and no binding is given up that was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.sasl.mechanism import Binding
from actorxmpp.protocol.sasl.mechanisms import MECHANISMS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from actorxmpp.protocol.sasl.mechanism import (
        AuthContext,
        ClientMechanism,
        Credentials,
        MechanismEntry,
    )

TLS_UNIQUE: Final = "tls-unique"
"""The type to assume when a server offers -PLUS and names no type (RFC 5802, 6.1). On TLS 1.3
it is not defined (RFC 9266), yet servers older than XEP-0440 use it there too: see `is_guess`."""

_CLASS_REVEALS, _CLASS_PROOF, _CLASS_BOUND = 1, 2, 3


def choose(
    offered: Collection[str],
    credentials: Credentials,
    context: AuthContext,
    *,
    allowed: Collection[str] | None = None,
    table: Sequence[MechanismEntry] = MECHANISMS,
) -> ClientMechanism:
    """Pick and build the mechanism.

    Args:
        offered: The names the server offers.
        credentials: What we have.
        context: The connection, the server's binding types, what was used last time.
        allowed: If given, no other mechanism is used.
        table: Mechanisms by preference.

    Returns:
        A mechanism ready to `start`.

    Raises:
        SaslFailure: `no-acceptable-mechanism`, `mechanism-downgrade` or `invalid-credentials`.
    """
    usable = [
        entry
        for entry in table
        if entry.name in offered
        and (allowed is None or entry.name in allowed)
        and entry.usable(credentials, context)
    ]
    plus_offered = any(name.endswith("-PLUS") for name in offered)
    if not plus_offered:
        _refuse_stripped_binding(offered, context)
    kind = _binding_type(context) if plus_offered else None
    for entry in usable:
        if entry.binds and kind is None:
            continue
        _refuse_weaker(entry, context.known_mechanism, table)
        binding = _binding(entry, kind, plus_offered, context)
        return entry.make(credentials, context, binding)
    raise SaslFailure("no-acceptable-mechanism", _explain(offered, context, allowed))


def is_guess(mechanism: ClientMechanism, context: AuthContext) -> bool:
    """Whether a mechanism was bound to the channel by a type the server may not have meant.

    If it then fails, the login is worth one more try without binding: with the same safety
    as if we had not guessed.
    """
    return (
        mechanism.name.endswith("-PLUS")
        and context.server_bindings is None
        and context.tls is not None
        and TLS_UNIQUE not in context.tls.binding_types
    )


def _our_types(context: AuthContext) -> tuple[str, ...]:
    if context.tls is None or not context.channel_binding:
        return ()
    return context.tls.binding_types


def _binding_type(context: AuthContext) -> str | None:
    """The first of our types that the server knows, or None."""
    ours = _our_types(context)
    if context.server_bindings is not None:
        return next((kind for kind in ours if kind in context.server_bindings), None)
    if ours and context.tls is not None and context.tls.channel_binding(TLS_UNIQUE) is not None:
        return TLS_UNIQUE
    return None


def _binding(
    entry: MechanismEntry, kind: str | None, plus_offered: bool, context: AuthContext
) -> Binding:
    if entry.binds and kind is not None and context.tls is not None:
        data = context.tls.channel_binding(kind)
        if data is None:
            raise SaslFailure("mechanism-downgrade", f"no {kind} data", mechanism=entry.name)
        return Binding(f"p={kind}", data)
    return Binding("y" if _our_types(context) and not plus_offered else "n")


def _refuse_stripped_binding(offered: Collection[str], context: AuthContext) -> None:
    common = set(_our_types(context)) & (context.server_bindings or frozenset())
    if common and any(name.startswith("SCRAM-") for name in offered):
        text = "the server knows channel binding, but its -PLUS mechanisms are missing"
        raise SaslFailure("mechanism-downgrade", text)


def _class_of(name: str, table: Sequence[MechanismEntry]) -> int:
    entry = next((entry for entry in table if entry.name == name), None)
    if entry is None or entry.reveals:
        return _CLASS_REVEALS
    return _CLASS_BOUND if entry.binds else _CLASS_PROOF


def _refuse_weaker(entry: MechanismEntry, known: str, table: Sequence[MechanismEntry]) -> None:
    if known and _class_of(entry.name, table) < _class_of(known, table):
        text = f"the best on offer is {entry.name}, where {known} was used before"
        raise SaslFailure("mechanism-downgrade", text, mechanism=entry.name)


def _explain(
    offered: Collection[str], context: AuthContext, allowed: Collection[str] | None
) -> str:
    names = ", ".join(sorted(name[:40] for name in list(offered)[:20])) or "none"
    parts = [f"the server offers: {names}"]
    if allowed is not None:
        parts.append(f"allowed here: {', '.join(sorted(allowed)) or 'none'}")
    if "PLAIN" in offered and context.tls is None:
        parts.append("PLAIN is never used without TLS")
    return "; ".join(parts)
