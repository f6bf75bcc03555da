"""The namespaces every stream knows. Imports nothing."""

from __future__ import annotations

XML_NS = "http://www.w3.org/XML/1998/namespace"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
STREAM_NS = "http://etherx.jabber.org/streams"
CLIENT_NS = "jabber:client"
SERVER_NS = "jabber:server"
COMPONENT_NS = "jabber:component:accept"

CONTENT_NAMESPACES = frozenset({CLIENT_NS, SERVER_NS, COMPONENT_NS})
"""Namespaces whose message, presence, iq and error mean the same (RFC 6120 section 4.8.2,
XEP-0114). A stanza class is written for one of them and works in all: clients and components share
one process."""
