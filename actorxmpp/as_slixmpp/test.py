"""``slixmpp.test``: ``SlixTest`` is ``XMPPTestCase``, on the roles of slixmpp programs.

Two things are as its tests expect them. A reply is taken from the one who was asked, and from
nobody else; they leave out who it is from, so that is filled in. And a JID without resource stays
without.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from actorxmpp.as_slixmpp.roles import ClientXMPP, ComponentXMPP
from actorxmpp.testing.compare import parse
from actorxmpp.testing.xmpptestcase import XMPPTestCase
from actorxmpp.xmlstream.tostring import tostring

__all__ = ["SlixTest"]


class Sent:
    """``self.xmpp.socket`` of such tests: what the session has sent, one at a time."""

    def __init__(self, case: SlixTest) -> None:
        self._case = case

    def next_sent(self, timeout: float | None = None) -> str | None:
        """Take out the next thing sent; None if there is nothing."""
        del timeout
        self._case.loop.idle()
        sent = self._case.server.sent
        return tostring(sent.popleft(), self._case.xmpp.default_ns) if sent else None


class SlixTest(XMPPTestCase):
    """The base of tests written for slixmpp; see ``XMPPTestCase``."""

    client_class = ClientXMPP
    component_class = ComponentXMPP
    given_resource = ""

    def stream_start(self, *args: Any, **kwargs: Any) -> None:
        """Start a session; see ``XMPPTestCase``."""
        super().stream_start(*args, **kwargs)
        self.xmpp.socket = Sent(self)

    def recv(self, data: str | bytes, *args: Any, **kwargs: Any) -> None:
        """Have the session receive XML; a reply that says not who it is from is from who was asked.

        Args:
            data: what the server sends.
            args: accepted, as ``kwargs``, and ignored.
            kwargs: see ``args``.
        """
        self.loop.idle()
        super().recv(self._with_sender(data), *args, **kwargs)

    def _with_sender(self, data: str | bytes) -> str | bytes:
        if isinstance(data, bytes) or not data.lstrip().startswith("<iq"):
            return data
        try:
            iq = parse(data)
        except ValueError:  # part of a stanza: the session gets it as it is
            return data
        asked = self.server.asked.get(iq.get("id", ""))
        if not asked or "from" in iq.attrib or iq.get("type") not in ("result", "error"):
            return data
        iq.set("from", asked)
        self.fix_namespaces(iq)
        return ET.tostring(iq, encoding="unicode")
