"""XEP-0163: Personal Eventing Protocol: every account is a publish-subscribe service of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0060 import EventItem
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from actorxmpp.plugins.xep_0004 import Form
    from actorxmpp.stanza import Iq
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import ElementBase

__all__ = ["XEP_0163", "PepPlugin"]

CURRENT = "current"
"""The id of the only item of a node that tells how something is now (XEP-0163 section 3)."""


class XEP_0163(BasePlugin):
    """Personal Eventing Protocol, for who publishes and for who is interested.

    Contacts' servers send what their users publish to those whose capabilities say that they are
    interested (section 4.3.2): ``xep_0060`` raises the events. They come from the contact's bare
    JID, or the account's own.
    """

    name = "xep_0163"
    description = "XEP-0163: Personal Eventing Protocol"
    xep_version = "1.2.2"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0060", "xep_0115"}

    def plugin_init(self) -> None:
        """Know again what one was interested in before a restart."""
        self._interests: set[tuple[str, str]] = self.kept.setdefault("interests", set())

    def register_pep(self, name: str, stanza: type[ElementBase]) -> None:
        """Be interested in what a stanza class describes.

        Args:
            name: what its events are called: ``NAME_publish``, ``NAME_retract`` and so on.
            stanza: the payload's class; its namespace is the node.
        """
        register_stanza_plugin(EventItem, stanza)
        self.xmpp.plugin["xep_0060"].map_node_event(stanza.namespace, name)
        self.xmpp.plugin["xep_0030"].add_feature(stanza.namespace)
        self.add_interest(stanza.namespace)

    def unregister_pep(self, stanza: type[ElementBase]) -> None:
        """No longer be interested in what a stanza class describes; see ``register_pep``."""
        pubsub, disco = self.other("xep_0060"), self.other("xep_0030")
        if pubsub is not None:
            pubsub.node_event_map.pop(stanza.namespace, None)
        if disco is not None:
            disco.del_feature(feature=stanza.namespace)
        self.remove_interest(stanza.namespace)

    def add_interest(self, namespace: str | Iterable[str], jid: OptJidStr = None) -> None:
        """Be interested in some nodes of all contacts.

        Args:
            namespace: the node, or several.
            jid: as which of a component's JIDs.
        """
        wanted = {(node, str(jid or "")) for node in _nodes(namespace)} - self._interests
        for node, _ in sorted(wanted):
            self.xmpp.plugin["xep_0030"].add_feature(f"{node}+notify", jid=jid)
        if wanted:
            self._interests |= wanted
            self._tell_contacts(jid)

    def remove_interest(self, namespace: str | Iterable[str], jid: OptJidStr = None) -> None:
        """No longer be interested in some nodes; see ``add_interest``."""
        ended = {(node, str(jid or "")) for node in _nodes(namespace)} & self._interests
        disco = self.other("xep_0030")
        for node, _ in sorted(ended):
            if disco is not None:
                disco.del_feature(jid, feature=f"{node}+notify")
        if ended:
            self._interests -= ended
            self._tell_contacts(jid)

    def _tell_contacts(self, jid: OptJidStr) -> None:
        """Send the presence again if there was one: with it go the new capabilities."""
        caps = self.other("xep_0115")
        own = self.xmpp.roster[jid or self.xmpp.boundjid]
        if caps is not None and self.xmpp.sessionstarted and own.last_status is not None:
            self.xmpp.wrap(caps.update_caps(jid))

    def publish(
        self,
        stanza: ElementBase,
        node: str | None = None,
        id: str | None = None,
        options: Form | Mapping[str, Any] | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Publish something at one's own account (section 3).

        Args:
            stanza: what.
            node: the stanza's namespace by default.
            id: the item's id; ``current`` by default.
            options: what the node has to be like.
            ifrom: from which of a component's JIDs, whose account it is then.
            iqkwargs: what ``Iq.send`` takes.
        """
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].publish(
            ifrom,
            node or stanza.namespace,
            id=CURRENT if id is None else id,
            payload=stanza,
            options=options,
            ifrom=ifrom,
            **iqkwargs,
        )
        return answer


def _nodes(namespace: str | Iterable[str]) -> list[str]:
    return [namespace] if isinstance(namespace, str) else list(namespace)


class PepPlugin(BasePlugin):
    """What plugins share whose users publish one thing of themselves.

    A subclass names the thing; contacts that publish theirs are the events ``NAME_publish`` and
    ``NAME_retract``, with the message.

    Attributes:
        pep_name: what the events are called.
        pep_stanza: the class of what is published.
    """

    dependencies: ClassVar[set[str]] = {"xep_0163"}
    pep_name: ClassVar[str]
    pep_stanza: ClassVar[type[ElementBase]]

    def plugin_init(self) -> None:
        """Be interested in what contacts publish."""
        self.xmpp.plugin["xep_0163"].register_pep(self.pep_name, self.pep_stanza)

    def plugin_end(self) -> None:
        """No longer be interested."""
        pep = self.other("xep_0163")
        if pep is not None:
            pep.unregister_pep(self.pep_stanza)

    def publish(self, payload: ElementBase, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish something; see ``XEP_0163.publish``."""
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0163"].publish(payload, **pubsubkwargs)
        return answer

    def stop(self, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish that there is nothing to say any more.

        Args:
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.
        """
        return self.publish(self.pep_stanza(), **pubsubkwargs)
