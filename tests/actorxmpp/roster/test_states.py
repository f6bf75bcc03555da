"""The tables of subscription stanzas, beside RFC 6121 appendix A."""

from __future__ import annotations

import itertools

import pytest

from actorxmpp.roster.states import CLIENT, COMPONENT, DIRECTIONS


@pytest.mark.parametrize(
    ("kind", "state", "held", "pending", "event"),
    [
        # RFC 6121 appendix A.3, for an entity that keeps the state itself
        ("subscribe", (False, False), False, True, "roster_subscription_request"),
        ("subscribe", (False, True), False, True, None),
        ("subscribe", (True, False), True, False, None),
        ("subscribed", (False, True), True, False, "roster_subscription_authorized"),
        ("subscribed", (False, False), False, False, None),
        ("unsubscribe", (True, False), False, False, "roster_subscription_remove"),
        ("unsubscribe", (False, True), False, False, None),
        ("unsubscribed", (True, False), False, False, "roster_subscription_removed"),
        ("unsubscribed", (False, True), False, False, None),
    ],
)
def test_the_table_says_what_the_rfc_says(kind, state, held, pending, event):
    outcome = COMPONENT[kind][state]
    assert (outcome.held, outcome.pending, outcome.event) == (held, pending, event)


def test_the_tables_are_complete():
    for table in (CLIENT, COMPONENT):
        assert set(table) == set(DIRECTIONS)
        for rows in table.values():
            assert set(rows) == set(itertools.product([False, True], repeat=2))
