"""What owners do with their nodes (XEP-0060 section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.plugins.xep_0060.forms import NODE_CONFIG, make_form
from actorxmpp.plugins.xep_0060.stanza import OwnerAffiliation, OwnerSubscription

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.plugins.xep_0004 import Form
    from actorxmpp.stanza import Iq
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["Owner"]


class Owner:
    """The part of the plugin that is for owners of nodes."""

    xmpp: BaseXMPP

    def _owner(
        self, itype: str, jid: OptJidStr, what: str, node: str | None, ifrom: OptJidStr
    ) -> Iq:
        iq = self.xmpp.make_iq(itype=itype, ito=jid, ifrom=ifrom)
        iq["pubsub_owner"][what]["node"] = node
        return iq

    def delete_node(
        self,
        jid: OptJidStr,
        node: str,
        ifrom: OptJidStr = None,
        redirect: str | None = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Delete a node (section 8.4); ``redirect``: the URI of what is there instead."""
        iq = self._owner("set", jid, "delete", node, ifrom)
        if redirect is not None:
            iq["pubsub_owner"]["delete"]["redirect"]["uri"] = redirect
        return iq.send(**iqkwargs)

    def purge(
        self, jid: OptJidStr, node: str, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Delete all items of a node (section 8.5)."""
        return self._owner("set", jid, "purge", node, ifrom).send(**iqkwargs)

    def get_node_config(
        self, jid: OptJidStr, node: str | None = None, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask how a node is configured, or new nodes are (sections 8.2 and 8.3).

        The form is in ``answer["pubsub_owner"]["configure"]["form"]``; without a node in
        ``answer["pubsub_owner"]["default"]["config"]``.
        """
        what = "default" if node is None else "configure"
        return self._owner("get", jid, what, node, ifrom).send(**iqkwargs)

    def set_node_config(
        self,
        jid: OptJidStr,
        node: str,
        config: Form | Mapping[str, Any],
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Configure a node (section 8.2.4)."""
        iq = self._owner("set", jid, "configure", node, ifrom)
        iq["pubsub_owner"]["configure"].append(make_form(config, NODE_CONFIG))
        return iq.send(**iqkwargs)

    def get_node_subscriptions(
        self, jid: OptJidStr, node: str, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask who is subscribed to a node (section 8.8.1)."""
        return self._owner("get", jid, "subscriptions", node, ifrom).send(**iqkwargs)

    def get_node_affiliations(
        self, jid: OptJidStr, node: str, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask who is what at a node (section 8.9.1)."""
        return self._owner("get", jid, "affiliations", node, ifrom).send(**iqkwargs)

    def modify_subscriptions(
        self,
        jid: OptJidStr,
        node: str,
        subscriptions: Iterable[tuple[JidStr, str]] | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Change who is subscribed to a node: JIDs and states, each (section 8.8.2)."""
        iq = self._owner("set", jid, "subscriptions", node, ifrom)
        for subscriber, state in subscriptions or ():
            one = OwnerSubscription()
            one["jid"] = subscriber
            one["subscription"] = state
            iq["pubsub_owner"]["subscriptions"].append(one)
        return iq.send(**iqkwargs)

    def modify_affiliations(
        self,
        jid: OptJidStr,
        node: str,
        affiliations: Iterable[tuple[JidStr, str]] | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Change who is what at a node: JIDs and affiliations, each (section 8.9.2)."""
        iq = self._owner("set", jid, "affiliations", node, ifrom)
        for entity, affiliation in affiliations or ():
            one = OwnerAffiliation()
            one["jid"] = entity
            one["affiliation"] = affiliation
            iq["pubsub_owner"]["affiliations"].append(one)
        return iq.send(**iqkwargs)
