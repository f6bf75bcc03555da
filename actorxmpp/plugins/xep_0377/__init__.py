"""XEP-0377: Blocking Command Reports: saying why somebody is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0191 import BlockItem
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from actorxmpp.stanza import Iq
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0377", "Report", "Text"]

NS = "urn:xmpp:reporting:1"
REASONS: Final = {"spam": "urn:xmpp:reporting:spam", "abuse": "urn:xmpp:reporting:abuse"}


class Report(ElementBase):
    """``item["report"]``; interfaces ``reason`` (a name of section 3) and ``text``."""

    name = plugin_attrib = "report"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"reason", "text"}
    sub_interfaces: ClassVar[set[str]] = {"text"}


class Text(EmptyElement):
    """The words of a report."""

    name = plugin_attrib = "text"
    namespace = NS


register_stanza_plugin(BlockItem, Report)


class XEP_0377(BasePlugin):
    """Blocking Command Reports, for clients."""

    name = "xep_0377"
    description = "XEP-0377: Blocking Command Reports"
    xep_version = "0.4.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0191"}
    features = (NS,)
    SPAM = REASONS["spam"]
    ABUSE = REASONS["abuse"]

    def report(
        self,
        jids: JidStr | Iterable[JidStr],
        reason: str = "spam",
        ifrom: OptJidStr = None,
        *,
        text: str | None = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Block somebody, or several, and say why (section 3).

        Args:
            jids: whom.
            reason: ``spam`` or ``abuse``.
            ifrom: from which of a component's JIDs.
            text: some words about it.
            iqkwargs: what ``Iq.send`` takes.

        Raises:
            ValueError: if there is no such reason.
        """
        if reason not in REASONS:
            raise ValueError(f"a report is about {' or '.join(REASONS)}, not {reason!r}")
        iq = self.xmpp.make_iq_set(ifrom=ifrom)
        iq.enable("block")
        for jid in [jids] if isinstance(jids, (str, JID)) else jids:
            item = BlockItem()
            item["jid"] = str(jid)
            item["report"]["reason"] = REASONS[reason]
            item["report"]["text"] = text
            iq["block"].append(item)
        return iq.send(**iqkwargs)
