"""The elements of stream management (XEP-0198 sections 3 to 5), as events show them."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = [
    "NS",
    "Ack",
    "Enable",
    "Enabled",
    "Failed",
    "RequestAck",
    "Resume",
    "Resumed",
    "StreamManagement",
]

NS = "urn:xmpp:sm:3"


class _Counted(StanzaBase):
    """An element with the counter ``h``."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"h"}

    def get_h(self) -> int | None:
        """The counter, None if it is not there or no number."""
        text = self.xml.get("h", "")
        return int(text) if text.isascii() and text.isdecimal() else None

    def set_h(self, value: int) -> None:
        """Set the counter."""
        self.xml.set("h", str(value))


class _Resumable(StanzaBase):
    """An element with the flag ``resume``."""

    namespace = NS

    def get_resume(self) -> bool:
        """Whether the session can, or is to, be resumed."""
        return self.xml.get("resume", "false").lower() in ("true", "1")

    def set_resume(self, value: bool) -> None:
        """Say whether the session can be resumed."""
        if value:
            self.xml.set("resume", "true")
        else:
            self.xml.attrib.pop("resume", None)


class Enable(_Resumable):
    """``<enable/>``: begin stream management."""

    name = "enable"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"max", "resume"}


class Enabled(_Resumable):
    """``<enabled/>``: it has begun."""

    name = "enabled"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "location", "max", "resume"}


class Resume(_Counted):
    """``<resume/>``: take up an earlier session."""

    name = "resume"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"h", "previd"}


class Resumed(_Counted):
    """``<resumed/>``: it is taken up."""

    name = "resumed"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"h", "previd"}


class Failed(EmptyElement, StanzaBase):
    """``<failed/>``: it can't be enabled, or resumed."""

    name = "failed"
    namespace = NS


class Ack(_Counted):
    """``<a/>``: how many stanzas were handled."""

    name = "a"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"h"}


class RequestAck(EmptyElement, StanzaBase):
    """``<r/>``: tell how many stanzas were handled."""

    name = "r"
    namespace = NS


class StreamManagement(EmptyElement):
    """The stream feature ``<sm/>``."""

    name = plugin_attrib = "sm"
    namespace = NS
