"""XEP-0256: Last Activity in Presence: how long nobody was there when the presence was sent."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0012 import LastActivity
from actorxmpp.stanza import Iq, Presence
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0256"]

AWAY = frozenset(("away", "xa"))

register_stanza_plugin(Presence, LastActivity)


class XEP_0256(BasePlugin):
    """Last Activity in Presence, both roles: ``presence["last_activity"]["seconds"]``.

    Configuration: ``auto_last_activity`` (False): the first presence of a session, and those that
    say that one is away, have the seconds that XEP-0012 knows of.
    """

    name = "xep_0256"
    description = "XEP-0256: Last Activity in Presence"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0012"}
    auto_last_activity: bool
    default_config: ClassVar[dict[str, Any]] = {"auto_last_activity": False}

    def plugin_init(self) -> None:
        """Say it if configured."""
        if self.auto_last_activity:
            self.add_filter("out", self._add_activity)
            self.xmpp.add_event_handler("session_start", self._begin)

    def _begin(self, _event: Any) -> None:
        self.kept["said"] = set()

    def _add_activity(self, stanza: StanzaBase) -> StanzaBase:
        if not isinstance(stanza, Presence) or stanza["type"] not in ("available", *AWAY):
            return stanza
        said: set[str] = self.kept.setdefault("said", set())
        first = stanza["from"].bare not in said and not stanza["to"].bare
        if first:
            said.add(stanza["from"].bare)
        if first or stanza["type"] in AWAY:
            seconds = self._seconds(stanza)
            if seconds is not None:
                stanza["last_activity"]["seconds"] = seconds
        return stanza

    def _seconds(self, stanza: Presence) -> int | None:
        sender = stanza["from"] if stanza["from"].bare else None
        try:
            known = self.xmpp.api.call("xep_0012", "get_last_activity", sender)
        except XMPPError:
            return None
        if inspect.iscoroutine(known):
            known.close()  # what a program keeps elsewhere can't be waited for here
            return None
        found: int | None = known["last_activity"]["seconds"] if isinstance(known, Iq) else None
        return found
