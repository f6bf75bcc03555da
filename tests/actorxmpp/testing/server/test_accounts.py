"""Accounts and components: who exists, with which keys, and what is refused."""

from __future__ import annotations

import asyncio

import pytest

from actorxmpp.protocol.sasl.scramkeys import stored_keys
from actorxmpp.testing.server.accounts import HASHES, AccountError, Accounts


def made(**settings: object) -> Accounts:
    accounts = Accounts("localhost")
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


def test_accounts_on_the_fly_share_one_salt() -> None:
    accounts = made(auto_accounts="secret")
    assert accounts.exists("anybody")
    assert accounts.keys("anybody", "SHA-1") is accounts.keys("somebody", "SHA-1")


def test_another_server_has_another_salt() -> None:
    one = made(auto_accounts="secret").keys("anybody", "SHA-1")
    other = made(auto_accounts="secret").keys("anybody", "SHA-1")
    assert one is not None
    assert other is not None
    assert one.salt != other.salt


def test_a_named_account_keeps_its_own_password() -> None:
    accounts = made(accounts={"romeo": "his own"}, auto_accounts="secret")
    assert accounts.keys("romeo", "SHA-1") is not accounts.keys("anybody", "SHA-1")


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
