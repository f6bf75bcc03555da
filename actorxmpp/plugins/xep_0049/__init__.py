"""XEP-0049: Private XML Storage: elements the server keeps for an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0049", "PrivateXML"]

NS = "jabber:iq:private"


class PrivateXML(EmptyElement):
    """``iq["private"]``: what is stored is in it, under the name of its stanza class."""

    name = "query"
    namespace = NS
    plugin_attrib = "private"


register_stanza_plugin(Iq, PrivateXML)


class XEP_0049(BasePlugin):
    """Private XML Storage, for clients.

    Newer programs store at the account's nodes instead (XEP-0223).
    """

    name = "xep_0049"
    description = "XEP-0049: Private XML Storage"
    xep_version = "1.2"

    def register(self, stanza: type[ElementBase]) -> None:
        """Make a stanza class known, so that it can be stored and read."""
        register_stanza_plugin(PrivateXML, stanza, iterable=True)

    def store(
        self,
        data: ElementBase | Iterable[ElementBase],
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Store one element, or several, in place of those of the same names (section 3.1).

        Args:
            data: what.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ifrom=ifrom)
        for each in [data] if isinstance(data, ElementBase) else data:
            iq["private"].append(each)
        return iq.send(**iqkwargs)

    def retrieve(self, name: str, ifrom: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Read what was stored: ``answer["private"][name]`` (section 3.2).

        Args:
            name: the ``plugin_attrib`` of a class given to ``register``.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.

        Raises:
            KeyError: if no class has that name.
        """
        iq = self.xmpp.make_iq_get(ifrom=ifrom)
        iq["private"].enable(name)
        return iq.send(**iqkwargs)
