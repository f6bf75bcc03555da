"""Who may log in: users with SCRAM keys, components with their secrets.

Passwords of users are kept as SCRAM keys only; the one password of the accounts made on the fly is
kept as it is, because each of them has a salt of its own, and keys that are derived when it first
logs in. Salts come from the account's name and a secret: with the same secret, another process of
the same server gives the same ones, as a server with a database does. Component secrets are kept
as they are: XEP-0114 hashes them with each stream's id.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.sasl.saslprep import SaslPrepError, saslprep
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


class KeysMissing(Exception):
    """An account's keys have to be derived first; see `Accounts.derive`.

    Attributes:
        name: the account.
        hash_name: the hash they are for.
    """

    def __init__(self, name: str, hash_name: str) -> None:
        super().__init__(f"{name}, {hash_name}")
        self.name = name
        self.hash_name = hash_name


class Accounts:
    """All credentials of one server.

    Args:
        domain: the server's domain.
        salt_secret: what salts are made from; empty: a new one.

    Attributes:
        derived: how many keys were derived so far, for the statistics: each costs a PBKDF2.
    """

    __slots__ = (
        "_auto_components",
        "_auto_keys",
        "_auto_password",
        "_components",
        "_domain",
        "_keys",
        "_salt_secret",
        "_seen",
        "derived",
    )

    def __init__(self, domain: str, *, salt_secret: str = "") -> None:
        self._domain = domain
        self._salt_secret = salt_secret.encode() or secrets.token_bytes(_SALT_BYTES)
        self._keys: dict[str, dict[str, StoredKeys]] = {}
        self._auto_password: str | None = None
        self._auto_keys: dict[tuple[str, str], StoredKeys] = {}
        self.derived = 0
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
            AccountError: one of them isn't allowed.
        """
        if auto_accounts is not None:
            _check("auto_accounts", auto_accounts)
            self._auto_password = auto_accounts
        self._auto_components = auto_components
        for user, password in accounts.items():
            await self.add(user, password)
        for jid, secret in components.items():
            self.add_component(jid, secret)

    # -- users -----------------------------------------------------------------------------------

    async def add(self, user: str, password: str) -> None:
        """Make an account, or give it a new password. The keys are computed in a thread.

        Raises:
            AccountError: the name or password isn't allowed, or there are too many accounts.
        """
        name = self.name(user)
        if name is None:
            raise AccountError(f"user: {user!r} can't be the local part of an address")
        if len(self._keys) >= MAX_ACCOUNTS and name not in self._keys:
            raise AccountError(f"user: {user!r} would be one more than {MAX_ACCOUNTS} accounts")
        _check("password", password)
        self._keys[name] = {
            hash_name: await self._derive(name, password, hash_name) for hash_name in HASHES
        }

    def name(self, user: str) -> str | None:
        """Return the account's name for a user name as typed; None when it can't be one."""
        address = make(user, self._domain)
        return None if address is None else address.local

    def exists(self, name: str) -> bool:
        """Return whether the account exists; with accounts on the fly every one does."""
        return name in self._keys or self._auto_password is not None

    def keys(self, name: str, hash_name: str) -> StoredKeys | None:
        """Return the SCRAM keys of an account; None when it doesn't exist.

        Raises:
            KeysMissing: it exists, and has not logged in with this hash before.
        """
        given = self._keys.get(name)
        if given is not None:
            return given.get(hash_name)
        if self._auto_password is None or hash_name not in HASHES:
            return None
        keys = self._auto_keys.get((name, hash_name))
        if keys is None:
            raise KeysMissing(name, hash_name)
        return keys

    async def derive(self, name: str, hash_name: str) -> None:
        """Derive, in a thread, the keys of an account made on the fly."""
        assert self._auto_password is not None, "there are no accounts on the fly"
        keys = await self._derive(name, self._auto_password, hash_name)
        self._auto_keys[name, hash_name] = keys
        if len(self._auto_keys) > MAX_ACCOUNTS:
            del self._auto_keys[next(iter(self._auto_keys))]  # to be derived again, the same

    async def _derive(self, name: str, password: str, hash_name: str) -> StoredKeys:
        self.derived += 1
        salt = hmac.digest(self._salt_secret, name.encode(), "sha256")[:_SALT_BYTES]
        return await asyncio.to_thread(
            stored_keys, password, hash_name, salt=salt, iterations=SCRAM_ITERATIONS
        )

    # -- components ------------------------------------------------------------------------------

    def add_component(self, jid: str, secret: str) -> None:
        """Make a component's domain known, or give it a new secret.

        Raises:
            AccountError: it isn't a domain, is the server's own, or there are too many.
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
        """Return the secret of a component domain; None when no component may serve it."""
        if domain == self._domain:
            return None
        return self._components.get(domain, self._auto_components)

    def component_seen(self, domain: str) -> None:
        """Remember that a component made on the fly was here: it is away, not unknown, later."""
        if len(self._seen) < MAX_COMPONENTS:
            self._seen.add(domain)

    def is_component(self, domain: str) -> bool:
        """Return whether a component is known to serve a domain, connected or not."""
        return domain in self._components or domain in self._seen


def _check(field: str, password: str) -> None:
    try:
        saslprep(password)
    except SaslPrepError as error:
        raise AccountError(f"{field}: {error}") from error
