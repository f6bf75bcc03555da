"""The XML namespaces that stream negotiation speaks, and names built from them.

Where it stands: the lowest layer of `protocol`; everything here imports it, it imports nothing.
Rules: a name is written once, here; the rest of the package uses the constant.
"""

from __future__ import annotations

from typing import Final

CLIENT: Final = "jabber:client"
COMPONENT: Final = "jabber:component:accept"
STREAMS: Final = "http://etherx.jabber.org/streams"
STREAM_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-streams"
STANZA_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-stanzas"
TLS: Final = "urn:ietf:params:xml:ns:xmpp-tls"
SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND: Final = "urn:ietf:params:xml:ns:xmpp-bind"
SESSION: Final = "urn:ietf:params:xml:ns:xmpp-session"
CHANNEL_BINDING: Final = "urn:xmpp:sasl-cb:0"
"""XEP-0440."""
LIMITS: Final = "urn:xmpp:stream-limits:0"
"""XEP-0478."""
SM: Final = "urn:xmpp:sm:3"
"""XEP-0198."""
XML: Final = "http://www.w3.org/XML/1998/namespace"


def clark(namespace: str, name: str) -> str:
    """Return ``{namespace}name``, ElementTree's way to write a qualified name."""
    return f"{{{namespace}}}{name}"


def split_clark(tag: str) -> tuple[str, str]:
    """Split ``{namespace}name`` into its two parts; the namespace is empty when there is none."""
    if tag[:1] == "{":
        namespace, _, name = tag[1:].partition("}")
        return namespace, name
    return "", tag
