"""XEP-0131: Stanza Headers and Internet Metadata: names and values beside what a stanza says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["XEP_0131", "Headers"]

NS = "http://jabber.org/protocol/shim"
HEADER = f"{{{NS}}}header"


class Headers(ElementBase):
    """``stanza["headers"]``: name -> value; of several headers of a name, the last."""

    name = "headers"
    namespace = NS
    plugin_attrib = "headers"
    interfaces: ClassVar[set[str]] = {"headers"}
    is_extension = True

    def get_headers(self) -> dict[str, str]:
        """Return the headers."""
        return {each.get("name", ""): each.text or "" for each in self.xml.findall(HEADER)}

    def set_headers(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Replace the headers."""
        pairs = list(getattr(values, "items", lambda: values)())
        self.del_headers()
        for name, value in pairs:
            ET.SubElement(self.xml, HEADER, name=name).text = str(value)

    def del_headers(self) -> None:
        """Remove the headers."""
        for each in self.xml.findall(HEADER):
            self.xml.remove(each)


register_stanza_plugin(Message, Headers)
register_stanza_plugin(Presence, Headers)


class XEP_0131(BasePlugin):
    """Stanza Headers, both roles: of messages and presences.

    Configuration: ``supported_headers`` (none), names that service discovery says are understood.
    """

    name = "xep_0131"
    description = "XEP-0131: Stanza Headers and Internet Metadata"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    supported_headers: Iterable[str]
    default_config: ClassVar[dict[str, Any]] = {"supported_headers": set()}

    def plugin_init(self) -> None:
        """Say which headers are understood (XEP-0131 section 4)."""
        self._said = [f"{NS}#{name}" for name in sorted(self.supported_headers)]
        for feature in self._said:
            self.xmpp.plugin["xep_0030"].add_feature(feature)

    def plugin_end(self) -> None:
        """No longer say it."""
        disco = self.other("xep_0030")
        if disco is not None:
            for feature in self._said:
                disco.del_feature(feature=feature)
