"""XEP-0319: Last User Interaction in Presence: since when nobody is there."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.stanza import Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.jid import JID
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0319", "Idle"]

NS = "urn:xmpp:idle:1"
AVAILABLE = frozenset(("available", "chat", "away", "dnd", "xa"))


class Idle(ElementBase):
    """``presence["idle"]``; interface ``since``, a datetime or None, settable as text."""

    name = plugin_attrib = "idle"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"since"}

    def get_since(self) -> dt.datetime | None:
        """Return since when; None if that is missing or no time."""
        try:
            return parse(self._get_attr("since"))
        except ValueError:
            return None

    def set_since(self, value: dt.datetime | str) -> None:
        """Set since when."""
        self._set_attr("since", format_datetime(value) if isinstance(value, dt.datetime) else value)


register_stanza_plugin(Presence, Idle)


class XEP_0319(BasePlugin):
    """Last User Interaction, both roles.

    From ``idle`` to ``active``, presences that are sent say since when nobody is there. The program
    may take over (``api``) ``get_idle`` and ``set_idle``.

    Events: ``presence_idle``, with each presence that says so.
    """

    name = "xep_0319"
    description = "XEP-0319: Last User Interaction in Presence"
    xep_version = "1.0.2"
    dependencies: ClassVar[set[str]] = {"xep_0012"}
    features = (NS,)
    api_handlers: ClassVar[dict[str, str]] = {"get_idle": "_get_idle", "set_idle": "_set_idle"}

    def plugin_init(self) -> None:
        """Say it, and hear it."""
        self._since: dict[str, dt.datetime] = self.kept.setdefault("since", {})
        self.handle("Idle Presence", "presence/idle", self._handle_presence)
        self.add_filter("out", self._stamp)

    async def idle(self, jid: OptJidStr = None, since: dt.datetime | None = None) -> None:
        """Nobody is there from now on; the next presence says so.

        Args:
            jid: at which of a component's JIDs.
            since: since when.
        """
        now = dt.datetime.now(dt.UTC)
        since = since or now
        if since.tzinfo is None:
            since = since.replace(tzinfo=dt.UTC)
        await self.api.run("set_idle", jid, args=since)
        seconds = max(0.0, (now - since).total_seconds())
        await self.xmpp.plugin["xep_0012"].set_last_activity(jid, seconds)

    async def active(self, jid: OptJidStr = None) -> None:
        """Somebody is there again; the next presence says nothing of it."""
        await self.api.run("set_idle", jid)
        await self.xmpp.plugin["xep_0012"].del_last_activity(jid)

    def _stamp(self, stanza: StanzaBase) -> StanzaBase:
        if isinstance(stanza, Presence) and stanza["type"] in AVAILABLE:
            sender = stanza["from"] if stanza["from"].bare else None
            since = self.xmpp.api.call(self.name, "get_idle", sender)
            if inspect.iscoroutine(since):
                since.close()  # what a program keeps elsewhere can't be waited for here
            elif since is not None:
                stanza["idle"]["since"] = since
        return stanza

    def _handle_presence(self, presence: Presence) -> None:
        if presence["type"] != "error":
            self.xmpp.event("presence_idle", presence)

    def _key(self, jid: JID) -> str:
        """Our own JID changes with each session; the others are a component's."""
        return "" if jid == self.xmpp.boundjid else jid.bare

    def _get_idle(self, jid: JID, *_: Any) -> dt.datetime | None:
        return self._since.get(self._key(jid))

    def _set_idle(self, jid: JID, _node: Any, _ifrom: Any, since: dt.datetime | None) -> None:
        if since is None:
            self._since.pop(self._key(jid), None)
        else:
            self._since[self._key(jid)] = since
