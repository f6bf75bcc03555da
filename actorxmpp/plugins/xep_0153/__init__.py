"""XEP-0153: vCard-Based Avatars: the hash of a card's picture in presences."""

from __future__ import annotations

import hashlib
import inspect
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Presence
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.jid import JID
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0153", "VCardTempUpdate"]

NS = "vcard-temp:x:update"
PHOTO = f"{{{NS}}}photo"
OCCUPANT = "{http://jabber.org/protocol/muc#user}x"

AVAILABLE = frozenset(("available", "chat", "away", "dnd", "xa"))

CONTACTS_LIMIT = 20_000
"""Addresses whose hash one session remembers; the oldest goes."""

logger = logging.getLogger(__name__)


class VCardTempUpdate(ElementBase):
    """``presence["vcard_temp_update"]``; interface ``photo``.

    The hash of the picture, in hexadecimal digits; empty: there is none; None: not known yet.
    """

    name = "x"
    namespace = NS
    plugin_attrib = "vcard_temp_update"
    interfaces: ClassVar[set[str]] = {"photo"}
    sub_interfaces: ClassVar[set[str]] = {"photo"}

    def get_photo(self) -> str | None:
        """Return the hash."""
        found = self.xml.find(PHOTO)
        return None if found is None else (found.text or "").strip().lower()

    def set_photo(self, value: str | None) -> None:
        """Set the hash; an empty one says that there is no picture."""
        self.del_photo()
        if value is not None:
            ET.SubElement(self.xml, PHOTO).text = value or None

    def del_photo(self) -> None:
        """Say nothing about it."""
        for each in self.xml.findall(PHOTO):
            self.xml.remove(each)


register_stanza_plugin(Presence, VCardTempUpdate)


