"""XEP-0128: Service Discovery Extensions: forms in what service discovery says of this session."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0030 import DiscoInfo
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.plugins.xep_0030 import StaticDisco
    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0128"]

register_stanza_plugin(DiscoInfo, Form, iterable=True)


class XEP_0128(BasePlugin):
    """Service Discovery Extensions, both roles: ``info["disco_info"]["form"]`` reads them."""

    name = "xep_0128"
    description = "XEP-0128: Service Discovery Extensions"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    api_handlers: ClassVar[dict[str, str]] = {
        "set_extended_info": "_set",
        "add_extended_info": "_add",
        "del_extended_info": "_del",
    }

    def set_extended_info(
        self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any
    ) -> Any:
        """Replace the forms: ``data``, one or a list."""
        return self.api.run("set_extended_info", jid, node, None, kwargs)

    def add_extended_info(
        self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any
    ) -> Any:
        """Add forms: ``data``, one or a list. Each has a hidden field ``FORM_TYPE``."""
        return self.api.run("add_extended_info", jid, node, None, kwargs)

    def del_extended_info(
        self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any
    ) -> Any:
        """Remove all forms."""
        return self.api.run("del_extended_info", jid, node, None, kwargs)

    @property
    def _static(self) -> StaticDisco:
        static: StaticDisco = self.xmpp.plugin["xep_0030"].static
        return static

    def _set(self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]) -> None:
        self._del(jid, node, ifrom, data)
        self._add(jid, node, ifrom, data)

    def _add(self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]) -> None:
        del ifrom
        forms = data.get("data") or []
        known = self._static.add_node(jid, node)
        given = forms if isinstance(forms, list) else [forms]
        known.forms = (*known.forms, *(copy.deepcopy(form.xml) for form in given))

    def _del(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        del ifrom, data
        known = self._static.get_node(jid, node)
        if known is not None:
            known.forms = ()
