"""XEP-0441: Message Archive Management Preferences: what the server keeps of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from actorxmpp.types import JidStr, MAMDefault, OptJidStr

__all__ = ["XEP_0441", "Preferences"]

NS = "urn:xmpp:mam:2"


class Preferences(ElementBase):
    """``iq["mam_prefs"]``; interfaces ``default``, ``always`` and ``never``, sets of JIDs."""

    name = "prefs"
    namespace = NS
    plugin_attrib = "mam_prefs"
    interfaces: ClassVar[set[str]] = {"always", "default", "never"}
    sub_interfaces: ClassVar[set[str]] = {"always", "never"}

    def get_always(self) -> set[JID]:
        """Return with whom messages are always kept."""
        return self._get("always")

    def set_always(self, value: Iterable[JidStr]) -> None:
        """Set with whom messages are always kept."""
        self._set("always", value)

    def get_never(self) -> set[JID]:
        """Return with whom messages are never kept."""
        return self._get("never")

    def set_never(self, value: Iterable[JidStr]) -> None:
        """Set with whom messages are never kept."""
        self._set("never", value)

    def _get(self, name: str) -> set[JID]:
        found = set()
        for each in self.xml.findall(f"{{{NS}}}{name}/{{{NS}}}jid"):
            try:
                found.add(JID((each.text or "").strip()))
            except InvalidJID:
                continue
        return found - {JID()}

    def _set(self, name: str, value: Iterable[JidStr]) -> None:
        jids = list(value)
        self._del_sub(name)
        element = ET.SubElement(self.xml, f"{{{NS}}}{name}")
        for jid in jids:
            ET.SubElement(element, f"{{{NS}}}jid").text = str(jid)


register_stanza_plugin(Iq, Preferences)


class XEP_0441(BasePlugin):
    """Archive Preferences, for clients."""

    name = "xep_0441"
    description = "XEP-0441: Message Archive Management Preferences"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0313"}

    async def get_preferences(self, **iqkwargs: Any) -> tuple[MAMDefault, list[JID], list[JID]]:
        """Read what is kept (section 3).

        Args:
            iqkwargs: ``ito``, ``ifrom``, and what ``Iq.send`` takes.

        Returns:
            What holds for all others, with whom it is always kept, and with whom never.

        Raises:
            IqError: if the archive has no preferences.
        """
        iq = self.xmpp.make_iq_get(ito=iqkwargs.pop("ito", None), ifrom=iqkwargs.pop("ifrom", None))
        iq.enable("mam_prefs")
        found = (await iq.send(**iqkwargs))["mam_prefs"]
        return found["default"], sorted(found["always"], key=str), sorted(found["never"], key=str)

    def set_preferences(
        self,
        default: MAMDefault | None = "roster",
        always: Iterable[JidStr] | None = None,
        never: Iterable[JidStr] | None = None,
        *,
        ito: OptJidStr = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Say what is kept (section 3); the answer has what is in force.

        Args:
            default: what holds for all others: ``always``, ``never``, ``roster``.
            always: with whom always.
            never: with whom never.
            ito: another archive than the account's.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ito=ito, ifrom=ifrom)
        iq["mam_prefs"]["default"] = default
        iq["mam_prefs"]["always"] = always
        iq["mam_prefs"]["never"] = never
        return iq.send(**iqkwargs)
