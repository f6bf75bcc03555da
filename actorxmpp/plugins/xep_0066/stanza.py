"""URLs beside the text (XEP-0066)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "NS_IQ", "OOB", "OOBTransfer"]

NS = "jabber:x:oob"
NS_IQ = "jabber:iq:oob"


class OOBTransfer(ElementBase):
    """``iq["oob_transfer"]``; interfaces ``url``, ``desc``, ``sid``."""

    name = "query"
    namespace = NS_IQ
    plugin_attrib = "oob_transfer"
    interfaces: ClassVar[set[str]] = {"url", "desc", "sid"}
    sub_interfaces: ClassVar[set[str]] = {"url", "desc"}


class OOB(ElementBase):
    """``message["oob"]``; interfaces ``url``, ``desc``."""

    name = "x"
    namespace = NS
    plugin_attrib = "oob"
    interfaces: ClassVar[set[str]] = {"url", "desc"}
    sub_interfaces: ClassVar[set[str]] = {"url", "desc"}
