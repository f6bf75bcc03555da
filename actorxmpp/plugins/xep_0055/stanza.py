"""The search (XEP-0055 section 2)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.xmlstream.stanzabase import ElementBase, register_stanza_plugin

__all__ = ["NS", "Search"]

NS = "jabber:iq:search"


class Search(ElementBase):
    """``iq["search"]``; the search and its results are in ``["form"]``.

    Interfaces: ``instructions`` and the four fields of the older way, ``first``, ``last``,
    ``nick``, ``email``.
    """

    name = "query"
    namespace = NS
    plugin_attrib = "search"
    interfaces: ClassVar[set[str]] = {"instructions", "first", "last", "nick", "email"}
    sub_interfaces: ClassVar[set[str]] = {"instructions", "first", "last", "nick", "email"}


register_stanza_plugin(Search, Form)
