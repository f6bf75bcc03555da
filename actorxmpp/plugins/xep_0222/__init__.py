"""XEP-0222: Persistent Storage of Public Data via PubSub: an account's nodes as a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004 import Form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from actorxmpp.stanza import Iq
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import ElementBase

__all__ = ["XEP_0222", "Storage"]

PREFIX = "pubsub#"


class Storage(BasePlugin):
    """What the two kinds of storage share: they differ in how their nodes are configured.

    Attributes:
        profile: the configuration of all nodes.
        node_profiles: node -> what its configuration has beyond that.
    """

    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0060", "xep_0163"}
    profile: ClassVar[dict[str, Any]] = {}
    node_profiles: dict[str, dict[str, Any]]

    def plugin_init(self) -> None:
        """Begin without nodes that differ."""
        self.node_profiles = self.kept.setdefault("profiles", {})

    def _options(self, node: str, given: Form | Mapping[str, Any] | None) -> dict[str, Any]:
        """Return a node's configuration; what the caller gives counts."""
        values = given.get_values() if isinstance(given, Form) else dict(given or {})
        named = {
            key if key.startswith(PREFIX) or key == "FORM_TYPE" else PREFIX + key: value
            for key, value in values.items()
        }
        named.pop("FORM_TYPE", None)
        return {**self.profile, **self.node_profiles.get(node, {}), **named}

    def configure(self, node: str, ifrom: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Configure a node that exists for storing.

        Args:
            node: the node.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].set_node_config(
            ifrom, node, self._options(node, None), ifrom=ifrom, **iqkwargs
        )
        return answer

    def store(
        self,
        stanza: ElementBase,
        node: str | None = None,
        id: str | None = None,
        options: Form | Mapping[str, Any] | None = None,
        **pubsubkwargs: Any,
    ) -> Awaitable[Iq]:
        """Store something.

        Args:
            stanza: what.
            node: the stanza's namespace by default.
            id: the item's id; ``current`` by default.
            options: configuration of the node beyond what storing needs.
            pubsubkwargs: ``ifrom``, and what ``Iq.send`` takes.

        Raises:
            IqError: in the awaitable; with ``["pubsub"]["condition"]`` ``precondition-not-met`` if
                the node is configured otherwise: see ``configure``.
        """
        node = node or stanza.namespace
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0163"].publish(
            stanza, node, id, options=self._options(node, options), **pubsubkwargs
        )
        return answer

    def retrieve(
        self,
        node: str,
        id: str | None = None,
        item_ids: Iterable[str] | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Read what was stored: ``answer["pubsub"]["items"]`` is iterable.

        Args:
            node: the node.
            id: this item alone.
            item_ids: these items alone.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        wanted = item_ids if item_ids is not None else [id] if id else None
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].get_items(
            ifrom, node, wanted, ifrom=ifrom, **iqkwargs
        )
        return answer


class XEP_0222(Storage):
    """Persistent Storage of Public Data, for clients."""

    name = "xep_0222"
    description = "XEP-0222: Persistent Storage of Public Data via PubSub"
    xep_version = "1.0"
    profile: ClassVar[dict[str, Any]] = {
        "pubsub#persist_items": True,
        "pubsub#send_last_published_item": "never",
    }
