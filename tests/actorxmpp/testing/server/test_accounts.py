"""Accounts and components: who exists, with which keys, and what is refused."""

from __future__ import annotations

import asyncio

import pytest

from actorxmpp.protocol.sasl.scramkeys import StoredKeys, stored_keys
from actorxmpp.testing.server import accounts as module
from actorxmpp.testing.server.accounts import HASHES, AccountError, Accounts, KeysMissing


def made(salt_secret: str = "", **settings: object) -> Accounts:
    accounts = Accounts("localhost", salt_secret=salt_secret)
    defaults = {"accounts": {}, "components": {}, "auto_accounts": None, "auto_components": None}
    asyncio.run(accounts.add_all(**{**defaults, **settings}))  # type: ignore[arg-type]
    return accounts


@pytest.mark.parametrize("hash_name", HASHES)
def test_an_account_has_the_keys_of_its_password(hash_name: str) -> None:
    keys = made(accounts={"romeo": "secret"}).keys("romeo", hash_name)
    assert keys is not None
    assert keys == stored_keys("secret", hash_name, salt=keys.salt, iterations=4096)


def test_nobody_else_exists() -> None:
    accounts = made(accounts={"romeo": "secret"})
    assert accounts.exists("romeo")
    assert not accounts.exists("juliet")
    assert accounts.keys("juliet", "SHA-1") is None


def derived(accounts: Accounts, name: str, hash_name: str = "SHA-1") -> StoredKeys:
    """The keys of an account on the fly, which logs in for the first time."""
    with pytest.raises(KeysMissing):
        accounts.keys(name, hash_name)
    asyncio.run(accounts.derive(name, hash_name))
    keys = accounts.keys(name, hash_name)
    assert keys is not None
    return keys


@pytest.mark.parametrize("hash_name", HASHES)
def test_accounts_on_the_fly_have_keys_once_they_are_derived(hash_name: str) -> None:
    accounts = made(auto_accounts="secret")
    assert accounts.exists("anybody")
    keys = derived(accounts, "anybody", hash_name)
    assert keys == stored_keys("secret", hash_name, salt=keys.salt, iterations=4096)
    assert accounts.keys("anybody", hash_name) is keys
    assert accounts.derived == 1


def test_each_account_on_the_fly_has_a_salt_of_its_own() -> None:
    accounts = made(auto_accounts="secret")
    assert derived(accounts, "anybody").salt != derived(accounts, "somebody").salt


@pytest.mark.parametrize(("one", "other", "same"), [("", "", False), ("x", "x", True)])
def test_another_server_has_the_same_salts_if_it_has_the_same_secret(
    one: str, other: str, same: bool
) -> None:
    salts = {derived(made(each, auto_accounts="secret"), "anybody").salt for each in (one, other)}
    assert (len(salts) == 1) == same


def test_a_hash_that_is_not_offered_has_no_keys() -> None:
    assert made(auto_accounts="secret").keys("anybody", "SHA-512") is None


def test_the_keys_kept_are_bounded_and_derived_again_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 1)
    accounts = made(auto_accounts="secret")
    before = derived(accounts, "anybody")
    derived(accounts, "somebody")
    assert derived(accounts, "anybody") == before


def test_a_named_account_keeps_its_own_password() -> None:
    accounts = made(accounts={"romeo": "his own"}, auto_accounts="secret")
    keys = accounts.keys("romeo", "SHA-1")
    assert keys is not None
    assert keys == stored_keys("his own", "SHA-1", salt=keys.salt, iterations=4096)


def test_a_new_password_takes_the_place_of_the_old_one() -> None:
    accounts = made(accounts={"romeo": "old"})
    old = accounts.keys("romeo", "SHA-1")
    asyncio.run(accounts.add("Romeo", "new"))
    assert accounts.keys("romeo", "SHA-1") != old


def test_a_name_is_prepared() -> None:
    accounts = made(accounts={"Romeo": "secret"})
    assert accounts.name("ROMEO") == "romeo"
    assert accounts.exists("romeo")


@pytest.mark.parametrize("user", ["", "a@b", "a/b", "a b", 'a"b'])
def test_a_name_that_is_none_is_refused(user: str) -> None:
    with pytest.raises(AccountError, match="user"):
        made(accounts={user: "secret"})


def test_a_password_that_cannot_be_prepared_is_refused_without_showing_it() -> None:
    with pytest.raises(AccountError, match="password") as caught:
        made(accounts={"romeo": "se\x07cret"})
    assert "cret" not in str(caught.value)


def test_components_have_their_secrets() -> None:
    accounts = made(components={"gw.localhost": "its own"}, auto_components="any")
    assert accounts.component_secret("gw.localhost") == "its own"
    assert accounts.component_secret("other.example") == "any"
    assert accounts.component_secret("localhost") is None


def test_a_component_on_the_fly_is_known_once_it_was_there() -> None:
    accounts = made(auto_components="any")
    assert not accounts.is_component("gw.localhost")
    accounts.component_seen("gw.localhost")
    assert accounts.is_component("gw.localhost")


@pytest.mark.parametrize("jid", ["", "user@gw.localhost", "gw.localhost/x", "localhost", "@"])
def test_a_component_that_is_no_domain_is_refused(jid: str) -> None:
    with pytest.raises(AccountError, match="jid"):
        made(components={jid: "secret"})
