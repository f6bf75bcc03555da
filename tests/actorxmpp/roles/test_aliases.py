"""slixmpp's names of settings and of stream features."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from actorxmpp.roles.aliases import SHORT_NAMES, Setting, with_short_names


@dataclass(frozen=True)
class Inner:
    file: str | None = None
    strict: bool = True


@dataclass(frozen=True)
class Outer:
    number: int = 1
    inner: Inner = field(default_factory=Inner)


class Role:
    """Something with settings."""

    number = Setting("number")
    file = Setting("inner.file")
    loose = Setting("inner.strict", lambda value: not value, lambda value, _old: not value)
    added = Setting("number", write=lambda value, old: old + value)

    def __init__(self) -> None:
        self.settings = Outer()


def test_a_name_reads_and_replaces_a_field() -> None:
    role = Role()
    before = role.settings
    role.number = 7
    assert role.number == role.settings.number == 7
    assert before.number == 1, "settings are shared: they are replaced, never changed"


def test_a_field_of_a_field_leaves_the_others() -> None:
    role = Role()
    role.loose = True
    role.file = "ca.pem"
    assert role.settings == Outer(1, Inner("ca.pem", strict=False))


def test_a_value_may_have_another_form() -> None:
    role = Role()
    assert role.loose is False
    role.loose = True
    assert role.settings.inner.strict is False
    role.added = 4
    assert role.settings.number == 5, "what it was before may count"


def test_on_the_class_it_is_the_alias_itself() -> None:
    assert isinstance(Role.number, Setting)


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_every_short_name_comes_beside_the_long_one(name: str) -> None:
    assert with_short_names(frozenset((name, "{x}y"))) == {name, SHORT_NAMES[name], "{x}y"}


def test_sessions_of_one_server_share_one_set() -> None:
    features = [frozenset(("{urn:xmpp:sm:3}sm", "{x}y")) for _ in range(2)]
    assert with_short_names(features[0]) is with_short_names(features[1])
