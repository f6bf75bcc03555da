"""The stanzas of XMPP as objects."""

from actorxmpp.stanza.atom import AtomAuthor, AtomEntry
from actorxmpp.stanza.error import Error
from actorxmpp.stanza.handshake import Handshake
from actorxmpp.stanza.iq import Iq
from actorxmpp.stanza.message import Message
from actorxmpp.stanza.presence import Presence
from actorxmpp.stanza.roster import Roster, RosterItem
from actorxmpp.stanza.stream_error import StreamError
from actorxmpp.stanza.stream_features import StreamFeatures

__all__ = [
    "AtomAuthor",
    "AtomEntry",
    "Error",
    "Handshake",
    "Iq",
    "Message",
    "Presence",
    "Roster",
    "RosterItem",
    "StreamError",
    "StreamFeatures",
]
