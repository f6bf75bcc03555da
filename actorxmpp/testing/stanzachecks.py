"""Checks of stanzas that need no stream: the half of ``XMPPTestCase`` for stanza classes.

A stanza is checked in two ways at once: its XML is the expected XML, and so is what comes of the
values of a stanza made from that, put into a new one. A class whose setters and getters don't agree
is found out.
"""

from __future__ import annotations

import copy
import unittest
from typing import TYPE_CHECKING, Any

from actorxmpp import stanza as stanzas
from actorxmpp.testing import compare
from actorxmpp.xmlstream.elementbase import ElementBase
from actorxmpp.xmlstream.matcher import (
    MatcherId,
    MatchIDSender,
    MatchXMLMask,
    MatchXPath,
    StanzaPath,
)
from actorxmpp.xmlstream.stanzabase import StanzaBase
from actorxmpp.xmlstream.tostring import tostring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.jid import JID

__all__ = ["StanzaChecks"]

MATCHERS: dict[str, Any] = {
    "stanzapath": StanzaPath,
    "xpath": MatchXPath,
    "mask": MatchXMLMask,
    "idsender": MatchIDSender,
    "id": MatcherId,
}
"""How a stanza can be checked, other than exactly."""

DEFAULTS: dict[type[ElementBase], list[str]] = {
    stanzas.Message: ["type"],
    stanzas.Presence: ["priority"],
}
"""Interfaces that have a value even where the XML has none."""


class _StandIn:
    """Stands for the stream of stanzas that are made to compare: it gives no ids away."""

    use_message_ids = False
    use_presence_ids = False
    use_origin_id = False

    def __init__(self, stream: Any) -> None:
        self.default_ns = getattr(stream, "default_ns", "jabber:client")

    def new_id(self) -> str:
        return "0"


