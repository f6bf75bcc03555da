"""The plugin: learns what servers allow, and does it."""

from __future__ import annotations

import copy
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, XMPPError
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0356.permissions import MessagePermission, Permissions
from actorxmpp.plugins.xep_0356.stanza import NS_1
from actorxmpp.stanza import Iq

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from actorxmpp.stanza import Message
    from actorxmpp.types import JidStr
    from actorxmpp.xmlstream import ET, StanzaBase

__all__ = ["XEP_0356", "PrivilegedIqError"]

CLIENT_NS = "jabber:client"
COMPONENT_NS = "{jabber:component:accept}"

SERVERS_LIMIT = 1_000
"""Servers whose permissions are remembered: anybody can claim to be one."""

logger = logging.getLogger(__name__)


class PrivilegedIqError(IqError):
    """The server, or who was asked as a user, answered with an error."""

    def nested_error(self) -> IqError | None:
        """Return the error of who was asked; None if it is the server's own."""
        privilege = self.iq.get_plugin("privilege", check=True)
        nested = None if privilege is None else privilege["forwarded"]["stanza"]
        return IqError(nested) if isinstance(nested, Iq) else None


class XEP_0356(BasePlugin):
    """Privileged Entity, for components that a server trusts.

    The server says what it allows when the stream begins: ``granted_privileges``, by its JID.
    Methods raise ``PermissionError`` for what is not allowed, without asking.

    Presences that are allowed come as any others. Rosters' changes are acknowledged.

    Events: ``privileges_advertised``, with the message; ``privileged_roster_push``, with the IQ.
    """

    name = "xep_0356"
    description = "XEP-0356: Privileged Entity"
    xep_version = "0.4.1"
    dependencies: ClassVar[set[str]] = {"xep_0297"}
    granted_privileges: defaultdict[JidStr, Permissions]

    def plugin_init(self) -> None:
        """Learn what servers allow."""
        self.granted_privileges = self.kept.setdefault("granted", defaultdict(Permissions))
        self.handle("Privileges", "message/privilege", self._handle_privilege)
        self.handle("Privileges of version 1", "message/privilege_v1", self._handle_privilege)
        if self.xmpp.is_component:
            self.handle("Privileged roster push", "iq@type=set/roster", self._handle_push)

    def _handle_privilege(self, message: Message) -> None:
        server = message["from"]
        if message["type"] == "error" or server.local or server.resource:
            logger.warning("%s is no server: it grants no privileges", server)
            return
        known = self.granted_privileges
        if server not in known and len(known) >= SERVERS_LIMIT:
            return
        privilege = message.get_plugin("privilege", check=True) or message["privilege_v1"]
        known[server] = Permissions.read(privilege)
        self.xmpp.event("privileges_advertised", message)

    def _handle_push(self, iq: Iq) -> None:
        granted = self.granted_privileges.get(iq["from"].domain)
        if granted is None or not granted.push or iq["from"].resource:
            raise XMPPError("service-unavailable")
        iq.reply().send()
        self.xmpp.event("privileged_roster_push", iq)

    def _granted(self, jid: JidStr) -> Permissions:
        return self.granted_privileges.get(JID(jid).domain) or Permissions()

    # rosters

    async def get_roster(
        self,
        jid: JidStr,
        *,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
    ) -> Iq:
        """Read a user's roster: ``answer["roster"]["items"]`` (section 4.3).

        Args:
            jid: the user.
            callback: called with the answer.
            timeout: seconds.

        Raises:
            PermissionError: if the server did not allow it.
            IqError: if it refuses.
        """
        if not self._granted(jid).may_use_roster("get"):
            raise PermissionError(f"the server of {jid} does not let us read rosters")
        iq = self._make_get_roster(jid)
        answer: Iq = await iq.send(callback=callback, timeout=timeout)
        return answer

    async def set_roster(
        self,
        jid: JidStr,
        roster_items: Mapping[str, Mapping[str, Any]],
        *,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
    ) -> Iq:
        """Change a user's roster (section 4.3).

        Args:
            jid: the user.
            roster_items: contact -> ``name``, ``subscription``, ``groups``; the subscription
                ``remove`` takes the contact out.
            callback: called with the answer.
            timeout: seconds.

        Raises:
            PermissionError: if the server did not allow it.
            IqError: if it refuses.
        """
        if not self._granted(jid).may_use_roster("set"):
            raise PermissionError(f"the server of {jid} does not let us change rosters")
        iq = self._make_set_roster(jid, roster_items)
        answer: Iq = await iq.send(callback=callback, timeout=timeout)
        return answer

    def _make_get_roster(self, jid: JidStr) -> Iq:
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=self.xmpp.boundjid.bare)
        iq.enable("roster")
        return iq

    def _make_set_roster(self, jid: JidStr, roster_items: Mapping[str, Mapping[str, Any]]) -> Iq:
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=self.xmpp.boundjid.bare)
        iq["roster"]["items"] = roster_items
        return iq

    # as somebody else

    def send_privileged_message(self, msg: Message) -> None:
        """Send a message as the server, or as one of its users (section 5).

        Args:
            msg: the message; its sender is the server, or a user's bare JID.

        Raises:
            PermissionError: if the server did not allow it.
        """
        if self._granted(msg["from"]).message != MessagePermission.OUTGOING:
            raise PermissionError(f"the server of {msg['from']} does not let us send messages")
        self._make_privileged_message(msg).send()

    def _make_privileged_message(self, msg: Message) -> Message:
        server = msg["from"].domain
        wrapped = self.xmpp.make_message(server, mfrom=self.xmpp.boundjid.bare)
        version = "privilege_v1" if self._granted(server).namespace == NS_1 else "privilege"
        wrapped[version]["forwarded"].appendxml(_as_client(msg))
        return wrapped

    async def send_privileged_iq(
        self, encapsulated_iq: Iq, iq_id: str | None = None, **iqkwargs: Any
    ) -> Iq:
        """Ask somebody as a user of the server (section 6).

        Args:
            encapsulated_iq: the request; its sender is the user's bare JID.
            iq_id: the id of both IQs.
            iqkwargs: what ``Iq.send`` takes.

        Returns:
            The answer of who was asked.

        Raises:
            PermissionError: if the server did not allow it for the request's namespace and type.
            PrivilegedIqError: if the answer is an error; ``nested_error()`` is the other side's.
        """
        itype, user = encapsulated_iq["type"], JID(encapsulated_iq["from"].bare)
        granted = self._granted(user)
        for payload in encapsulated_iq.xml:
            namespace = payload.tag[1:].partition("}")[0]
            if not granted.may_send(itype, namespace):
                raise PermissionError(f"{user.domain} lets us send no {itype} of {namespace}")
        encapsulated_iq["id"] = iq_id or self.xmpp.new_id()
        own = self.xmpp.boundjid.bare
        iq = self.xmpp.make_iq(encapsulated_iq["id"], ifrom=own, ito=user, itype=itype)
        iq["privileged_iq"].appendxml(_as_client(encapsulated_iq))
        try:
            answer = await iq.send(**iqkwargs)
        except IqError as error:
            raise PrivilegedIqError(error.iq) from error
        nested: Iq = answer["privilege"]["forwarded"]["stanza"]
        return nested


def _as_client(stanza: StanzaBase) -> ET.Element:
    """Copy a stanza into the namespace of clients' streams, as the XEP wants it."""
    xml = copy.deepcopy(stanza.xml)
    for element in xml.iter():
        if element.tag.startswith(COMPONENT_NS):
            element.tag = f"{{{CLIENT_NS}}}{element.tag.removeprefix(COMPONENT_NS)}"
    return xml
