"""XEP-0421: Occupant identifiers: who is who in a room that hides addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["XEP_0421", "OccupantId"]

NS = "urn:xmpp:occupant-id:0"


class OccupantId(ElementBase):
    """``stanza["occupant-id"]["id"]``: the same for one person whatever the nickname."""

    name = "occupant-id"
    plugin_attrib = "occupant-id"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


register_stanza_plugin(Message, OccupantId)
register_stanza_plugin(Presence, OccupantId)


class XEP_0421(BasePlugin):
    """Occupant identifiers, for occupants.

    Ids from a room that does not announce the feature were written by anybody (section 4).
    """

    name = "xep_0421"
    description = "XEP-0421: Occupant identifiers for semi-anonymous MUCs"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0045"}
    features = (NS,)
    namespace = NS

    async def has_feature(self, jid: JidStr, **discokwargs: Any) -> bool:
        """Ask whether a room gives such ids, so that they can be trusted.

        Args:
            jid: the room.
            discokwargs: what ``XEP_0030.get_info`` takes.
        """
        info = await self.xmpp.plugin["xep_0030"].get_info(jid, **discokwargs)
        return NS in info["disco_info"]["features"]
