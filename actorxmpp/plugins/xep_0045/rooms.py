"""Who is in the rooms we are in (XEP-0045 section 7.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin

if TYPE_CHECKING:
    from actorxmpp.stanza import Presence
    from actorxmpp.types import JidStr, MucRoomItem, MucRoomItemKeys, OptJidStr

__all__ = ["AVAILABLE", "Rooms"]

AVAILABLE = frozenset(("available", "chat", "away", "dnd", "xa"))
NICK = "{http://jabber.org/protocol/nick}nick"
"""What somebody is called elsewhere (XEP-0172)."""


class Rooms(BasePlugin):
    """The tables of rooms, and asking them.

    A component may be in one room with several of its JIDs: with ``multi_from`` the tables are kept
    for each, and questions take ``pfrom``.
    """

    multi_from: bool
    rooms: dict[JID | None, dict[JID, dict[str, MucRoomItem]]]
    our_nicks: dict[JID | None, dict[JID, str]]

    def _side(self, pfrom: OptJidStr) -> JID | None:
        """The key of the tables: which of our JIDs, if that matters."""
        if not self.multi_from:
            return None
        if not pfrom:
            raise ValueError("with multi_from, pfrom says which of our JIDs is meant")
        return JID(pfrom)

    def _occupants(self, room: JidStr, pfrom: OptJidStr) -> dict[str, MucRoomItem] | None:
        return self.rooms.get(self._side(pfrom), {}).get(JID(room))

    def _enter(self, side: JID | None, room: JID, nick: str) -> None:
        self.rooms.setdefault(side, {})[room] = {}
        self.our_nicks.setdefault(side, {})[room] = nick

    def _leave(self, side: JID | None, room: JID) -> None:
        for table in (self.rooms, self.our_nicks):
            inner: dict[JID, Any] = cast("dict[JID | None, Any]", table).get(side, {})
            inner.pop(room, None)
            if not inner:
                cast("dict[JID | None, Any]", table).pop(side, None)

    def _note(self, occupants: dict[str, MucRoomItem], presence: Presence) -> bool | None:
        """Update the table; True for somebody new, False for somebody who left, else None."""
        muc = presence["muc"]
        nick = muc["nick"]
        if presence["type"] not in AVAILABLE:
            return False if occupants.pop(nick, None) is not None else None
        new = nick not in occupants
        show = presence["show"]
        entry = {
            "jid": str(muc["jid"]),
            "role": muc["role"],
            "affiliation": muc["affiliation"],
            "show": show if show in ("away", "chat", "dnd", "xa") else "",
            "status": presence["status"],
            "alt_nick": presence.xml.findtext(NICK, ""),
        }
        occupants[nick] = cast("MucRoomItem", entry)
        return True if new else None

    def jid_in_room(self, room: JidStr, jid: JidStr, pfrom: OptJidStr = None) -> bool:
        """Whether somebody is in a room, by the real full JID."""
        return self.get_nick(room, jid, pfrom) is not None

    def get_nick(self, room: JidStr, jid: JidStr, pfrom: OptJidStr = None) -> str | None:
        """Return somebody's nickname in a room, by the real full JID; None if not there."""
        occupants = self._occupants(room, pfrom) or {}
        wanted = str(jid)
        return next((nick for nick, each in occupants.items() if each["jid"] == wanted), None)

    def get_joined_rooms(self, pfrom: OptJidStr = None) -> list[JID]:
        """Return the rooms we are in."""
        return list(self.rooms.get(self._side(pfrom), {}))

    def get_our_jid_in_room(self, room_jid: JidStr, pfrom: OptJidStr = None) -> str:
        """Return our address in a room; empty if we are not in it."""
        nick = self.our_nicks.get(self._side(pfrom), {}).get(JID(room_jid))
        return f"{room_jid}/{nick}" if nick else ""

    def get_jid_property(
        self, room: JidStr, nick: str, jid_property: MucRoomItemKeys, pfrom: OptJidStr = None
    ) -> Any:
        """Return something of an occupant.

        Args:
            room: the room.
            nick: the occupant.
            jid_property: ``jid``, ``role``, ``affiliation``, ``show``, ``status``, ``alt_nick``.
            pfrom: which of our JIDs is in the room, with ``multi_from``.

        Returns:
            None if there is no such occupant, or it is not known.
        """
        occupant = (self._occupants(room, pfrom) or {}).get(nick)
        return None if occupant is None else occupant.get(jid_property)

    def get_roster(self, room: JidStr, pfrom: OptJidStr = None) -> list[str]:
        """Return the nicknames in a room.

        Raises:
            ValueError: if we are not in it.
        """
        occupants = self._occupants(room, pfrom)
        if occupants is None:
            raise ValueError(f"we are not in the room {room}")
        return list(occupants)
