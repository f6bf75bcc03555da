"""Iq: a request and its answer (RFC 6120 section 8.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args
from xml.etree import ElementTree as ET

from actorxmpp.exceptions import NotConnectedError
from actorxmpp.stanza.rootstanza import RootStanza
from actorxmpp.types import IqTypes
from actorxmpp.xmlstream.stanzabase import StanzaBase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.xmlstream.elementbase import ElementBase


class Iq(RootStanza):
    """A request or an answer.

    Interfaces: ``type`` (``get``, ``set``, ``result``, ``error``), ``query`` (the namespace of a
    ``<query/>``).
    """

    __slots__ = ()

    name = "iq"
    namespace = "jabber:client"
    plugin_attrib = "iq"
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "query"}
    types: ClassVar[set[str]] = set(get_args(IqTypes))

    def fill_in(self) -> None:
        """Give the IQ an id, which it must have."""
        if not self.xml.get("id"):
            self.xml.set("id", "0" if self.stream is None else self.stream.new_id())

    def unhandled(self) -> None:
        """Answer a request no handler matched with ``feature-not-implemented``."""
        if self.xml.get("type") in ("get", "set"):
            self._answer(
                "feature-not-implemented", "cancel", "No handlers registered for this request."
            )

    def set_payload(self, value: Any) -> Self:
        """Replace the content by an element or stanza object, or a list of them."""
        self.clear()
        return StanzaBase.set_payload(self, value)

    def _queries(self) -> list[ET.Element]:
        return [child for child in self.xml if child.tag.rpartition("}")[2] == "query"]

    def get_query(self) -> str:
        """Return the namespace of the ``<query/>``; empty when there is none."""
        queries = self._queries()
        return queries[0].tag.rpartition("}")[0][1:] if queries else ""

    def set_query(self, value: str) -> Self:
        """Make ``<query/>`` with a namespace the content, unless it is there."""
        tag = f"{{{value}}}query"
        if not value or self.xml.find(tag) is not None:
            return self
        plugin = self.plugin_tag_map.get(tag)
        if plugin is not None:
            self.enable(plugin.plugin_attrib)
        else:
            self.clear()
            ET.SubElement(self.xml, tag)
        return self

    def del_query(self) -> Self:
        """Remove every ``<query/>``."""
        for child in self._queries():
            self.xml.remove(child)
        return self

    def reply(self, clear: bool = True) -> Self:
        """Return the answer: type ``result``, same id, back to the sender.

        Args:
            clear: whether the request's content is left out.
        """
        reply = StanzaBase.reply(self, clear)
        reply.xml.set("type", "result")
        return reply

    def send(
        self,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Any]:
        """Send the IQ; for a request, the awaitable gives the answer.

        Args:
            callback: called with the answer, be it a result or an error; may be a coroutine
                function.
            timeout: seconds to wait for the answer.
            timeout_callback: called with this IQ when no answer came in time.

        Returns:
            Awaitable of the answer of type ``result``; of None when this IQ is itself an answer. It
            raises ``IqError`` when the answer is an error and ``IqTimeout`` when there is none in
            time.

        Raises:
            TypeError: if ``timeout`` is not a number.
            NotConnectedError: if the IQ belongs to no stream.
        """
        if timeout is not None and not isinstance(timeout, (int, float)):
            raise TypeError(f"timeout must be seconds, not {timeout!r:.80}")
        if self.stream is None:
            raise NotConnectedError("the IQ belongs to no stream: make it with xmpp.Iq()")
        answer: Awaitable[Any] = self.stream.send_iq(self, callback, timeout, timeout_callback)
        return answer

    def _set_stanza_values(self, values: dict[str, Any]) -> ElementBase:
        """Set the values, ``query`` last: a plugin may have made the ``<query/>`` already."""
        rest = {key: value for key, value in values.items() if key != "query"}
        super()._set_stanza_values(rest)
        if values.get("query"):
            self["query"] = values["query"]
        return self
