"""Queries to an archive, and what comes of them (XEP-0313)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0059 import Set
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.plugins.xep_0297 import Forwarded
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.stanza import Message

__all__ = ["MAM", "NS", "End", "Fin", "Metadata", "Result", "Start"]

NS = "urn:xmpp:mam:2"

Instant = str | dt.datetime


def _read(text: str | None) -> dt.datetime | None:
    try:
        return parse(text) if text else None
    except ValueError:
        return None


def _write(value: Instant) -> str:
    return format_datetime(value) if isinstance(value, dt.datetime) else value


class _Results(ElementBase):
    """Something that carries the messages of a page; they are not part of the element."""

    def get_results(self) -> list[Message]:
        """Return the messages, each with ``["mam_result"]``."""
        found: list[Message] = self.__dict__.get("_results", [])
        return found

    def set_results(self, values: list[Message]) -> None:
        """Set the messages."""
        self.__dict__["_results"] = values

    def del_results(self) -> None:
        """Forget the messages."""
        self.__dict__.pop("_results", None)


class MAM(_Results):
    """``<query xmlns='urn:xmpp:mam:2'/>`` (section 3).

    Interfaces: ``queryid``, ``node``; as fields of the form ``start`` and ``end`` (datetimes),
    ``with`` (a JID), ``before_id``, ``after_id``, ``ids`` (a list); ``flip_page`` (bool);
    ``results``, the messages of the page.
    """

    name = "query"
    namespace = NS
    plugin_attrib = "mam"
    interfaces: ClassVar[set[str]] = {
        "queryid",
        "node",
        "start",
        "end",
        "with",
        "results",
        "before_id",
        "after_id",
        "ids",
        "flip_page",
    }

    def set_custom_field(self, fieldname: str, value: Any) -> None:
        """Set a field of the query's form."""
        form = self["form"]
        fields = form.get_fields()
        if "FORM_TYPE" not in fields:
            form["type"] = "submit"
            form.add_field("FORM_TYPE", "hidden", value=NS)
        if fieldname in fields:
            fields[fieldname]["value"] = value
        else:
            form.add_field(
                fieldname, "list-multi" if isinstance(value, list) else None, value=value
            )

    def get_custom_field(self, fieldname: str) -> Any:
        """Return a field of the query's form; None if it is not there."""
        form = self.get_plugin("form", check=True)
        field = None if form is None else form.get_fields().get(fieldname)  # type: ignore[attr-defined]
        return None if field is None else field["value"]

    def get_fields(self) -> Any:
        """Return the fields of the query's form."""
        return self["form"].get_fields()

    def get_start(self) -> dt.datetime | None:
        """Return from when on."""
        return _read(self.get_custom_field("start"))

    def set_start(self, value: Instant) -> None:
        """Set from when on."""
        self.set_custom_field("start", _write(value))

    def get_end(self) -> dt.datetime | None:
        """Return until when."""
        return _read(self.get_custom_field("end"))

    def set_end(self, value: Instant) -> None:
        """Set until when."""
        self.set_custom_field("end", _write(value))

    def get_with(self) -> JID | None:
        """Return with whom."""
        found = self.get_custom_field("with")
        return JID(found) if found else None

    def set_with(self, value: JID | str) -> None:
        """Set with whom."""
        self.set_custom_field("with", str(value))

    def get_before_id(self) -> str | None:
        """Return before which message."""
        found: str | None = self.get_custom_field("before-id")
        return found

    def set_before_id(self, value: str) -> None:
        """Set before which message."""
        self.set_custom_field("before-id", value)

    def get_after_id(self) -> str | None:
        """Return after which message."""
        found: str | None = self.get_custom_field("after-id")
        return found

    def set_after_id(self, value: str) -> None:
        """Set after which message."""
        self.set_custom_field("after-id", value)

    def get_ids(self) -> list[str] | None:
        """Return which messages."""
        found = self.get_custom_field("ids")
        return [found] if isinstance(found, str) else found

    def set_ids(self, value: list[str]) -> None:
        """Set which messages."""
        self.set_custom_field("ids", list(value))

    def get_flip_page(self) -> bool:
        """Whether each page comes with its last message first (section 3.3.2)."""
        return self.xml.find(f"{{{NS}}}flip-page") is not None

    def set_flip_page(self, value: bool) -> None:
        """Have each page come with its last message first."""
        self.del_flip_page()
        if value:
            ET.SubElement(self.xml, f"{{{NS}}}flip-page")

    def del_flip_page(self) -> None:
        """Have each page come with its first message first."""
        for element in self.xml.findall(f"{{{NS}}}flip-page"):
            self.xml.remove(element)


class Fin(_Results):
    """``<fin/>``, the end of a page; interfaces ``stable``, ``complete``, ``results``."""

    name = "fin"
    namespace = NS
    plugin_attrib = "mam_fin"
    interfaces: ClassVar[set[str]] = {"results", "stable", "complete"}


class Result(ElementBase):
    """``message["mam_result"]``, one message of the archive.

    Interfaces: ``queryid``, ``id`` (the archive's); the message is in ``["forwarded"]["stanza"]``.
    """

    name = "result"
    namespace = NS
    plugin_attrib = "mam_result"
    interfaces: ClassVar[set[str]] = {"queryid", "id"}


class Metadata(EmptyElement):
    """``<metadata/>``, an archive's first and last message (section 5)."""

    name = "metadata"
    namespace = NS
    plugin_attrib = "mam_metadata"


class _Edge(ElementBase):
    """One end of an archive."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "timestamp"}

    def get_timestamp(self) -> dt.datetime | None:
        """Return when the message was archived."""
        return _read(self._get_attr("timestamp"))

    def set_timestamp(self, value: Instant) -> None:
        """Set when the message was archived."""
        self._set_attr("timestamp", _write(value))


class Start(_Edge):
    """The first message of an archive; interfaces ``id``, ``timestamp``."""

    name = "start"
    plugin_attrib = "start"


class End(_Edge):
    """The last message of an archive; interfaces ``id``, ``timestamp``."""

    name = "end"
    plugin_attrib = "end"


register_stanza_plugin(MAM, Form)
register_stanza_plugin(MAM, Set)
register_stanza_plugin(Fin, Set)
register_stanza_plugin(Result, Forwarded)
register_stanza_plugin(Metadata, Start)
register_stanza_plugin(Metadata, End)
