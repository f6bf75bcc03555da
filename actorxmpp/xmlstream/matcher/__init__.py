"""Matchers: which stanzas a handler takes."""

from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase
from actorxmpp.xmlstream.matcher.id import MatcherId
from actorxmpp.xmlstream.matcher.idsender import MatchIDSender
from actorxmpp.xmlstream.matcher.many import MatchMany
from actorxmpp.xmlstream.matcher.stanzapath import StanzaPath
from actorxmpp.xmlstream.matcher.xmlmask import MatchXMLMask
from actorxmpp.xmlstream.matcher.xpath import MatchXPath

__all__ = [
    "Key",
    "KeyKind",
    "MatchIDSender",
    "MatchMany",
    "MatchXMLMask",
    "MatchXPath",
    "MatcherBase",
    "MatcherId",
    "StanzaPath",
]
