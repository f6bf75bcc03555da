"""The table of event handlers."""

from __future__ import annotations

from typing import Any

from actorxmpp.actors.events import EventEntry, EventTable


def one(_data: Any) -> None: ...
def two(_data: Any) -> None: ...


def test_handlers_are_called_in_the_order_they_were_added() -> None:
    table = EventTable()
    table.add("message", EventEntry(one, False, None))
    table.add("message", EventEntry(two, False, "xep_0030"))
    assert [entry.function for entry in table.take("message")] == [one, two]
    assert table.count("message") == 2


def test_a_disposable_handler_is_taken_once() -> None:
    table = EventTable()
    table.add("message", EventEntry(one, True, None))
    table.add("message", EventEntry(two, False, None))
    assert [entry.function for entry in table.take("message")] == [one, two]
    assert [entry.function for entry in table.take("message")] == [two]


def test_removing_is_by_function_and_by_event() -> None:
    table = EventTable()
    for name in ("message", "presence"):
        table.add(name, EventEntry(one, False, None))
    table.remove("message", one)
    assert table.count("message") == 0
    assert table.count("presence") == 1


def test_removing_an_owner_leaves_the_others() -> None:
    table = EventTable()
    table.add("message", EventEntry(one, False, "xep_0030"))
    table.add("message", EventEntry(two, False, None))
    table.remove_owner("xep_0030")
    assert [entry.function for entry in table.take("message")] == [two]
    table.remove_owner(None)
    assert table.take("message") == ()


def test_removing_what_is_not_there_is_no_error() -> None:
    EventTable().remove("message", one)


def test_a_handler_that_adds_another_while_called_does_not_disturb_the_round() -> None:
    table = EventTable()
    table.add("message", EventEntry(one, False, None))
    taken = table.take("message")
    table.add("message", EventEntry(two, False, None))
    assert [entry.function for entry in taken] == [one]
