"""The plugin: offers data, fetches it, and keeps what came."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0231.cache import Cache
from actorxmpp.plugins.xep_0231.stanza import NS, BitsOfBinary, fits, make_cid
from actorxmpp.stanza import Iq

if TYPE_CHECKING:
    from actorxmpp.jid import JID
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0231"]


class XEP_0231(BasePlugin):
    """Bits of Binary, both roles.

    Data of others is kept by its name only if the name is its hash: else anybody could put
    something in another's place. The program may take over (``api``) ``get_bob``, ``set_bob`` and
    ``del_bob``, where data is kept.

    Events: ``bob``, with each stanza that brings data.
    """

    name = "xep_0231"
    description = "XEP-0231: Bits of Binary"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    api_handlers: ClassVar[dict[str, str]] = {
        "del_bob": "_del_bob",
        "get_bob": "_get_bob",
        "set_bob": "_set_bob",
    }

    def plugin_init(self) -> None:
        """Answer who asks for data, and take what comes."""
        self._own: dict[str, BitsOfBinary] = self.kept.setdefault("own", {})
        self._others: Cache = self.kept.setdefault("others", Cache())
        self.handle("Bits of Binary - Iq", "iq/bob", self._handle_bob_iq)
        self.handle("Bits of Binary - Message", "message/bob", self._handle_bob)
        self.handle("Bits of Binary - Presence", "presence/bob", self._handle_bob)

    async def set_bob(
        self, data: bytes, mtype: str, cid: str | None = None, max_age: int | None = None
    ) -> str:
        """Offer data to whom asks for it by name.

        Args:
            data: the data; a few kilobytes at most.
            mtype: its media type.
            cid: its name; made of its hash by default.
            max_age: how long others shall keep it, in seconds.

        Returns:
            The name.
        """
        bob = BitsOfBinary()
        bob["cid"] = cid or make_cid(data)
        bob["type"] = mtype
        bob["data"] = data
        bob["max_age"] = max_age
        await self.api.run("set_bob", args=bob)
        return str(bob["cid"])

    async def get_bob(
        self,
        jid: OptJidStr = None,
        cid: str | None = None,
        cached: bool = True,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Fetch data: ``answer["bob"]["data"]`` (section 4).

        Args:
            jid: of whom.
            cid: its name.
            cached: take what came before, whoever sent it.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.

        Raises:
            IqError: if there is none of this name.
        """
        if cached:
            found = await self.api.run("get_bob", args=cid)
            if isinstance(found, Iq):
                return found
            if found is not None:
                answer = self.xmpp.Iq()
                answer.append(copy.copy(found))
                return answer
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq["bob"]["cid"] = cid
        reply: Iq = await iq.send(**iqkwargs)
        return reply

    def del_bob(self, cid: str) -> Any:
        """No longer offer data, nor keep others'; awaitable."""
        return self.api.run("del_bob", args=cid)

    async def _handle_bob_iq(self, iq: Iq) -> None:
        if iq["type"] == "result":
            await self._handle_bob(iq)
        elif iq["type"] == "get":
            cid = iq["bob"]["cid"]
            found = await self.api.run("get_bob", iq["to"], None, iq["from"], cid)
            if found is None:
                raise XMPPError("item-not-found", f"there is no data {cid}")
            answer = found if isinstance(found, Iq) else iq.reply()
            if answer is found:
                answer["id"] = iq["id"]
            else:
                answer.append(copy.copy(found))
            answer.send()
        elif iq["type"] == "set":
            raise XMPPError("bad-request")

    async def _handle_bob(self, stanza: StanzaBase) -> None:
        if stanza["type"] == "error":
            return
        bob = stanza["bob"]
        if bob["data"]:
            await self.api.run("set_bob", stanza["from"], None, stanza["to"], bob)
        self.xmpp.event("bob", stanza)

    def _set_bob(self, _jid: JID, _node: Any, ifrom: Any, bob: BitsOfBinary) -> None:
        """Keep data: ours as long as it is offered, others' for a while."""
        kept = BitsOfBinary(xml=copy.deepcopy(bob.xml))
        if ifrom is None:
            self._own[bob["cid"]] = kept
        elif fits(bob["cid"], bob["data"]):
            self._others.put(kept, self.xmpp.loop.time())

    def _get_bob(self, _jid: JID, _node: Any, ifrom: Any, cid: str) -> BitsOfBinary | None:
        """Find data; what others sent is not for everybody who asks."""
        if cid in self._own or ifrom is not None:
            return self._own.get(cid)
        return self._others.get(cid, self.xmpp.loop.time())

    def _del_bob(self, _jid: JID, _node: Any, _ifrom: Any, cid: str) -> None:
        self._own.pop(cid, None)
        self._others.drop(cid)
