"""The table of IQs that wait for a reply."""

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.roles import iqs
from actorxmpp.roles.iqs import IqTable, PendingIq, TooManyIqs


def pending() -> PendingIq:
    request: Any = object()
    future: Any = object()
    return PendingIq(request, future, None)


@pytest.fixture
def table() -> IqTable:
    table = IqTable()
    table.own = frozenset(("", "romeo@example.net", "romeo@example.net/orchard", "example.net"))
    return table


def test_a_reply_from_the_peer_that_was_asked_completes(table: IqTable) -> None:
    request = pending()
    table.add(table.key("1", "juliet@example.net"), request)
    assert table.pop(table.key("1", "juliet@example.net")) is request
    assert len(table) == 0


@pytest.mark.parametrize("stranger", ["mallory@example.org", "", "romeo@example.net"])
def test_a_reply_from_another_sender_completes_nothing(table: IqTable, stranger: str) -> None:
    table.add(table.key("1", "juliet@example.net"), pending())
    assert table.pop(table.key("1", stranger)) is None
    assert len(table) == 1


@pytest.mark.parametrize("answerer", ["", "romeo@example.net", "example.net"])
def test_the_server_may_answer_for_the_account(table: IqTable, answerer: str) -> None:
    request = pending()
    table.add(table.key("1", ""), request)
    assert table.pop(table.key("1", answerer)) is request


def test_the_same_id_may_wait_for_two_peers(table: IqTable) -> None:
    table.add(table.key("1", "a@example.net"), pending())
    table.add(table.key("1", "b@example.net"), pending())
    with pytest.raises(ValueError, match=r"'1'.*b@example\.net"):
        table.add(table.key("1", "b@example.net"), pending())


def test_the_table_is_bounded(table: IqTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iqs, "PENDING_IQ_LIMIT", 2)
    table.add(("1", ""), pending())
    table.add(("2", ""), pending())
    with pytest.raises(TooManyIqs):
        table.add(("3", ""), pending())


def test_all_come_out_oldest_first(table: IqTable) -> None:
    requests = [pending() for _ in range(3)]
    for number, request in enumerate(requests):
        table.add((str(number), ""), request)
    assert table.pop_all() == requests
    assert len(table) == 0
