"""Ten thousand users behind one component: all answer, a hundred crash, and what each costs."""

from __future__ import annotations

import asyncio
import gc
import logging
import tracemalloc
from typing import Any

import pytest

from actorxmpp import ComponentXMPP, UserActor
from supervisors import telemetry

from .harness import JID, client, end, online, run, until

USERS = 10_000
CRASHES = 100
AT_ONCE = 200
MEASURED = 2_000
TARGET_BYTES = 1229  # 1.2 KiB


class Counting(UserActor):
    """Answers with how often it was asked since it was started."""

    def on_start(self) -> None:
        self.asked = 0

    def on_message(self, message: Any) -> None:
        if message["body"] == "crash":
            raise RuntimeError("crashed on purpose")
        self.asked += 1
        self.send_message(message["from"], str(self.asked), mtype="chat")


class Gateway(ComponentXMPP):
    def __init__(self) -> None:
        super().__init__(JID, "secret", "memory")
        self.users(Counting)


async def ask_all(juliet: Any, names: list[str]) -> dict[str, str]:
    """Write to each user, and collect the answers."""
    juliet.got.clear()
    for start in range(0, len(names), AT_ONCE):
        portion = names[start : start + AT_ONCE]
        for name in portion:
            juliet.say(name, "hello")
        wanted = start + len(portion)
        await until(lambda least=wanted: len(juliet.got) >= least)  # type: ignore[misc]
    return dict(juliet.got)


def test_each_answers_and_a_crash_restarts_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        names = [f"user{n}@{JID}" for n in range(USERS)]
        assert await ask_all(juliet, names) == dict.fromkeys(names, "1")
        assert gateway.active_users == USERS
        refs = {user.name: user.ref for user in gateway.session.users or ()}

        restarted: list[telemetry.Event] = []
        stop = telemetry.subscribe(
            lambda e: restarted.append(e) if e.kind is telemetry.EventKind.RESTARTED else None
        )
        crashing = names[:: USERS // CRASHES]
        juliet.got.clear()
        for name in crashing:
            juliet.say(name, "crash")
        await until(lambda: len(juliet.got) == CRASHES)
        assert dict(juliet.got) == dict.fromkeys(crashing, "internal-server-error")
        await until(lambda: gateway.user_counts.restarted == CRASHES)
        stop()

        assert len(restarted) == CRASHES
        users = gateway.session.users or ()
        new = {user.name for user in users if user.ref is not refs[user.name]}
        assert new == set(crashing)
        expected = {name: "1" if name in new else "2" for name in names}
        assert await ask_all(juliet, names) == expected
        await end(juliet, gateway)

    run(main)


def test_what_an_idle_user_costs(capsys: pytest.CaptureFixture[str]) -> None:
    async def main(server: Any) -> None:
        gateway = Gateway()
        await online(server, gateway)
        await gateway.user(f"first@{JID}")
        gc.collect()
        tracemalloc.start()
        for n in range(MEASURED):
            await gateway.user(f"user{n}@{JID}")
        await asyncio.sleep(0)
        gc.collect()
        each = tracemalloc.get_traced_memory()[0] / MEASURED
        tracemalloc.stop()
        with capsys.disabled():
            print(f"\nan idle user takes {each:.0f} bytes (target {TARGET_BYTES})")
        assert each < TARGET_BYTES
        await end(gateway)

    run(main)
