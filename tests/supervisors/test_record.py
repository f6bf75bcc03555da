"""An actor's record."""

from __future__ import annotations

import pytest

from supervisors import EventLoopActor
from supervisors.record import Status
from supervisors.testing import run


@pytest.mark.parametrize("status", Status)
def test_an_actor_takes_messages_until_its_exit_begins(status):
    async def main():
        ref = EventLoopActor.start()
        real, ref.status = ref.status, status
        takes = (Status.STARTING, Status.PAUSED, Status.RUNNING)
        assert ref.is_open is ref.is_alive() is (status in takes)
        ref.status = real

    run(main)
