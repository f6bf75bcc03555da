"""XML streams and stanza objects without I/O.

In the order a stanza passes them: ``tokenizer`` (bytes to elements), ``registry`` (elements to
stanza objects), ``index`` (which handlers match), ``matcher`` and ``handler``, ``serialize`` (back
to bytes). The stanza classes themselves: ``rawelement``, ``container``, ``elementbase``,
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

#: Names of the public API that live where asyncio is known; looked up only when asked for.
_STREAM_NAMES = ("XMLStream", "RESPONSE_TIMEOUT")


def __getattr__(name: str) -> Any:
    """Finds ``XMLStream`` and ``RESPONSE_TIMEOUT`` without this package importing asyncio."""
    if name in _STREAM_NAMES:
        from importlib import import_module

        return getattr(import_module("actorxmpp.xmlstream.xmlstream"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
