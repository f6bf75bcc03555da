"""StreamError: the error that ends a stream (RFC 6120 section 4.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.stanza.error import Error
from actorxmpp.xmlstream.elementbase import ElementBase
from actorxmpp.xmlstream.namespaces import STREAM_NS
from actorxmpp.xmlstream.stanzabase import StanzaBase

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET


class StreamError(Error, StanzaBase):
    """The ``<stream:error/>`` of a stream.

    Interfaces: ``condition``, ``text``, ``see_other_host`` (where to connect instead).
    """

    __slots__ = ()

    namespace = STREAM_NS
    interfaces: ClassVar[set[str]] = {"condition", "text", "see_other_host"}
    conditions: ClassVar[set[str]] = {
        "bad-format",
        "bad-namespace-prefix",
        "conflict",
        "connection-timeout",
        "host-gone",
        "host-unknown",
        "improper-addressing",
        "internal-server-error",
        "invalid-from",
        "invalid-namespace",
        "invalid-xml",
        "not-authorized",
        "not-well-formed",
        "policy-violation",
        "remote-connection-failed",
        "reset",
        "resource-constraint",
        "restricted-xml",
        "see-other-host",
        "system-shutdown",
        "undefined-condition",
        "unsupported-encoding",
        "unsupported-feature",
        "unsupported-stanza-type",
        "unsupported-version",
    }
    condition_ns: ClassVar[str] = "urn:ietf:params:xml:ns:xmpp-streams"
    types: ClassVar[set[str]] = set()

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Take the element as it is: a stream error has no type, and no stanza around it."""
        return ElementBase.setup(self, xml)

    def get_see_other_host(self) -> str:
        """Return the host to connect to instead."""
        return self._get_carried("see-other-host")

    def set_see_other_host(self, value: str) -> None:
        """Make the condition ``see-other-host``, with the host."""
        self._set_carried("see-other-host", value)

    def del_see_other_host(self) -> None:
        """Remove the host."""
        self._del_sub(f"{{{self.condition_ns}}}see-other-host")
