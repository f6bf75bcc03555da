"""Shipped fakes and servers for tests of bots and of this library.

``XMPPTestCase`` tests a bot against a scripted server, ``MemoryServer`` lets sessions talk to each
other without sockets, ``MemoryConnector`` is the way to both, slow or failing if a test says so,
``EmbeddedServer`` is a process of its own. Names are imported when they are first used: the
embedded server's process does not load actors.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actorxmpp.testing.connector import MemoryConnector
    from actorxmpp.testing.memory import MemoryServer
    from actorxmpp.testing.script import ScriptedServer
    from actorxmpp.testing.transcript import Transcript, TranscriptError
    from actorxmpp.testing.xmpptestcase import XMPPTestCase

__all__ = [
    "MemoryConnector",
    "MemoryServer",
    "ScriptedServer",
    "Transcript",
    "TranscriptError",
    "XMPPTestCase",
]

_HOMES = {
    "MemoryConnector": "connector",
    "MemoryServer": "memory",
    "ScriptedServer": "script",
    "Transcript": "transcript",
    "TranscriptError": "transcript",
    "XMPPTestCase": "xmpptestcase",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
