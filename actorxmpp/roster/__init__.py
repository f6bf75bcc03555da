"""Rosters (RFC 6121 section 2) and subscriptions."""

from actorxmpp.roster.item import RosterItem
from actorxmpp.roster.multi import Roster
from actorxmpp.roster.single import RosterNode

__all__ = ["Roster", "RosterItem", "RosterNode"]
