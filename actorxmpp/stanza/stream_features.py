"""StreamFeatures: the features a server offers (RFC 6120 section 4.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.xmlstream.namespaces import STREAM_NS
from actorxmpp.xmlstream.stanzabase import StanzaBase

if TYPE_CHECKING:
    from actorxmpp.xmlstream.elementbase import ElementBase


class StreamFeatures(StanzaBase):
    """The ``<stream:features/>`` of a stream; each feature is a plugin.

    Interfaces: ``features`` (name -> plugin), ``required`` and ``optional`` (lists of plugins).
    """

    __slots__ = ()

    name = "features"
    namespace = STREAM_NS
    interfaces: ClassVar[set[str]] = {"features", "required", "optional"}
    sub_interfaces: ClassVar[set[str]] = {"features", "required", "optional"}
    plugin_attrib_map: ClassVar[dict[str, type[ElementBase]]] = {}
    plugin_tag_map: ClassVar[dict[str, type[ElementBase]]] = {}

    def get_features(self) -> dict[str, ElementBase]:
        """Return the features offered that have a plugin, by the plugin's name."""
        return {name: plugin for (name, _), plugin in self.plugins.items()}

    def set_features(self, value: Any) -> None:
        """Do nothing: features are offered by enabling their plugins."""

    def del_features(self) -> None:
        """Do nothing: features are offered by enabling their plugins."""

    def get_required(self) -> list[ElementBase]:
        """Return the features that must be negotiated."""
        return [plugin for plugin in self.get_features().values() if plugin["required"]]

    def get_optional(self) -> list[ElementBase]:
        """Return the features that may be negotiated."""
        return [plugin for plugin in self.get_features().values() if not plugin["required"]]
