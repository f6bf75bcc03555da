"""XEP-0353: Jingle Message Initiation: asking all of somebody's clients before a session begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.types import JidStr, OptJidStr

__all__ = [
    "XEP_0353",
    "Accept",
    "Finish",
    "JingleMessage",
    "Proceed",
    "Propose",
    "Reject",
    "Retract",
]

NS = "urn:xmpp:jingle-message:0"


class JingleMessage(ElementBase):
    """One step; interface ``id``, the session's."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


class Propose(JingleMessage):
    """``message["jingle_propose"]``; interface ``descriptions``: namespace and medium, each."""

    name = "propose"
    plugin_attrib = "jingle_propose"
    interfaces: ClassVar[set[str]] = {"id", "descriptions"}

    def _found(self) -> list[ET.Element]:
        return [each for each in self.xml if each.tag.endswith("}description")]

    def get_descriptions(self) -> list[tuple[str, str]]:
        """Return what is proposed."""
        return [(each.tag[1:].partition("}")[0], each.get("media", "")) for each in self._found()]

    def set_descriptions(self, descriptions: Iterable[tuple[str, str]]) -> None:
        """Set what is proposed."""
        self.del_descriptions()
        for namespace, media in descriptions:
            ET.SubElement(self.xml, f"{{{namespace}}}description", media=media)

    def del_descriptions(self) -> None:
        """Remove what is proposed."""
        for each in self._found():
            self.xml.remove(each)


class Retract(JingleMessage):
    """``message["jingle_retract"]``: the caller changed their mind."""

    name = "retract"
    plugin_attrib = "jingle_retract"


class Accept(JingleMessage):
    """``message["jingle_accept"]``: another client of ours took it; not in newer versions."""

    name = "accept"
    plugin_attrib = "jingle_accept"


class Proceed(JingleMessage):
    """``message["jingle_proceed"]``: this client takes it."""

    name = "proceed"
    plugin_attrib = "jingle_proceed"


class Reject(JingleMessage):
    """``message["jingle_reject"]``: it is refused."""

    name = "reject"
    plugin_attrib = "jingle_reject"


class Finish(JingleMessage):
    """``message["jingle_finish"]``: the session is over."""

    name = "finish"
    plugin_attrib = "jingle_finish"


STEPS = (Propose, Retract, Accept, Proceed, Reject, Finish)

HANDLERS = tuple(
    (f"Jingle message: {each.name}", f"message/{each.plugin_attrib}") for each in STEPS
)
"""Names and patterns, made once: sessions share them."""

EVENTS = {each.plugin_attrib: f"jingle_message_{each.name}" for each in STEPS}
"""Interface to event."""

for _step in STEPS:
    register_stanza_plugin(Message, _step)


class XEP_0353(BasePlugin):
    """Jingle Message Initiation, both roles; the session itself is not made here.

    Messages from who must not know whether one is there should be left unanswered (section 6).

    Events: ``jingle_message_propose``, ``jingle_message_retract``, ``jingle_message_accept``,
    ``jingle_message_proceed``, ``jingle_message_reject``, ``jingle_message_finish``, with the
    message; those that one's other clients send come as copies (XEP-0280).
    """

    name = "xep_0353"
    description = "XEP-0353: Jingle Message Initiation"
    xep_version = "0.8.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0334"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Hear of sessions that are proposed."""
        for name, pattern in HANDLERS:
            self.handle(name, pattern, self._handle)

    def _handle(self, message: Message) -> None:
        if message["type"] == "error":
            return
        for attrib, event in EVENTS.items():
            step = message.get_plugin(attrib, check=True)
            if step is not None and step["id"]:
                self.xmpp.event(event, message)
                return

    def _make(self, step: type[JingleMessage], mto: JidStr, sid: str, mfrom: OptJidStr) -> Message:
        message = self.xmpp.make_message(mto, mtype="chat", mfrom=mfrom)
        message[step.plugin_attrib]["id"] = sid
        message.enable("store")
        return message

    def propose(
        self,
        mto: JidStr,
        sid: str,
        descriptions: Iterable[tuple[str, str]],
        *,
        mfrom: OptJidStr = None,
    ) -> None:
        """Propose a session (section 3.1).

        Args:
            mto: to whom, by the bare JID.
            sid: the session's id.
            descriptions: namespace and medium, each.
            mfrom: from which of a component's JIDs.
        """
        message = self._make(Propose, mto, sid, mfrom)
        message["jingle_propose"]["descriptions"] = descriptions
        message.send()

    def retract(self, mto: JidStr, sid: str, *, mfrom: OptJidStr = None) -> None:
        """Take a proposal back (section 3.2)."""
        self._make(Retract, mto, sid, mfrom).send()

    def accept(self, mto: JidStr, sid: str, *, mfrom: OptJidStr = None) -> None:
        """Tell one's other clients that this one takes it; in older versions."""
        self._make(Accept, mto, sid, mfrom).send()

    def proceed(self, mto: JidStr, sid: str, *, mfrom: OptJidStr = None) -> None:
        """Take a proposal (section 3.3)."""
        self._make(Proceed, mto, sid, mfrom).send()

    def reject(self, mto: JidStr, sid: str, *, mfrom: OptJidStr = None) -> None:
        """Refuse a proposal (section 3.4)."""
        self._make(Reject, mto, sid, mfrom).send()

    def finish(self, mto: JidStr, sid: str, *, mfrom: OptJidStr = None) -> None:
        """Say that the session is over (section 3.6)."""
        self._make(Finish, mto, sid, mfrom).send()
