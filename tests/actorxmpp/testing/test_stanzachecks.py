"""Checking stanzas: what equals what is expected, and that getters and setters agree."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp import ElementBase, Iq, register_stanza_plugin
from actorxmpp.testing import XMPPTestCase


class Action(ElementBase):
    name = "action"
    namespace = "urn:example:action"
    plugin_attrib = "action"
    interfaces: ClassVar[set[str]] = {"method", "param"}
    sub_interfaces: ClassVar[set[str]] = {"param"}


class Forgetful(ElementBase):
    """A class whose setter forgets what its getter gives."""

    name = "forgetful"
    namespace = "urn:example:action"
    plugin_attrib = "forgetful"
    interfaces: ClassVar[set[str]] = {"method"}

    def set_method(self, value: str) -> None:
        self._set_attr("method", value.upper())


class TestStanzas(XMPPTestCase):
    def setUp(self) -> None:
        register_stanza_plugin(Iq, Action)
        register_stanza_plugin(Iq, Forgetful)

    def test_a_stanza_is_what_is_expected(self) -> None:
        iq = self.Iq(stype="set")
        iq["action"]["method"] = "run"
        iq["action"]["param"] = "fast"
        self.check(
            iq,
            "<iq type='set'><action xmlns='urn:example:action' method='run'>"
            "<param>fast</param></action></iq>",
        )

    def test_the_methods(self) -> None:
        message = self.Message(sto="juliet@localhost", sid="7")
        message["body"] = "hello"
        self.check(message, "{jabber:client}message", method="xpath")
        self.check(message, "message@id=7", method="stanzapath")
        self.check(message, "7", method="id")
        self.check(message, "<message xmlns='jabber:client' id='7'/>", method="mask")
        with pytest.raises(AssertionError, match="using id method"):
            self.check(message, "8", method="id")
        with pytest.raises(ValueError, match="telepathy"):
            self.check(message, "7", method="telepathy")

    def test_a_difference_is_shown(self) -> None:
        presence = self.Presence(sto="juliet@localhost")
        with pytest.raises(AssertionError) as caught:
            self.check(presence, "<presence to='romeo@localhost'/>")
        assert "romeo@localhost" in str(caught.value)
        assert "juliet@localhost" in str(caught.value)

    def test_getters_and_setters_that_do_not_agree_are_found(self) -> None:
        iq = self.Iq(stype="set")
        iq.append(Forgetful(self.parse_xml("<forgetful xmlns='urn:example:action' method='run'/>")))
        expected = "<iq type='set'><forgetful xmlns='urn:example:action' method='run'/></iq>"
        with pytest.raises(AssertionError, match="stanza's values"):
            self.check(iq, expected)
        self.check(iq, expected, use_values=False)

    def test_xml_that_is_none_fails(self) -> None:
        with pytest.raises(AssertionError, match="mal-formed"):
            self.parse_xml("<message>")
