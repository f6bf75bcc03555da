"""What the two kinds of sessions are made of: a table. A third kind is a row more.

The actors are the same for both; what differs is data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from actorxmpp.protocol.countingqueue import CountingQueue
from actorxmpp.protocol.stream import SendQueue
from actorxmpp.settings import SessionKind

__all__ = ["COMPOSITIONS", "Composition"]


@dataclass(frozen=True, slots=True)
class Composition:
    """What differs between kinds of sessions.

    Attributes:
        queue: what waits to be sent. Without acknowledgements stanzas are counted there.
        probed: the server answers a ping (XEP-0199). A component has nobody whose answer it could
            count on: XEP-0114 has no such thing.
        role_first: the role object is made before the actors, because it says which there are.
        present: the session has a presence that is to be taken back at its end.
    """

    queue: type[SendQueue]
    probed: bool
    role_first: bool
    present: bool


COMPOSITIONS: Final = {
    SessionKind.CLIENT: Composition(SendQueue, probed=True, role_first=False, present=True),
    SessionKind.COMPONENT: Composition(CountingQueue, probed=False, role_first=True, present=False),
}
