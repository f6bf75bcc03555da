"""Stanzas, and which of them each path and mask fits; the tests of the index use them, too."""

from __future__ import annotations

from typing import ClassVar
from xml.etree import ElementTree as ET

from actorxmpp.stanza import Iq, Message, Presence, StreamError
from actorxmpp.xmlstream import ElementBase, MatchXPath, register_stanza_plugin
from actorxmpp.xmlstream.index import StanzaRegistry
from actorxmpp.xmlstream.matcher import MatcherBase

CLIENT = "jabber:client"


COMPONENT = "jabber:component:accept"


class Probe(ElementBase):
    name = "probe"
    namespace = "urn:probe"
    plugin_attrib = "probing"
    interfaces: ClassVar = {"kind"}


class Part(ElementBase):
    name = "part"
    namespace = "urn:probe"
    plugin_attrib = "part"
    interfaces: ClassVar = {"no"}


register_stanza_plugin(Message, Probe)


register_stanza_plugin(Iq, Probe)


register_stanza_plugin(Probe, Part, iterable=True)


def build(text, namespace=CLIENT):
    registry = StanzaRegistry([Message, Presence, Iq, StreamError])
    element = ET.fromstring(text.replace("NS", namespace))
    return registry.build(element)


GONE = "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"


PART = "<part no='1'/>"


STANZAS = [
    "<message xmlns='NS' type='chat' id='m1' from='a@b/c'><body>x</body></message>",
    f"<message xmlns='NS' id='m2'><probe xmlns='urn:probe' kind='k'>{PART}</probe></message>",
    f"<message xmlns='NS' type='error'><body>x</body><error>{GONE}</error></message>",
    "<presence xmlns='NS'><show>xa</show><priority>2</priority><status>s</status></presence>",
    "<presence xmlns='NS' type='subscribe' from='a@b'/>",
    "<iq xmlns='NS' type='get' id='i1' from='a@b/c'><probe xmlns='urn:probe'/></iq>",
    "<iq xmlns='NS' type='result' id='i2' from='a@b'><query xmlns='jabber:iq:roster'/></iq>",
    "<iq xmlns='NS' type='set'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>",
    "<enabled xmlns='urn:xmpp:sm:3'/>",
]


PATHS = {
    "message": {0, 1, 2},
    "message/body": {0, 2},
    "message@type=chat": {0},
    "message@type=chat/body": {0},
    "message@id": {0, 1},
    "message/probing": {1},
    "message/probing@kind=k": {1},
    "message/probing@kind=z": set(),
    "message/probing/part": {1},
    "message/probing/part@no=1": {1},
    "message/probing/part@no=2": set(),
    "message/error": {2},
    "message/error@condition=gone": {2},
    "message/probe": set(),
    "presence": {3, 4},
    "presence@show=xa@priority=2": {3},
    "presence@show=xa/status": {3},
    "presence@type=subscribe": {4},
    "iq@type=get/probing": {5},
    "iq/probing": {5},
    "iq@type=set/roster": {7},
    "iq@type=set/roster/item": {7},
    "iq/roster": {6, 7},
    "{jabber:client}iq/{jabber:iq:roster}roster": {6, 7},
    "enabled": set(),
    "probing": {1, 5},
}


XPATHS = {
    "{NS}message": {0, 1, 2},
    "{NS}message/{NS}body": {0, 2},
    "{NS}message/{urn:probe}probe": {1},
    "{NS}message/{urn:probe}probe/part": {1},
    "{NS}message/{urn:probe}probe/{urn:probe}none": set(),
    "{NS}iq/{jabber:iq:roster}query": {6, 7},
    "{NS}message/{NS}error/*": {2},
    "{NS}*": {0, 1, 2, 3, 4, 5, 6, 7, 8},
    "{NS}presence[@type='subscribe']": {4},
    "{urn:xmpp:sm:3}enabled": {8},
    "message": set(),
    "{urn:other}message": set(),
}


MASKS = {
    "<message xmlns='jabber:client'><body/></message>": {0, 2},
    "<message xmlns='jabber:client' type='chat'/>": {0},
    "<message><probe xmlns='urn:probe' kind='k'/></message>": {1},
    "<message xmlns='jabber:client'><body>x</body></message>": {0, 2},
    "<message xmlns='jabber:client'><body>y</body></message>": set(),
    "<iq/>": {5, 6, 7},
    "<iq xmlns='urn:x'/>": set(),
    "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>": {7},
}


class Everything(MatcherBase):
    def match(self, xml):
        return True


class Picky(MatchXPath):
    """Keeps its parent's keys out of use: its ``match`` takes more than they say."""

    def match(self, xml):
        return xml.xml.get("id") == "i2"
