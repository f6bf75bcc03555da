"""What the two kinds of sessions are made of."""

from __future__ import annotations

import pytest

from actorxmpp.actors.composition import COMPOSITIONS
from actorxmpp.protocol.countingqueue import CountingQueue
from actorxmpp.protocol.stream import SendQueue
from actorxmpp.settings import SessionKind


def test_every_kind_has_its_row() -> None:
    assert set(COMPOSITIONS) == set(SessionKind)


@pytest.mark.parametrize("kind", SessionKind)
def test_a_row_makes_a_queue_of_the_limit_it_is_given(kind: SessionKind) -> None:
    queue = COMPOSITIONS[kind].queue(7)
    assert isinstance(queue, SendQueue)
    assert queue.limit == 7


def test_what_a_component_sends_is_counted_because_nobody_acknowledges_it() -> None:
    assert COMPOSITIONS[SessionKind.COMPONENT].queue is CountingQueue
    assert COMPOSITIONS[SessionKind.CLIENT].queue is SendQueue


def test_only_a_client_has_a_presence_and_a_server_that_answers() -> None:
    client, component = COMPOSITIONS[SessionKind.CLIENT], COMPOSITIONS[SessionKind.COMPONENT]
    assert (client.present, client.probed) == (True, True)
    assert (component.present, component.probed) == (False, False)
    assert component.role_first is True, "it says whether there are users"
