"""XEP-0055: Jabber Search: lets others search, and searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0055", "Search"]

NS = "jabber:iq:search"


class Search(ElementBase):
    """``iq["search"]``; the search and its results are in ``["form"]``.

    Interfaces: ``instructions`` and the four fields of the older way, ``first``, ``last``,
    ``nick``, ``email``.
    """

    name = "query"
    namespace = NS
    plugin_attrib = "search"
    interfaces: ClassVar[set[str]] = {"instructions", "first", "last", "nick", "email"}
    sub_interfaces: ClassVar[set[str]] = {"instructions", "first", "last", "nick", "email"}


register_stanza_plugin(Search, Form)
register_stanza_plugin(Iq, Search)


class XEP_0055(BasePlugin):
    """Jabber Search, both roles, with forms.

    The program says what there is to find by taking over (``api``) ``search_query``, called with
    (None, None, the asker's JID, the IQ); it returns the answer: ``reply = iq.reply()``, rows added
    to ``reply["search"]["form"]``. ``search_get_form`` can be taken over as well.

    Configuration: ``form_fields`` ({"first", "last"}), ``form_title``, ``form_instructions``,
    ``provide_search`` (True).
    """

    name = "xep_0055"
    description = "XEP-0055: Jabber Search"
    xep_version = "1.3"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    form_fields: Iterable[str]
    form_title: str
    form_instructions: str
    provide_search: bool
    default_config: ClassVar[dict[str, Any]] = {
        "form_fields": {"first", "last"},
        "form_instructions": "",
        "form_title": "",
        "provide_search": True,
    }
    api_handlers: ClassVar[dict[str, str]] = {
        "search_get_form": "_get_form",
        "search_query": "_get_results",
    }

    def plugin_init(self) -> None:
        """Let others search."""
        if self.provide_search:
            self.xmpp.plugin["xep_0030"].add_feature(NS)
            self.handle("search", "iq/search", self._handle_search)

    def plugin_end(self) -> None:
        """No longer let others search."""
        disco = self.other("xep_0030")
        if disco is not None:
            disco.del_feature(feature=NS)

    async def _handle_search(self, iq: Iq) -> None:
        if iq["type"] not in ("get", "set"):
            return
        op = "search_query" if iq["type"] == "set" else "search_get_form"
        reply = await self.api.run(op, None, None, iq["from"], iq)
        form = reply["search"]["form"]
        if op == "search_query":
            form["type"] = "result"
        if "FORM_TYPE" not in form.get_fields():
            form.add_field("FORM_TYPE", "hidden", value=NS)
        reply.send()

    def _get_form(self, _jid: Any, _node: Any, _ifrom: Any, iq: Iq) -> Iq:
        reply = iq.reply()
        form = reply["search"]["form"]
        form["title"] = self.form_title
        form["instructions"] = self.form_instructions
        for name in sorted(self.form_fields):
            form.add_field(name, "text-single")
        return reply

    def _get_results(self, _jid: Any, _node: Any, _ifrom: Any, iq: Iq) -> Iq:
        reply = iq.reply()
        form = reply["search"]["form"]
        form["type"] = "result"
        for name in sorted(self.form_fields):
            form.add_reported(name)
        return reply

    def make_search_iq(self, **kwargs: Any) -> Iq:
        """Make a search: fields are added to ``iq["search"]["form"]``, then it is sent.

        Args:
            kwargs: what ``make_iq`` takes.
        """
        iq = self.xmpp.make_iq(**{"itype": "set", **kwargs})
        form = iq["search"]["form"]
        form["type"] = "submit"
        form.add_field("FORM_TYPE", "hidden", value=NS)
        return iq

    def get_search_fields(
        self, jid: OptJidStr, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask somebody by what one can search (XEP-0055 section 2.1)."""
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable("search")
        return iq.send(**iqkwargs)

    def search(
        self,
        jid: OptJidStr,
        fields: dict[str, str],
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Search: ``answer["search"]["form"]["items"]`` are the rows found."""
        iq = self.make_search_iq(ito=jid, ifrom=ifrom)
        for name, value in fields.items():
            iq["search"]["form"].add_field(name, value=value)
        return iq.send(**iqkwargs)
