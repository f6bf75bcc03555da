"""Message: text to an entity, or to a room (RFC 6121 section 5)."""

from __future__ import annotations

from typing import Any, ClassVar, Self, cast, get_args
from xml.etree import ElementTree as ET

from actorxmpp.stanza.rootstanza import RootStanza
from actorxmpp.types import MessageTypes
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES
from actorxmpp.xmlstream.stanzabase import StanzaBase

THREAD_TAGS = frozenset(f"{{{namespace}}}thread" for namespace in CONTENT_NAMESPACES)


class Message(RootStanza):
    """A message.

    Interfaces: ``type`` (``normal`` when there is none), ``body`` and ``thread`` by language,
    ``subject`` (None when there is none: an empty subject is a change of a room's subject),
    ``parent_thread``, and for messages from a room ``mucroom`` and ``mucnick``, which can only be
    read.
    """

    __slots__ = ()

    name = "message"
    namespace = "jabber:client"
    plugin_attrib = "message"
    interfaces: ClassVar[set[str]] = {
        "type",
        "to",
        "from",
        "id",
        "body",
        "subject",
        "thread",
        "parent_thread",
        "mucroom",
        "mucnick",
    }
    sub_interfaces: ClassVar[set[str]] = {"body", "thread"}
    lang_interfaces: ClassVar[set[str]] = {"body", "thread"}
    types: ClassVar[set[str]] = set(get_args(MessageTypes))

    def fill_in(self) -> None:
        """Give the message an id, if its stream does that."""
        stream = self.stream
        if getattr(stream, "use_message_ids", False) and not self.xml.get("id"):
            self.xml.set("id", stream.new_id())

    def get_type(self) -> MessageTypes:
        """Return the type; ``normal`` when there is none."""
        return cast("MessageTypes", self.xml.get("type", "normal"))

    def get_id(self) -> str:
        """Return the id."""
        return self.xml.get("id", "")

    def set_id(self, value: str | None) -> None:
        """Set the id; an empty one changes nothing."""
        if value:
            self.xml.set("id", value)

    get_origin_id = get_id
    set_origin_id = set_id

    def del_origin_id(self) -> None:
        """Remove the origin id of XEP-0359."""
        child = self.xml.find("{urn:xmpp:sid:0}origin-id")
        if child is not None:
            self.xml.remove(child)

    def _sub(self, name: str) -> ET.Element | None:
        return self.xml.find(f"{{{self.namespace}}}{name}")

    def get_parent_thread(self) -> str:
        """Return the parent of this message's thread (XEP-0201)."""
        thread = self._sub("thread")
        return "" if thread is None else thread.get("parent", "")

    def set_parent_thread(self, value: str) -> None:
        """Set the parent of this message's thread; an empty one removes it."""
        if not value:
            self.del_parent_thread()
            return
        thread = self._sub("thread")
        if thread is None:
            thread = ET.SubElement(self.xml, f"{{{self.namespace}}}thread")
        thread.set("parent", value)

    def del_parent_thread(self) -> None:
        """Remove the parent thread."""
        thread = self._sub("thread")
        if thread is not None:
            thread.attrib.pop("parent", None)

    def get_subject(self) -> str | None:
        """Return the subject; None when there is none."""
        subject = self._sub("subject")
        return None if subject is None else subject.text

    def set_subject(self, subject: str, **_kwargs: Any) -> None:
        """Set the subject, which may be empty."""
        element = self._sub("subject")
        if element is None:
            element = ET.SubElement(self.xml, f"{{{self.namespace}}}subject")
        element.text = subject

    def del_subject(self) -> None:
        """Remove the subject."""
        subject = self._sub("subject")
        if subject is not None:
            self.xml.remove(subject)

    def chat(self) -> Self:
        """Set the type to ``chat``."""
        self["type"] = "chat"
        return self

    def normal(self) -> Self:
        """Set the type to ``normal``."""
        self["type"] = "normal"
        return self

    def reply(self, body: str | None = None, clear: bool = True) -> Self:  # type: ignore[override]
        """Return a message back to the sender, in the same thread, with an id of its own.

        The reply to a room's message goes to the room, not to the occupant.

        Args:
            body: the reply's text.
            clear: whether the content is left out.
        """
        stream = self.stream
        reply = StanzaBase.reply(self, clear)
        xml = reply.xml
        if xml.get("type") == "groupchat" and not getattr(stream, "is_component", False):
            xml.set("to", self.get_from().bare)
        if clear:
            for child in self.xml:
                if child.tag in THREAD_TAGS:
                    ET.SubElement(xml, child.tag, child.attrib.copy()).text = child.text
                    break
        if stream is not None and stream.use_message_ids:
            xml.set("id", stream.new_id())
        else:
            xml.attrib.pop("id", None)
        if body is not None:
            reply["body"] = body
        return reply

    def get_mucroom(self) -> str:
        """Return the address of the room a ``groupchat`` message comes from."""
        return self.get_from().bare if self.get_type() == "groupchat" else ""

    def get_mucnick(self) -> str:
        """Return the nickname of the occupant a ``groupchat`` message comes from."""
        return self.get_from().resource if self.get_type() == "groupchat" else ""

    def set_mucroom(self, value: Any) -> None:
        """Do nothing: the room can only be read."""

    def set_mucnick(self, value: Any) -> None:
        """Do nothing: the nickname can only be read."""

    def del_mucroom(self) -> None:
        """Do nothing: the room can only be read."""

    def del_mucnick(self) -> None:
        """Do nothing: the nickname can only be read."""