class XEP_0153(BasePlugin):
    """vCard-Based Avatars, both roles.

    A client learns its account's picture with each new session and says its hash in presences. When
    another resource changes the picture, the card decides (section 4.3). Pictures should have less
    than 8 KiB.

    The program may take over (``api``) ``get_hash``, ``set_hash`` and ``reset_hash``, where the
    hashes are kept.

    Events: ``vcard_avatar_update``, with each presence whose hash is another than the one before.
    """

    name = "xep_0153"
    description = "XEP-0153: vCard-Based Avatars"
    xep_version = "1.1.1"
    dependencies: ClassVar[set[str]] = {"xep_0054"}
    api_handlers: ClassVar[dict[str, str]] = {
        "get_hash": "_get_hash",
        "reset_hash": "_reset_hash",
        "set_hash": "_set_hash",
    }

    def plugin_init(self) -> None:
        """Say hashes, and hear them."""
        self._own: dict[str, str] = self.kept.setdefault("own", {})
        self._others: OrderedDict[str, str] = self.kept.setdefault("others", OrderedDict())
        self.handle("VCard Avatar", "presence/vcard_temp_update", self._handle_presence)
        self.add_filter("out", self._update_presence)
        if not self.xmpp.is_component:
            self.xmpp.add_event_handler("session_start", self._start)
            self.xmpp.add_event_handler("got_online", self._handle_resource)

    async def set_avatar(
        self,
        jid: OptJidStr = None,
        avatar: bytes | None = None,
        mtype: str | None = None,
        **iqkwargs: Any,
    ) -> None:
        """Put a picture into the card and tell contacts, or with None take it out (section 3).

        Args:
            jid: of which of a component's JIDs.
            avatar: the picture.
            mtype: its media type.
            iqkwargs: what ``Iq.send`` takes.

        Raises:
            IqError: if the server refuses the card.
            IqTimeout: if it does not answer.
        """
        owner = jid or self.xmpp.boundjid.bare
        card = await self._card(owner, **iqkwargs)
        del card["PHOTO"]
        if avatar:
            card["PHOTO"]["TYPE"] = mtype
            card["PHOTO"]["BINVAL"] = avatar
        target = owner if self.xmpp.is_component else None
        await self.xmpp.plugin["xep_0054"].publish_vcard(card, jid=target, **iqkwargs)
        await self.api.run("set_hash", owner, args=_hash(avatar))
        self._tell_contacts(owner)

    async def _card(self, owner: OptJidStr, **iqkwargs: Any) -> Any:
        """Return a card; an empty one if there is none yet."""
        vcards = self.xmpp.plugin["xep_0054"]
        try:
            iq = await vcards.get_vcard(owner, **iqkwargs)
        except IqError as error:
            if error.condition != "item-not-found":
                raise
            iq = self.xmpp.Iq()
        return iq["vcard_temp"]

    def _tell_contacts(self, owner: OptJidStr) -> None:
        own = self.xmpp.roster[owner or self.xmpp.boundjid]
        if self.xmpp.sessionstarted and own.last_status is not None:
            own.send_last_presence()

    # saying

    def _update_presence(self, stanza: StanzaBase) -> StanzaBase:
        if isinstance(stanza, Presence) and stanza["type"] in AVAILABLE:
            sender = stanza["from"] if self.xmpp.is_component else self.xmpp.boundjid
            said = self.xmpp.api.call(self.name, "get_hash", sender)
            if inspect.iscoroutine(said):
                said.close()  # what a program keeps elsewhere can't be waited for here
                said = None
            if said is not None or not self.xmpp.is_component:
                stanza["vcard_temp_update"]["photo"] = said
        return stanza

    async def _start(self, _event: Any) -> None:
        """Learn which picture the account has, and say it if presence was sent already."""
        try:
            await self.api.run("reset_hash", self.xmpp.boundjid)
        except (IqError, IqTimeout) as error:
            logger.debug("%s: the account's picture is not known: %s", self.xmpp.boundjid, error)

    # hearing

    async def _handle_presence(self, presence: Presence) -> None:
        if presence["type"] not in AVAILABLE:
            return
        sender, said = presence["from"], presence["vcard_temp_update"]["photo"]
        if said is None or sender == self.xmpp.boundjid:
            return
        if sender.bare == self.xmpp.boundjid.bare:
            if said != await self.api.run("get_hash", self.xmpp.boundjid):
                self.xmpp.event("vcard_avatar_update", presence)
                await self._start(None)
            return
        # occupants of a room have pictures of their own, the resources of a contact one
        owner = sender.full if presence.xml.find(OCCUPANT) is not None else sender.bare
        before = await self.api.run("get_hash", owner)
        if said != (before or ""):
            await self.api.run("set_hash", owner, args=said)
            self.xmpp.event("vcard_avatar_update", presence)

    async def _handle_resource(self, presence: Presence) -> None:
        """Stop saying the hash: another resource may change the card and would not say so."""
        own = self.xmpp.boundjid
        mute = presence.get_plugin("vcard_temp_update", check=True) is None
        if mute and presence["from"].bare == own.bare and presence["from"] != own:
            await self.api.run("set_hash", own, args=None)

    # where hashes are kept

    def _key(self, jid: JID) -> tuple[dict[str, str] | OrderedDict[str, str], str]:
        bound = self.xmpp.boundjid
        own = jid.domain == bound.domain if self.xmpp.is_component else jid.bare == bound.bare
        return (self._own, jid.bare) if own else (self._others, jid.full)

    def _get_hash(self, jid: JID, *_: Any) -> str | None:
        table, key = self._key(jid)
        return table.get(key)

    def _set_hash(self, jid: JID, _node: Any, _ifrom: Any, said: str | None) -> None:
        table, key = self._key(jid)
        table.pop(key, None)
        if said is not None:
            table[key] = said
            if table is self._others and len(table) > CONTACTS_LIMIT:
                self._others.popitem(last=False)

    async def _reset_hash(self, jid: JID, _node: Any, ifrom: Any, _args: Any) -> None:
        """Say nothing, read the card, say what it has (section 4.3)."""
        before = self._get_hash(jid)
        if before is not None:
            self._set_hash(jid, None, None, None)
            self._tell_contacts(jid)
        card = await self._card(jid.bare, ifrom=ifrom)
        said = _hash(card["PHOTO"]["BINVAL"])
        await self.api.run("set_hash", jid, args=said)
        if said or before:
            self._tell_contacts(jid)


def _hash(picture: bytes | None) -> str:
    return hashlib.sha1(picture, usedforsecurity=False).hexdigest() if picture else ""
