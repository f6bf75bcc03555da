"""Violations of the rules of XML streams, and the stream error each is answered with."""

from __future__ import annotations

from typing import Any
from xml.parsers.expat import errors

from actorxmpp.exceptions import ActorXMPPError


class StreamViolation(ActorXMPPError):
    """The peer broke the rules of XML, of namespaces, or of RFC 6120; the stream must be closed.

    Args:
        condition: the stream error to send (RFC 6120 section 4.9.3), such as ``restricted-xml``.
        text: the violation, for logs and for the error's text; never quotes the peer's data.

    Attributes:
        events: what was complete before the violation, in order: handle it before closing.
    """

    def __init__(self, condition: str, text: str) -> None:
        super().__init__(condition, text)
        self.condition = condition
        self.text = text
        self.events: list[Any] = []

    def __str__(self) -> str:
        return f"{self.condition}: {self.text}"


EXPAT_CONDITIONS: dict[str, tuple[str, str]] = {
    errors.XML_ERROR_UNBOUND_PREFIX: (
        "bad-namespace-prefix",
        "a namespace prefix that is not declared",
    ),
    errors.XML_ERROR_UNDECLARING_PREFIX: (
        "bad-namespace-prefix",
        "a namespace prefix is undeclared",
    ),
    "reserved prefix (xml) must not be undeclared or bound to another namespace name": (
        "bad-namespace-prefix",
        "the prefix xml is bound to another namespace",
    ),
    "reserved prefix (xmlns) must not be declared or undeclared": (
        "bad-namespace-prefix",
        "the prefix xmlns is declared",
    ),
    "prefix must not be bound to one of the reserved namespace names": (
        "bad-namespace-prefix",
        "a prefix is bound to a reserved namespace",
    ),
    errors.XML_ERROR_UNDEFINED_ENTITY: (
        "restricted-xml",
        "an entity other than the predefined five",
    ),
    errors.XML_ERROR_RECURSIVE_ENTITY_REF: ("restricted-xml", "an entity that refers to itself"),
    errors.XML_ERROR_ENTITY_DECLARED_IN_PE: ("restricted-xml", "a parameter entity"),
    errors.XML_ERROR_ASYNC_ENTITY: ("restricted-xml", "an entity across elements"),
    errors.XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF: ("restricted-xml", "an external entity"),
    errors.XML_ERROR_BINARY_ENTITY_REF: ("restricted-xml", "an unparsed entity"),
    errors.XML_ERROR_EXTERNAL_ENTITY_HANDLING: ("restricted-xml", "an external entity"),
    errors.XML_ERROR_PARTIAL_CHAR: ("unsupported-encoding", "text that is not UTF-8"),
    errors.XML_ERROR_UNKNOWN_ENCODING: ("unsupported-encoding", "an encoding other than UTF-8"),
    errors.XML_ERROR_INCORRECT_ENCODING: ("unsupported-encoding", "an encoding other than UTF-8"),
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: (
        "not-well-formed",
        "data after the end of the stream",
    ),
    errors.XML_ERROR_TAG_MISMATCH: ("not-well-formed", "an end tag that matches no start tag"),
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: ("not-well-formed", "the same attribute twice"),
    errors.XML_ERROR_BAD_CHAR_REF: (
        "not-well-formed",
        "a reference to a character XML does not have",
    ),
    errors.XML_ERROR_MISPLACED_XML_PI: ("not-well-formed", "an XML declaration inside the stream"),
    errors.XML_ERROR_NO_MEMORY: ("resource-constraint", "out of memory"),
}
"""expat's error -> (condition, text); any other is ``not-well-formed``."""


def from_expat(code_text: str) -> StreamViolation:
    """Return the violation for an error of expat.

    Args:
        code_text: expat's text for the error code.
    """
    condition, text = EXPAT_CONDITIONS.get(code_text, ("not-well-formed", code_text))
    return StreamViolation(condition, text)