class StanzaChecks(unittest.TestCase):
    """Makes stanzas and compares them with XML."""

    xmpp: Any = None
    maxDiff = None

    # stanzas

    def Message(self, *args: Any, **kwargs: Any) -> stanzas.Message:  # noqa: N802  the stanza's name
        """Make a message; takes what ``Message`` takes."""
        return stanzas.Message(self.xmpp, *args, **kwargs)

    def Iq(self, *args: Any, **kwargs: Any) -> stanzas.Iq:  # noqa: N802  the stanza's name
        """Make an IQ; takes what ``Iq`` takes."""
        return stanzas.Iq(self.xmpp, *args, **kwargs)

    def Presence(self, *args: Any, **kwargs: Any) -> stanzas.Presence:  # noqa: N802  the stanza's name
        """Make a presence; takes what ``Presence`` takes."""
        return stanzas.Presence(self.xmpp, *args, **kwargs)

    # XML

    @property
    def _namespace(self) -> str:
        return "jabber:client" if self.xmpp is None else str(self.xmpp.default_ns)

    def parse_xml(self, xml_string: str) -> Element:
        """Parse XML; fails the test if it is not well-formed."""
        text = xml_string.partition("?>")[2] if xml_string.startswith("<?") else xml_string
        try:
            return compare.parse(text)
        except ValueError as error:
            self.fail(f"XML data was mal-formed:\n{error}")

    def fix_namespaces(self, xml: Element, ns: str | None = None) -> None:
        """Give an element and its children a namespace, where they have none."""
        compare.fix_namespaces(xml, self._namespace if ns is None else ns)

    def compare(self, xml: Element, *others: Element) -> bool:
        """Return whether elements are equal; the order of children does not count."""
        return bool(others) and all(compare.same(xml, other) for other in others)

    # checks

    def check(
        self,
        stanza: ElementBase,
        criteria: str | ElementBase,
        method: str | None = "exact",
        defaults: list[str] | None = None,
        use_values: bool = True,
    ) -> None:
        """Check that a stanza is what is expected.

        Args:
            stanza: the stanza.
            criteria: what is expected, in the form ``method`` wants.
            method: ``exact``, ``mask``, ``id``, ``idsender``, ``xpath`` or ``stanzapath``; None
                takes the attribute ``match_method``.
            defaults: interfaces with a default value; they are set in both before comparing.
            use_values: whether the stanza's ``values`` are put into a new one and compared too.

        Raises:
            ValueError: if the method is unknown.
        """
        if method is None:
            method = str(getattr(self, "match_method", "exact"))
        if method == "exact":
            self._check_exactly(stanza, criteria, defaults, use_values)
            return
        if method not in MATCHERS:
            raise ValueError(f"method {method!r} is not one of exact, {', '.join(MATCHERS)}")
        if not MATCHERS[method](criteria).match(stanza):
            self.fail(f"Stanza did not match using {method} method:\n{criteria}\nStanza:\n{stanza}")

    def check_element(self, element: Element, criteria: str, method: str = "exact") -> None:
        """Check that an element is what is expected, exactly or as a mask."""
        expected = self.parse_xml(criteria)
        if method == "mask":
            matches = MatchXMLMask(expected, self._namespace).match(ElementBase(element))
        else:
            matches = self.compare(expected, element)
        if not matches:
            self.fail(f"Expected:\n{criteria}\nActual:\n{tostring(element)}")

    def _check_exactly(
        self,
        stanza: ElementBase,
        criteria: str | ElementBase,
        defaults: list[str] | None,
        use_values: bool,
    ) -> None:
        given = criteria.xml if isinstance(criteria, ElementBase) else self.parse_xml(criteria)
        expected = copy.deepcopy(given)
        for element in (expected, stanza.xml):
            self.fix_namespaces(element)
        generated = self._another(stanza, expected)
        if use_values:
            self._apply_defaults(stanza, generated, defaults)
        self._assert_same(expected, stanza.xml, "The stanza is not what is expected")
        if use_values:
            again = self._another(stanza, None)
            again.values = generated.values
            self._assert_same(expected, again.xml, "Made from the stanza's values it is another")

    def _another(self, stanza: ElementBase, xml: Element | None) -> ElementBase:
        """Make another of the stanza's class, for the same stream."""
        made: ElementBase
        if isinstance(stanza, StanzaBase):
            made = type(stanza)(_StandIn(stanza.stream), xml)
        else:
            made = type(stanza)(xml)
        return made

    def _apply_defaults(
        self,
        stanza: ElementBase,
        generated: ElementBase,
        defaults: list[str] | None,
    ) -> None:
        """Write default values out; in the generated stanza that is in the expected XML too."""
        fresh = self._another(stanza, None).xml.attrib
        if defaults is None:
            defaults = DEFAULTS.get(type(stanza), [])
        for interface in defaults:
            for each in (stanza, generated):
                each[interface] = each[interface]
            if interface in fresh:
                generated.xml.attrib.setdefault(interface, fresh[interface])

    def _assert_same(self, expected: Element, actual: Element, words: str) -> None:
        if not self.compare(expected, actual):
            self.fail(f"{words}:\n{compare.difference(expected, actual)}")

    def check_jid(
        self,
        jid: JID,
        user: str | None = None,
        domain: str | None = None,
        resource: str | None = None,
        bare: str | None = None,
        full: str | None = None,
        string: str | None = None,
    ) -> None:
        """Check the parts of a JID that are given."""
        self._check_fields(
            {
                "user": (jid.user, user),
                "domain": (jid.domain, domain),
                "resource": (jid.resource, resource),
                "bare": (jid.bare, bare),
                "full": (jid.full, full),
                "string": (str(jid), string),
            }
        )

    def check_roster(
        self,
        owner: str | JID,
        jid: str | JID,
        name: str | None = None,
        subscription: str | None = None,
        afrom: bool | None = None,
        ato: bool | None = None,
        pending_out: bool | None = None,
        pending_in: bool | None = None,
        groups: list[str] | None = None,
    ) -> None:
        """Check the fields of a roster item that are given."""
        item = self.xmpp.roster[owner][jid]
        expected = {
            "name": name,
            "subscription": subscription,
            "from": afrom,
            "to": ato,
            "pending_out": pending_out,
            "pending_in": pending_in,
            "groups": groups,
        }
        self._check_fields({field: (item[field], value) for field, value in expected.items()})

    def _check_fields(self, fields: dict[str, tuple[Any, Any]]) -> None:
        for field, (actual, expected) in fields.items():
            if expected is not None and actual != expected:
                self.fail(f"{field} is {actual!r}, expected is {expected!r}")
