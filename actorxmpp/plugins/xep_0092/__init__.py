"""XEP-0092: Software Version: says which software this is, asks others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp import __version__
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0092", "Version"]

NS = "jabber:iq:version"


class Version(ElementBase):
    """``<query xmlns='jabber:iq:version'/>``; interfaces ``name``, ``version``, ``os``."""

    name = "query"
    namespace = NS
    plugin_attrib = "software_version"
    interfaces: ClassVar[set[str]] = {"name", "version", "os"}
    sub_interfaces: ClassVar[set[str]] = {"name", "version", "os"}


register_stanza_plugin(Iq, Version)


class XEP_0092(BasePlugin):
    """Software Version, both roles.

    Configuration: ``software_name`` ("actorxmpp"), ``version`` (this library's), ``os`` (none: it
    helps attackers more than friends).
    """

    name = "xep_0092"
    description = "XEP-0092: Software Version"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    software_name: str
    os: str
    default_config: ClassVar[dict[str, Any]] = {
        "software_name": "actorxmpp",
        "version": __version__,
        "os": "",
    }

    def plugin_init(self) -> None:
        """Answer queries."""
        self.handle("Software Version", "iq@type=get/software_version", self._handle_version)

    def _handle_version(self, iq: Iq) -> None:
        reply = iq.reply()
        found = reply["software_version"]
        found["name"] = self.software_name
        found["version"] = self.config["version"]
        found["os"] = self.os
        reply.send()

    def get_version(self, jid: JidStr, ifrom: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Ask somebody which software it is (XEP-0092 section 2).

        Args:
            jid: whom.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable("software_version")
        return iq.send(**iqkwargs)
