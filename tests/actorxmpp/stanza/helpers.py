"""A stream that keeps what is sent on it, and stanzas received from it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from actorxmpp.stanza import Iq, Message, Presence, StreamError, StreamFeatures
from actorxmpp.xmlstream.index import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes

STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"


class Stream:
    """Takes what is sent."""

    use_message_ids = True
    use_presence_ids = True
    stream_ns = "http://etherx.jabber.org/streams"

    def __init__(self, component=False):
        self.is_component = component
        self.default_ns = "jabber:component:accept" if component else "jabber:client"
        self.namespace_map = {self.stream_ns: "stream"}
        self.sent = []
        self.failures = []
        self.requests = []
        self.ids = 0

    def new_id(self):
        self.ids += 1
        return f"id{self.ids}"

    def send(self, stanza):
        self.sent.append(to_bytes(stanza, self.default_ns).decode())

    def send_iq(self, iq, callback, timeout, timeout_callback):
        self.requests.append((iq, callback, timeout, timeout_callback))
        return "awaitable"

    def exception(self, error):
        self.failures.append(error)


def received(stream, text):
    registry = StanzaRegistry([Message, Presence, Iq, StreamError, StreamFeatures])
    return registry.build(ET.fromstring(text.replace("NS", stream.default_ns)), stream)
