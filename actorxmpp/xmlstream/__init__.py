"""XML streams and stanza objects without I/O.

In the order a stanza passes them: ``tokenizer`` (bytes to elements), ``index`` (elements to stanza
objects, and the handlers that match), ``matcher`` and ``handler``, ``serialize`` (back to bytes).
The stanza classes themselves: ``elementbase``, which stands on ``accessors`` and ``paths``, and
``stanzabase``.
"""

from __future__ import annotations

from typing import Any

from actorxmpp.jid import JID
from actorxmpp.xmlstream.handler import (
    Callback,
    Collector,
    CoroutineCallback,
    CoroutineWaiter,
    Waiter,
    XMLCallback,
    XMLWaiter,
)
from actorxmpp.xmlstream.handler.waiter import DEFAULT_TIMEOUT
from actorxmpp.xmlstream.matcher import (
    MatcherId,
    MatchIDSender,
    MatchMany,
    MatchXMLMask,
    MatchXPath,
    StanzaPath,
)
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, StanzaBase, register_stanza_plugin
from actorxmpp.xmlstream.tostring import highlight, tostring

__all__ = [
    "ET",
    "JID",
    "RESPONSE_TIMEOUT",
    "Callback",
    "Collector",
    "CoroutineCallback",
    "CoroutineWaiter",
    "ElementBase",
    "MatchIDSender",
    "MatchMany",
    "MatchXMLMask",
    "MatchXPath",
    "MatcherId",
    "StanzaBase",
    "StanzaPath",
    "Waiter",
    "XMLCallback",
    "XMLWaiter",
    "highlight",
    "register_stanza_plugin",
    "tostring",
]

RESPONSE_TIMEOUT = DEFAULT_TIMEOUT
"""Seconds a ``Waiter`` waits by default."""


def __getattr__(name: str) -> Any:
    """Find ``XMLStream``, which knows asyncio, only when it is asked for."""
    if name == "XMLStream":
        from importlib import import_module

        return import_module("actorxmpp.stream").XMLStream
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
