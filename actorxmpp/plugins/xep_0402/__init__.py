"""XEP-0402: PEP Native Bookmarks: an account's rooms, each an item of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.jid import JID, InvalidJID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement, is_true
from actorxmpp.plugins.xep_0060 import EventItem, Item
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq, Message
    from actorxmpp.types import JidStr

__all__ = ["XEP_0402", "Conference", "Extensions"]

NS = "urn:xmpp:bookmarks:1"

OPTIONS = {
    "pubsub#persist_items": "true",
    "pubsub#max_items": "max",
    "pubsub#send_last_published_item": "never",
    "pubsub#access_model": "whitelist",
}
"""What the node has to be like: everything is kept, and nobody else may look (section 3.1)."""

logger = logging.getLogger(__name__)


class Conference(ElementBase):
    """A room; the item's id is its JID. Interfaces ``name nick password``, ``autojoin`` (bool)."""

    name = plugin_attrib = "conference"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"name", "autojoin", "nick", "password"}
    sub_interfaces: ClassVar[set[str]] = {"nick", "password"}

    def get_autojoin(self) -> bool:
        """Return whether to be in the room."""
        return is_true(self._get_attr("autojoin"))

    def set_autojoin(self, value: bool | str) -> None:
        """Say whether to be in the room."""
        said = is_true(value) if isinstance(value, str) else value
        self._set_attr("autojoin", "true" if said else "false")


class Extensions(EmptyElement):
    """What else there is to keep of a room; unknown elements are left in it (section 3.4)."""

    name = plugin_attrib = "extensions"
    namespace = NS


register_stanza_plugin(Conference, Extensions)
register_stanza_plugin(Item, Conference)
register_stanza_plugin(EventItem, Conference)


class XEP_0402(BasePlugin):
    """PEP Native Bookmarks, for clients.

    Configuration: ``auto_join`` (False): enter the rooms that are marked so with each new session,
    and enter and leave rooms as the account's other clients change the bookmarks.

    Events: ``room_bookmark_publish`` and ``room_bookmark_retract``, with the message, when
    ``auto_join`` is set; only from the own account.
    """

    name = "xep_0402"
    description = "XEP-0402: PEP Native Bookmarks"
    xep_version = "1.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0045", "xep_0060", "xep_0163"}
    auto_join: bool
    default_config: ClassVar[dict[str, Any]] = {"auto_join": False}

    def plugin_init(self) -> None:
        """Follow the bookmarks if configured."""
        if self.auto_join:
            self.xmpp.plugin["xep_0163"].add_interest(NS)
            self.xmpp.add_event_handler("session_start", self._enter_all)
            self.xmpp.add_event_handler("pubsub_publish", self._published)
            self.xmpp.add_event_handler("pubsub_retract", self._retracted)

    def plugin_end(self) -> None:
        """No longer follow them."""
        pep = self.other("xep_0163")
        if pep is not None:
            pep.remove_interest(NS)

    async def get_bookmarks(self, **iqkwargs: Any) -> dict[JID, Conference]:
        """Read the bookmarks (section 3.2).

        Args:
            iqkwargs: what ``Iq.send`` takes.

        Returns:
            Room to its bookmark; what has no JID for an id is left out.

        Raises:
            IqError: if they can't be read; none at all is no error.
            IqTimeout: if the server does not answer.
        """
        try:
            answer = await self.xmpp.plugin["xep_0060"].get_items(None, NS, **iqkwargs)
        except IqError as error:
            if error.condition == "item-not-found":
                return {}
            raise
        found = {}
        for item in answer["pubsub"]["items"]:
            conference = item.get_plugin("conference", check=True)
            try:
                room = JID(item["id"])
            except InvalidJID:
                continue
            if conference is not None and room.local:
                found[room] = conference
        return found

    def set_bookmark(
        self,
        room: JidStr,
        name: str | None = None,
        nick: str | None = None,
        autojoin: bool = False,
        password: str | None = None,
        *,
        conference: Conference | None = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Add a bookmark, or replace the room's (section 3.3).

        Args:
            room: the room.
            name: what people call it.
            nick: the nickname there.
            autojoin: whether to be in it.
            password: the room's password.
            conference: the bookmark itself, in place of the above: so that what other clients put
                into it stays.
            iqkwargs: what ``Iq.send`` takes.
        """
        if conference is None:
            conference = Conference()
            conference["name"] = name
            conference["autojoin"] = autojoin
            conference["nick"] = nick
            conference["password"] = password
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].publish(
            None, NS, id=JID(room).bare, payload=conference, options=OPTIONS, **iqkwargs
        )
        return answer

    def remove_bookmark(self, room: JidStr, **iqkwargs: Any) -> Awaitable[Iq]:
        """Remove a room's bookmark (section 3.5)."""
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].retract(
            None, NS, JID(room).bare, notify=True, **iqkwargs
        )
        return answer

    # following the bookmarks

    async def _enter_all(self, _event: Any) -> None:
        try:
            bookmarks = await self.get_bookmarks()
        except (IqError, IqTimeout) as error:
            logger.warning("%s: the bookmarks could not be read: %s", self.xmpp.boundjid, error)
            return
        for room, conference in bookmarks.items():
            if conference["autojoin"]:
                self._enter(room, conference)

    def _enter(self, room: JID, conference: Conference) -> None:
        nick = conference["nick"] or self.xmpp.boundjid.local
        self.xmpp.plugin["xep_0045"].join_muc(room, nick, password=conference["password"])

    def _leave(self, room: JID) -> None:
        rooms = self.xmpp.plugin["xep_0045"]
        _, _, nick = rooms.get_our_jid_in_room(room).partition("/")
        if nick:
            rooms.leave_muc(room, nick)

    def _told(self, message: Message) -> JID | None:
        """Return the room a message is about, if it is a bookmark's and the own account says it."""
        items = message["pubsub_event"]["items"]
        if items["node"] != NS or message["from"] not in ("", self.xmpp.boundjid.bare):
            return None
        try:
            room = JID(next(iter(items))["id"])
        except InvalidJID:
            return None
        return room if room.local else None

    def _published(self, message: Message) -> None:
        room = self._told(message)
        if room is None:
            return
        conference = message["pubsub_event"]["items"]["item"]["conference"]
        if conference["autojoin"]:
            self._enter(room, conference)
        else:
            self._leave(room)
        self.xmpp.event("room_bookmark_publish", message)

    def _retracted(self, message: Message) -> None:
        room = self._told(message)
        if room is not None:
            self._leave(room)
            self.xmpp.event("room_bookmark_retract", message)
