"""A gateway: SECRET=secret python examples/gateway.py paper.example.net localhost.

It joins an XMPP server with "Paper", a network of its own making in which everybody knows two
robots: ``echo`` repeats what it is told, ``mirror`` says it backwards. Who registers (XEP-0077, by
form or by the old fields) finds the robots in the roster, as ``echo@paper.example.net`` and
``mirror@paper.example.net``; messages go both ways.

Each contact is an actor of its own, started when somebody writes to it. One that fails costs
nobody else anything.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from xml.etree.ElementTree import SubElement

from actorxmpp import (
    Callback,
    ComponentXMPP,
    ElementBase,
    Iq,
    Message,
    Presence,
    StanzaPath,
    UserActor,
    XMPPError,
    register_stanza_plugin,
)
from actorxmpp.plugins.xep_0004 import Form

if TYPE_CHECKING:
    from collections.abc import Callable

NS = "jabber:iq:register"
ANSWER_AFTER_S = 0.05
ROBOTS: dict[str, Callable[[str], str]] = {"echo": str, "mirror": lambda text: text[::-1]}


class Registration(ElementBase):
    """The <query/> of XEP-0077."""

    name = "query"
    namespace = NS
    plugin_attrib = "gateway_registration"
    interfaces: ClassVar[set[str]] = {"instructions", "username", "password"}
    sub_interfaces = interfaces


class Line:
    """An account's connection to Paper."""

    def __init__(self, name: str, deliver: Callable[[str, str], None]) -> None:
        self.name = name
        self.contacts = tuple(ROBOTS)
        self._deliver = deliver

    def write(self, contact: str, text: str) -> None:
        """Write to a contact, who answers after a while."""
        answer = ROBOTS[contact](text)
        asyncio.get_running_loop().call_later(ANSWER_AFTER_S, self._deliver, contact, answer)


class FromPaper(NamedTuple):
    """What a contact has written to somebody who is registered here."""

    to: str
    text: str


class Contact(UserActor):
    """Somebody of the other network, for those on this side."""

    component: Gateway

    def on_message(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] in ("chat", "normal") and message["body"]:
            self.component.line_of(message).write(self.jid.local, message["body"])

    def on_told(self, message: FromPaper) -> None:
        """Pass a message of this contact to the XMPP side."""
        self.send_message(message.to, message.text, mtype="chat")

    def on_presence(self, presence: Presence) -> None:
        """Everybody who is registered may see everybody."""
        sender = presence["from"].bare
        if presence["type"] == "subscribe":
            self.component.line_of(presence)
            self.send_presence(ptype="subscribed", pto=sender)
        if presence["type"] in ("subscribe", "probe"):
            self.send_presence(pto=sender, pstatus="made of paper")


class Gateway(ComponentXMPP):
    """Knows who is registered, and their connections to the other network."""

    def __init__(self, jid: str, secret: str, host: str | None = None, port: int = 5347) -> None:
        super().__init__(jid, secret, host, port)
        self.lines: dict[str, Line] = {}
        self.users(Contact, idle=300, admit=lambda address: address.local in ROBOTS)
        self.register_plugin("xep_0004")
        self.register_plugin("xep_0199")
        self.register_plugin("xep_0030")
        disco = self.plugin["xep_0030"]
        disco.add_identity("gateway", "paper", name="Paper")
        disco.add_feature(NS)
        for kind in ("get", "set"):
            path = StanzaPath(f"iq@type={kind}/gateway_registration")
            self.register_handler(Callback(f"register-{kind}", path, getattr(self, f"on_{kind}")))

    def line_of(self, stanza: Any) -> Line:
        """The connection of the sender of a stanza."""
        line = self.lines.get(stanza["from"].bare)
        if line is None:
            raise XMPPError("registration-required")
        return line

    def on_get(self, iq: Iq) -> None:
        """Somebody asks what to fill in (XEP-0077 section 3.1)."""
        reply = iq.reply()
        query = reply["gateway_registration"]
        if iq["from"].bare in self.lines:
            SubElement(query.xml, f"{{{NS}}}registered")
        query["instructions"] = "Choose a name on Paper. Any password will do."
        query["username"] = query["password"] = ""
        form = self.plugin["xep_0004"].make_form(title="Paper", instructions="Choose a name.")
        form.add_field(var="FORM_TYPE", ftype="hidden", value=NS)
        form.add_field(var="username", label="Name", required=True)
        form.add_field(var="password", ftype="text-private", label="Password", required=True)
        query.append(form)
        reply.send()

    def on_set(self, iq: Iq) -> None:
        """Somebody registers, or does so no more (XEP-0077 sections 3.1 and 3.2)."""
        query, who = iq["gateway_registration"], iq["from"].bare
        if query.xml.find(f"{{{NS}}}remove") is not None:
            self.line_of(iq)
            del self.lines[who]
            iq.reply().send()
            self.tell_roster(who, "unsubscribe", "unsubscribed", "unavailable")
            return
        form = query.xml.find("{jabber:x:data}x")
        values = query if form is None else Form(form).get_values()
        if not values.get("username") or not values.get("password"):
            raise XMPPError("not-acceptable", text="a name and a password are needed")
        self.lines[who] = Line(values["username"], lambda name, text: self.hear(name, who, text))
        iq.reply().send()
        self.tell_roster(who, "subscribe")

    def tell_roster(self, who: str, *kinds: str) -> None:
        """Put the contacts of the other network into somebody's roster, or take them out."""
        for contact in ROBOTS:
            for kind in kinds:
                self.send_presence(pto=who, pfrom=f"{contact}@{self.jid}", ptype=kind, pnick=None)

    def hear(self, contact: str, who: str, text: str) -> None:
        """A contact has written: its actor passes it on."""
        self.wrap(self._tell(contact, FromPaper(who, text)))

    async def _tell(self, contact: str, message: FromPaper) -> None:
        (await self.user(f"{contact}@{self.jid}")).tell(message)


register_stanza_plugin(Iq, Registration)

if __name__ == "__main__":
    Gateway(sys.argv[1], os.environ["SECRET"], sys.argv[2]).run()
