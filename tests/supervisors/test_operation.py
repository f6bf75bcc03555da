"""Operations: procedures that wait, one after another or side by side."""

from __future__ import annotations

from typing import Any

import pytest

from supervisors import ActorDeadError, ChildSpec, InboxFull, Supervisor
from supervisors.operation import Operation, Operations
from supervisors.testing import CrashingActor, ManualClock, run, run_until_idle, use_clock


class Gate:
    """A wait that ends when the test says so; what passes it is written down."""

    def __init__(self) -> None:
        self.wakes: dict[str, Any] = {}
        self.journal: list[str] = []

    def steps(self, name: str) -> Any:
        self.journal.append(f"{name} begins")
        value = yield lambda wake: self.wakes.__setitem__(name, wake)
        self.journal.append(f"{name} ends")
        if isinstance(value, Exception):
            raise value
        return value


class Owner:
    """Keeps the exceptions it is to end with."""

    def __init__(self) -> None:
        self.failures: list[BaseException] = []

    def exit(self, reason: BaseException) -> None:
        self.failures.append(reason)


def operations(*, serial: bool) -> tuple[Operations, list[BaseException]]:
    owner = Owner()
    return Operations(owner, serial=serial), owner.failures


def no_wait(value: Any) -> Any:
    yield lambda wake: wake(None)
    return value


def test_what_has_nothing_to_wait_for_is_over_at_once() -> None:
    over: list[Any] = []
    Operation(no_wait(7), lambda _op, value, exc: over.append((value, exc))).advance()
    assert over == [(7, None)]


def test_a_wait_wakes_its_operation_once() -> None:
    gate, over = Gate(), []
    Operation(gate.steps("a"), lambda _op, value, _exc: over.append(value)).advance()
    gate.wakes["a"](1)
    gate.wakes["a"](2)
    assert over == [1]


def test_an_aborted_operation_is_not_finished() -> None:
    gate, over = Gate(), []
    operation = Operation(gate.steps("a"), lambda *outcome: over.append(outcome))
    operation.advance()
    operation.abort()
    gate.wakes["a"](1)
    assert over == []
    assert gate.journal == ["a begins"]


@pytest.mark.parametrize(
    ("serial", "journal"),
    [
        (True, ["a begins", "a ends", "b begins", "b ends"]),
        (False, ["a begins", "b begins", "a ends", "b ends"]),
    ],
)
def test_serial_ones_wait_for_those_before(serial: bool, journal: list[str]) -> None:
    gate = Gate()
    ours, failures = operations(serial=serial)
    first, second = ours.request(gate.steps("a")), ours.request(gate.steps("b"))
    gate.wakes["a"]("one")
    gate.wakes["b"]("two")
    assert (first.get(), second.get()) == ("one", "two")
    assert gate.journal == journal
    assert failures == []


def test_an_urgent_one_does_not_wait_and_those_that_wait_go_on_waiting() -> None:
    gate = Gate()
    ours, _ = operations(serial=True)
    for name in "ab":
        ours.submit(gate.steps(name))
    urgent = ours.request(gate.steps("urgent"), urgent=True)
    gate.wakes["urgent"](1)
    assert urgent.get() == 1
    assert gate.journal == ["a begins", "urgent begins", "urgent ends"]
    gate.wakes["a"](None)
    assert gate.journal[-1] == "b begins"


@pytest.mark.parametrize("serial", [True, False])
def test_a_failure_goes_to_who_waits_or_to_the_owner(serial: bool) -> None:
    gate, error = Gate(), OSError("on purpose")
    ours, failures = operations(serial=serial)
    asked = ours.request(gate.steps("asked"))
    ours.submit(gate.steps("unasked"))
    gate.wakes["asked"](error)
    gate.wakes["unasked"](error)
    assert asked.exception() is error
    assert failures == [error]


@pytest.mark.parametrize("serial", [True, False])
def test_an_abort_tells_all_who_wait(serial: bool) -> None:
    gate = Gate()
    ours, failures = operations(serial=serial)
    futures = [ours.request(gate.steps(name)) for name in "abc"]
    ours.abort("the end")
    for future in futures:
        assert isinstance(future.exception(), ActorDeadError)
    for wake in gate.wakes.values():
        wake(None)
    assert not any(line.endswith("ends") for line in gate.journal)
    assert ours.request(no_wait(1)).get() == 1
    assert failures == []


@pytest.mark.parametrize(("serial", "taken"), [(True, 4), (False, 3)])
def test_requests_have_a_limit(serial: bool, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisors.operation.MAX_REQUESTS", 3)
    gate = Gate()
    ours, _ = operations(serial=serial)
    futures = [ours.request(gate.steps(name)) for name in "abcdef"]
    refused = [future.done() and isinstance(future.exception(), InboxFull) for future in futures]
    assert refused == [False] * taken + [True] * (6 - taken)


def test_any_number_may_wait_behind_one() -> None:
    async def main() -> None:
        clock = use_clock(ManualClock())
        sup = await Supervisor.spawn()
        slow = ChildSpec("slow", CrashingActor, kwargs={"start_takes": 5})
        futures = [sup.start_child(slow)]
        futures += [sup.start_child(ChildSpec(number, CrashingActor)) for number in range(3_000)]
        await run_until_idle()
        assert not any(future.done() for future in futures)
        clock.advance(5)
        await run_until_idle()
        assert all(future.get().is_alive() for future in futures)

    run(main)
