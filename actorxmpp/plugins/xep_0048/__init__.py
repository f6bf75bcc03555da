"""XEP-0048: Bookmarks: an account's rooms, all in one element; XEP-0402 has taken its place."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.plugins.elements import EmptyElement, JidElement, is_true
from actorxmpp.plugins.xep_0049 import PrivateXML
from actorxmpp.plugins.xep_0060 import EventItem, Item
from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq
    from actorxmpp.types import JidStr

__all__ = ["URL", "XEP_0048", "Bookmarks", "Conference"]

NS = "storage:bookmarks"

METHODS = ("xep_0049", "xep_0223")
"""Where bookmarks are stored: the plugin that does it."""

logger = logging.getLogger(__name__)


class Bookmarks(EmptyElement):
    """``<storage xmlns='storage:bookmarks'/>``; ``conferences`` and ``urls`` list what is in it."""

    name = "storage"
    namespace = NS
    plugin_attrib = "bookmarks"

    def add_conference(
        self,
        jid: JidStr,
        nick: str,
        name: str | None = None,
        autojoin: bool | str | None = None,
        password: str | None = None,
    ) -> None:
        """Add a room.

        Args:
            jid: the room.
            nick: the nickname to enter it with.
            name: what people call it; its JID by default.
            autojoin: whether to enter it at login.
            password: the room's password; better not stored.
        """
        conference = Conference()
        conference["jid"] = jid
        conference["name"] = name or str(jid)
        conference["nick"] = nick
        conference["autojoin"] = autojoin
        conference["password"] = password
        self.append(conference)

    def add_url(self, url: str, name: str | None = None) -> None:
        """Add the address of a page; its name is the address by default."""
        page = URL()
        page["url"] = url
        page["name"] = name or url
        self.append(page)


class Conference(JidElement):
    """A room; interfaces ``jid``, ``name``, ``autojoin`` (bool), ``nick``, ``password``."""

    name = plugin_attrib = "conference"
    namespace = NS
    plugin_multi_attrib = "conferences"
    interfaces: ClassVar[set[str]] = {"nick", "password", "autojoin", "jid", "name"}
    sub_interfaces: ClassVar[set[str]] = {"nick", "password"}

    def get_autojoin(self) -> bool:
        """Return whether to enter it at login."""
        return is_true(self._get_attr("autojoin"))

    def set_autojoin(self, value: bool | str) -> None:
        """Say whether to enter it at login."""
        said = is_true(value) if isinstance(value, str) else value
        self._set_attr("autojoin", "true" if said else None)


class URL(ElementBase):
    """A page; interfaces ``url``, ``name``."""

    name = plugin_attrib = "url"
    namespace = NS
    plugin_multi_attrib = "urls"
    interfaces: ClassVar[set[str]] = {"url", "name"}


register_stanza_plugin(Bookmarks, Conference, iterable=True)
register_stanza_plugin(Bookmarks, URL, iterable=True)
register_stanza_plugin(PrivateXML, Bookmarks, iterable=True)
register_stanza_plugin(Item, Bookmarks)
register_stanza_plugin(EventItem, Bookmarks)


class XEP_0048(PepPlugin):
    """Bookmarks, for clients; not enabled by ``register_plugins``: XEP-0402 is what is used now.

    Configuration: ``auto_join`` (False), enter the rooms that are marked so with each new session;
    ``storage_method`` ("xep_0049" or "xep_0223").

    Events: ``bookmarks_publish``, when another client of the account changed them.
    """

    name = "xep_0048"
    description = "XEP-0048: Bookmarks"
    xep_version = "1.2"
    by_default = False
    dependencies: ClassVar[set[str]] = {
        "xep_0045",
        "xep_0049",
        "xep_0060",
        "xep_0163",
        "xep_0223",
    }
    pep_name = "bookmarks"
    pep_stanza = Bookmarks
    auto_join: bool
    storage_method: str
    default_config: ClassVar[dict[str, Any]] = {"auto_join": False, "storage_method": "xep_0049"}

    def plugin_init(self) -> None:
        """Hear of changes, and of new sessions."""
        super().plugin_init()
        self.xmpp.add_event_handler("session_start", self._autojoin)

    def get_bookmarks(self, method: str | None = None, **iqargs: Any) -> Awaitable[Iq]:
        """Read the bookmarks.

        They are in ``answer["private"]["bookmarks"]`` or, with ``xep_0223``, in
        ``answer["pubsub"]["items"]["item"]["bookmarks"]``.

        Args:
            method: where they are, in place of the configured ``storage_method``.
            iqargs: ``ifrom``, and what ``Iq.send`` takes.

        Raises:
            ValueError: if there is no such method.
        """
        chosen = self._method(method)
        where = "bookmarks" if chosen == "xep_0049" else NS
        answer: Awaitable[Iq] = self.xmpp.plugin[chosen].retrieve(where, **iqargs)
        return answer

    def set_bookmarks(
        self, bookmarks: Bookmarks, method: str | None = None, **iqargs: Any
    ) -> Awaitable[Iq]:
        """Replace the bookmarks; see ``get_bookmarks``."""
        answer: Awaitable[Iq] = self.xmpp.plugin[self._method(method)].store(bookmarks, **iqargs)
        return answer

    def _method(self, method: str | None) -> str:
        chosen = method or self.storage_method
        if chosen not in METHODS:
            raise ValueError(f"bookmarks are stored by {' or '.join(METHODS)}, not {chosen!r}")
        return chosen

    async def _autojoin(self, _event: Any) -> None:
        if not self.auto_join:
            return
        try:
            answer = await self.get_bookmarks()
        except (IqError, IqTimeout) as error:
            logger.warning("%s: the bookmarks could not be read: %s", self.xmpp.boundjid, error)
            return
        if self.storage_method == "xep_0049":
            found = answer["private"]["bookmarks"]
        else:
            found = answer["pubsub"]["items"]["item"]["bookmarks"]
        for conference in found["conferences"]:
            if conference["autojoin"] and conference["jid"].bare:
                self.xmpp.plugin["xep_0045"].join_muc(
                    conference["jid"],
                    conference["nick"] or self.xmpp.boundjid.local,
                    password=conference["password"],
                )
