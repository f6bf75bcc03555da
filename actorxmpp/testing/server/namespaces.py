"""The XML namespaces and the few fixed pieces of stream XML the embedded server writes.

Inside the server every stanza is in ``jabber:client``: a component's stanzas are renamed when
they come in. They are serialised with that namespace as the default and so carry none on their
root; the stream they are written to, a client's or a component's, gives them its own.
"""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import escape, quoteattr

CLIENT: Final = "jabber:client"
COMPONENT: Final = "jabber:component:accept"
STREAM: Final = "http://etherx.jabber.org/streams"
STREAM_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-streams"
STANZA_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-stanzas"
TLS: Final = "urn:ietf:params:xml:ns:xmpp-tls"
SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND: Final = "urn:ietf:params:xml:ns:xmpp-bind"
SESSION: Final = "urn:ietf:params:xml:ns:xmpp-session"
SM: Final = "urn:xmpp:sm:3"
ROSTER: Final = "jabber:iq:roster"
PING: Final = "urn:xmpp:ping"
VERSION: Final = "jabber:iq:version"
DISCO_INFO: Final = "http://jabber.org/protocol/disco#info"
DISCO_ITEMS: Final = "http://jabber.org/protocol/disco#items"
DELAY: Final = "urn:xmpp:delay"
CHAT_STATES: Final = "http://jabber.org/protocol/chatstates"

MESSAGE: Final = f"{{{CLIENT}}}message"
PRESENCE: Final = f"{{{CLIENT}}}presence"
IQ: Final = f"{{{CLIENT}}}iq"
SM_ENABLE: Final = f"{{{SM}}}enable"
SM_RESUME: Final = f"{{{SM}}}resume"
SM_REQUEST: Final = f"{{{SM}}}r"
SM_ACK: Final = f"{{{SM}}}a"
ERROR: Final = f"{{{CLIENT}}}error"

ERROR_TYPES: Final[dict[str, str]] = {
    "bad-request": "modify",
    "conflict": "cancel",
    "feature-not-implemented": "cancel",
    "forbidden": "auth",
    "item-not-found": "cancel",
    "jid-malformed": "modify",
    "not-acceptable": "modify",
    "not-allowed": "cancel",
    "policy-violation": "modify",
    "recipient-unavailable": "wait",
    "remote-server-not-found": "cancel",
    "resource-constraint": "wait",
    "service-unavailable": "cancel",
}
"""Stanza error condition to its type (RFC 6120 section 8.3.3)."""


def stream_header(default: str, domain: str, stream_id: str) -> bytes:
    """Return the server's answer to a stream header."""
    version = " version='1.0' xml:lang='en'" if default == CLIENT else ""
    return (
        f"<?xml version='1.0'?><stream:stream xmlns='{default}' xmlns:stream='{STREAM}'"
        f" id='{stream_id}' from={quoteattr(domain)}{version}>"
    ).encode()


def stream_error(condition: str, text: str = "", special: str = "") -> bytes:
    """Return a stream error and the end of the stream (RFC 6120 section 4.9).

    Args:
        condition: the defined condition.
        text: a text beside it.
        special: the XML of an application's own condition.
    """
    detail = f"<text xmlns='{STREAM_ERRORS}' xml:lang='en'>{escape(text)}</text>" if text else ""
    return (
        f"<stream:error><{condition} xmlns='{STREAM_ERRORS}'/>{detail}{special}</stream:error>"
        "</stream:stream>"
    ).encode()


def sasl_failure(condition: str) -> bytes:
    """Return a SASL failure (RFC 6120 section 6.5)."""
    return f"<failure xmlns='{SASL}'><{condition}/></failure>".encode()


def sm_failed(condition: str, handled: int | None = None) -> bytes:
    """Return a refusal of stream management (XEP-0198 sections 3 and 5)."""
    count = "" if handled is None else f" h='{handled}'"
    return f"<failed xmlns='{SM}'{count}><{condition} xmlns='{STANZA_ERRORS}'/></failed>".encode()


def error_element(condition: str, text: str = "") -> Element:
    """Return the ``error`` child of a stanza error, its type looked up in `ERROR_TYPES`."""
    error = Element(ERROR, {"type": ERROR_TYPES[condition]})
    SubElement(error, f"{{{STANZA_ERRORS}}}{condition}")
    if text:
        SubElement(error, f"{{{STANZA_ERRORS}}}text").text = text
    return error


def answer(stanza: Element, kind: str) -> Element:
    """Return an empty stanza of the same name and id, sent back the way `stanza` came."""
    reply = Element(stanza.tag, {"type": kind})
    for theirs, ours in (("to", "from"), ("from", "to"), ("id", "id")):
        value = stanza.get(theirs)
        if value is not None:
            reply.set(ours, value)
    return reply


def error_answer(stanza: Element, condition: str, text: str = "") -> Element:
    """Return the error that answers `stanza` (RFC 6120 section 8.3)."""
    reply = answer(stanza, "error")
    reply.append(error_element(condition, text))
    return reply
