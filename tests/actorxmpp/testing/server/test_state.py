"""What the connections of a server share: who is there, work, names, ends of sessions."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from actorxmpp.testing.server.accounts import Accounts
from actorxmpp.testing.server.management import Management, ManagementOptions
from actorxmpp.testing.server.state import ServerState


def run(story: Any, **options: Any) -> None:
    async def main() -> None:
        accounts = Accounts("localhost")
        await accounts.add_all({}, {}, "secret", None)
        loop = asyncio.get_running_loop()
        await story(ServerState("localhost", accounts, loop, **options))

    asyncio.run(main())


def test_it_is_empty_when_the_last_connection_is_gone() -> None:
    async def story(state: ServerState) -> None:
        one, other = object(), object()
        assert state.empty.is_set()
        state.add(one)  # type: ignore[arg-type]
        state.add(other)  # type: ignore[arg-type]
        state.remove(one)  # type: ignore[arg-type]
        state.remove(one)  # type: ignore[arg-type]
        assert not state.empty.is_set()
        state.remove(other)  # type: ignore[arg-type]
        assert state.empty.is_set()

    run(story)


@pytest.mark.parametrize(("seed", "same"), [("seed", True), (None, False)])
def test_names_are_repeatable_with_a_seed_only(seed: str | None, same: bool) -> None:
    names: list[tuple[str, str]] = []

    async def story(state: ServerState) -> None:
        names.append((state.new_resource(), state.new_session_id()))

    for _ in range(2):
        run(story, rng=None if seed is None else random.Random(seed))
    assert (names[0] == names[1]) == same
    assert len(set(names[0])) == 2


def test_work_beside_the_connections_is_kept_until_it_is_done() -> None:
    async def story(state: ServerState) -> None:
        done = asyncio.Event()

        async def work() -> None:
            done.set()

        state.spawn(work())
        assert len(state._tasks) == 1
        await done.wait()
        await asyncio.sleep(0)
        assert not state._tasks

    run(story)


def test_a_session_ends_once_and_what_it_missed_is_kept_for_the_account(server: Any) -> None:
    async def story(state: ServerState) -> None:
        resource, _ = state.directory.attach("romeo@localhost", "r", server)
        resource.management = Management("id", 60.0)
        state.sessions.add(resource, resource.management)
        resource.management.sent(b"<message to='romeo@localhost/r'><body>1</body></message>")
        state.end_session(resource)
        state.end_session(resource)
        assert len(state.router.offline) == 1
        assert state.directory.resources == {}
        assert state.directory.users == {}
        assert state.sessions.resumable == {}

    run(story)


def test_by_default_stream_management_is_offered_and_nothing_goes_wrong() -> None:
    async def story(state: ServerState) -> None:
        assert state.management == ManagementOptions()
        assert state.management.offered
        assert (state.faults, state.features, state.on_stanza) == (None, "", None)

    run(story)
