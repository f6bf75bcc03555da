"""A supervisor's ref: its requests as methods."""

from __future__ import annotations

import inspect

import pytest

from supervisors import ChildSpec, DynamicSupervisor, LoopRef, Supervisor, SupervisorRef
from supervisors.testing import CrashingActor, run

REQUESTS = sorted(set(vars(SupervisorRef)) - set(vars(LoopRef)) - {"_request", "__slots__"})


@pytest.mark.parametrize("kind", [Supervisor, DynamicSupervisor])
@pytest.mark.parametrize("request_", [name for name in REQUESTS if not name.startswith("_")])
def test_every_request_is_a_method_of_both_supervisors(kind, request_):
    theirs = inspect.signature(getattr(kind, request_)).parameters
    ours = inspect.signature(getattr(SupervisorRef, request_)).parameters
    assert theirs
    if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in ours.values()):
        assert len(ours) <= len(theirs) + 1  # configure takes its changes by name


def test_requests_are_answered_by_futures():
    async def main():
        sup = await Supervisor.spawn([ChildSpec("a", CrashingActor)])
        assert await sup.count_children() == (1, 1, 0, 1)
        assert [info.id for info in await sup.which_children()] == ["a"]
        assert (await sup.get_childspec("a")).id == "a"
        await sup.configure(intensity=7)
        await sup.terminate_child("a")
        await sup.restart_child("a")
        await sup.terminate_child("a")
        await sup.delete_child("a")
        assert (await sup.tree()).children == ()

    run(main)
