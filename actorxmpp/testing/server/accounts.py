"""Who may log in: users with SCRAM keys, components with their secrets.

Passwords of users are kept as SCRAM keys only. Accounts made on the fly share one password and
one salt for the life of the server, so all their logins together cost one PBKDF2 per hash here and,
if the client caches its keys, one there. Component secrets are kept as they are: XEP-0114 hashes
them with each stream's id.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.sasl.saslprep import SaslPrepError
from actorxmpp.protocol.sasl.scramkeys import StoredKeys, stored_keys
from actorxmpp.testing.server.addresses import make, parse
from actorxmpp.testing.server.limits import MAX_ACCOUNTS, MAX_COMPONENTS, SCRAM_ITERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

HASHES: Final = ("SHA-256", "SHA-1")
"""The hashes whose SCRAM mechanisms are offered, the stronger first."""

_SALT_BYTES: Final = 16


class AccountError(ValueError):
    """An account or component that can't be made; the message says which field and why."""


class Accounts:
    """All credentials of one server."""

    __slots__ = ("_auto_components", "_auto_keys", "_components", "_domain", "_keys", "_seen")

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._keys: dict[str, dict[str, StoredKeys]] = {}
        self._auto_keys: dict[str, StoredKeys] = {}
        self._components: dict[str, str] = {}
        self._auto_components: str | None = None
        self._seen: set[str] = set()

    async def add_all(
        self,
        accounts: Mapping[str, str],
        components: Mapping[str, str],
        auto_accounts: str | None,
        auto_components: str | None,
    ) -> None:
        """Take in what the settings name.

        Raises:
            AccountError: One of them isn't allowed.
        """
        if auto_accounts is not None:
            self._auto_keys = await _derive("auto_accounts", auto_accounts)
        self._auto_components = auto_components
        for user, password in accounts.items():
            await self.add(user, password)
        for jid, secret in components.items():
            self.add_component(jid, secret)

    # -- users -----------------------------------------------------------------------------------

    async def add(self, user: str, password: str) -> None:
        """Make an account, or give it a new password. The keys are computed in a thread.

        Raises:
            AccountError: The name or password isn't allowed, or there are too many accounts.
        """
        name = self.name(user)
        if name is None:
            raise AccountError(f"user: {user!r} can't be the local part of an address")
        if len(self._keys) >= MAX_ACCOUNTS and name not in self._keys:
            raise AccountError(f"user: {user!r} would be one more than {MAX_ACCOUNTS} accounts")
        self._keys[name] = await _derive("password", password)

    def name(self, user: str) -> str | None:
        """The account's name for a user name as typed; None when it can't be one."""
        address = make(user, self._domain)
        return None if address is None else address.local

    def exists(self, name: str) -> bool:
        """Whether the account exists; with accounts on the fly every one does."""
        return name in self._keys or bool(self._auto_keys)

    def keys(self, name: str, hash_name: str) -> StoredKeys | None:
        """The SCRAM keys of an account; None when it doesn't exist."""
        return self._keys.get(name, self._auto_keys).get(hash_name)

    # -- components ------------------------------------------------------------------------------

    def add_component(self, jid: str, secret: str) -> None:
        """Make a component's domain known, or give it a new secret.

        Raises:
            AccountError: It isn't a domain, is the server's own, or there are too many.
        """
        address = parse(jid)
        if address is None or address.full != address.domain:
            raise AccountError(f"jid: {jid!r} is not a domain")
        if address.domain == self._domain:
            raise AccountError(f"jid: {jid!r} is the server's own domain")
        if len(self._components) >= MAX_COMPONENTS and address.domain not in self._components:
            raise AccountError(f"jid: {jid!r} would be one more than {MAX_COMPONENTS} components")
        self._components[address.domain] = secret

    def component_secret(self, domain: str) -> str | None:
        """The secret of a component domain; None when no component may serve it."""
        if domain == self._domain:
            return None
        return self._components.get(domain, self._auto_components)

    def component_seen(self, domain: str) -> None:
        """Remember that a component made on the fly was here: it is away, not unknown, later."""
        if len(self._seen) < MAX_COMPONENTS:
            self._seen.add(domain)

    def is_component(self, domain: str) -> bool:
        """Whether a component is known to serve a domain, connected or not."""
        return domain in self._components or domain in self._seen


async def _derive(field: str, password: str) -> dict[str, StoredKeys]:
    salt = secrets.token_bytes(_SALT_BYTES)
    try:
        return {
            hash_name: await asyncio.to_thread(
                stored_keys, password, hash_name, salt=salt, iterations=SCRAM_ITERATIONS
            )
            for hash_name in HASHES
        }
    except SaslPrepError as error:
        raise AccountError(f"{field}: {error}") from error
