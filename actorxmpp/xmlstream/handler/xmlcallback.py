"""XMLCallback: call a function with the element of each matching stanza."""

from __future__ import annotations

from typing import Any

from actorxmpp.xmlstream.handler.callback import Callback


class XMLCallback(Callback):
    """A ``Callback`` whose function gets the element instead of the stanza object."""

    __slots__ = ()

    def run(self, payload: Any, instream: bool = False) -> Any:
        """Call the function with the stanza's element."""
        return super().run(getattr(payload, "xml", payload), instream)
