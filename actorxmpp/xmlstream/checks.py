"""The tokenizer's checks: limits, the stream header, names, text between stanzas.

Each refusal is a ``StreamViolation`` with the stream error RFC 6120 section 4.9.3 gives for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from actorxmpp.xmlstream.names import NAMES, SEPARATOR, BadNamespace, translate
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES, STREAM_NS
from actorxmpp.xmlstream.violations import StreamViolation

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

_STREAM = f"{{{STREAM_NS}}}stream"
_TAG_REST = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*>""")


@dataclass(frozen=True, slots=True)
class Limits:
    """The sizes a peer may send. Each default is well above those servers and clients use today.

    Attributes:
        stanza_bytes: one stanza, tags included. Servers limit clients to 64-512 KiB (RFC 6120
            section 13.12 asks for at least 10,000); vCards with avatars and long rosters come near
            the upper end.
        tag_bytes: one start tag. expat scans an unfinished tag again for each piece, so this also
            bounds the work a peer can cause by sending one byte at a time.
        depth: elements inside each other, the stanza's own counted; what XEPs define stays below
            20.
        attributes: attributes of one element; none in use has 20.
        name_length: characters of a name with its namespace.
        header_bytes: everything before the stream header's end.
    """

    stanza_bytes: int = 524_288
    tag_bytes: int = 32_768
    depth: int = 100
    attributes: int = 128
    name_length: int = 512
    header_bytes: int = 8_192

    @property
    def unchecked_bytes(self) -> int:
        """The size below which no stanza can break the limits of depth, attributes or names.

        ``<a></a>`` is the least one level needs, `` a=""`` the least one attribute needs.
        """
        return min(self.stanza_bytes, 6 * self.depth, 5 * self.attributes, self.name_length)


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The peer's stream header (RFC 6120 section 4.7).

    Attributes:
        tag: ``{http://etherx.jabber.org/streams}stream``.
        attrib: ``to``, ``from``, ``id``, ``version``, and xml:lang in ElementTree's spelling.
        nsmap: prefixes declared in the header; the default namespace has the key ``""``.
    """

    tag: str
    attrib: dict[str, str]
    nsmap: dict[str, str] = field(default_factory=dict)

    @property
    def default_ns(self) -> str:
        """The content namespace, such as ``jabber:client``."""
        return self.nsmap.get("", "")


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """The peer's ``</stream:stream>``."""


def read_header(
    raw: str, attributes: dict[str, str], nsmap: dict[str, str], limits: Limits
) -> StreamOpened:
    """Return the stream header for the first start tag.

    Raises:
        StreamViolation: if it is not a stream, or not one of XMPP (RFC 6120 sections 4.8.1, 4.8.2).
    """
    if len(attributes) > limits.attributes:
        raise StreamViolation("policy-violation", "too many attributes")
    try:
        tag = translate(raw)
        attrib = {translate(name): value for name, value in attributes.items()}
    except BadNamespace:
        raise StreamViolation("invalid-namespace", "a brace in a namespace") from None
    if tag != _STREAM:
        if raw.rpartition(SEPARATOR)[2] == "stream":
            raise StreamViolation("invalid-namespace", "the stream is not in the streams namespace")
        raise StreamViolation("bad-format", "the first element is not a stream")
    default = nsmap.get("", "")
    if default and default not in CONTENT_NAMESPACES:
        raise StreamViolation("invalid-namespace", "the content namespace is not one of XMPP")
    return StreamOpened(tag, attrib, nsmap)


def inspect_names(element: ET.Element, limits: Limits) -> None:
    """Translate the names of one element that expat gave raw, and hold them against the limits.

    Raises:
        StreamViolation: if there are too many attributes, a name is too long, or a namespace holds
            a brace.
    """
    tag = element.tag
    keys = element.keys()
    if len(keys) > limits.attributes:
        raise StreamViolation("policy-violation", "too many attributes")
    if len(tag) > limits.name_length or any(len(key) > limits.name_length for key in keys):
        raise StreamViolation("policy-violation", "a name that is too long")
    try:
        if SEPARATOR in tag:
            element.tag = NAMES.learn(tag)
        for key in keys:
            if SEPARATOR in key:
                attrib = element.attrib
                attrib[NAMES.learn(key)] = attrib.pop(key)
    except BadNamespace:
        raise StreamViolation("invalid-namespace", "a brace in a namespace") from None


def refuse_text(element: ET.Element) -> None:
    """Refuse text after a stanza other than white space, which keeps connections alive.

    Raises:
        StreamViolation: if there is text between the stanzas (RFC 6120 section 11.7 allows white
            space only).
    """
    tail = element.tail
    if tail and tail.strip(" \t\r\n"):
        raise StreamViolation("bad-format", "text between stanzas")
    element.tail = None


def check_declaration(version: str, encoding: str | None, standalone: int) -> None:
    """Check the XML declaration (RFC 6120 sections 11.5 and 11.6).

    Raises:
        StreamViolation: if it names another encoding than UTF-8 or another XML than 1.0.
    """
    del standalone
    if encoding is not None and encoding.lower() not in {"utf-8", "utf8"}:
        raise StreamViolation("unsupported-encoding", "an encoding other than UTF-8")
    if version != "1.0":
        raise StreamViolation("bad-format", "a version of XML other than 1.0")


def refuse_doctype(*_: object) -> NoReturn:
    """Refuse document types and entity declarations (RFC 6120 section 11.1)."""
    raise StreamViolation("restricted-xml", "a document type declaration")


def refuse_instruction(*_: object) -> NoReturn:
    """Refuse processing instructions (RFC 6120 section 11.1)."""
    raise StreamViolation("restricted-xml", "a processing instruction")


def refuse_comment(*_: object) -> NoReturn:
    """Refuse comments (RFC 6120 section 11.1)."""
    raise StreamViolation("restricted-xml", "a comment")


def check_first_bytes(data: bytes, fed: int) -> None:
    """Refuse UTF-16, which expat would otherwise recognise and follow.

    Raises:
        StreamViolation: if the bytes before the stream header hold a byte order mark of UTF-16 or a
            NUL.
    """
    if 0 in data or (fed == 0 and data[:1] in {b"\xfe", b"\xff"}):
        raise StreamViolation("unsupported-encoding", "an encoding other than UTF-8")


def check_header_size(fed: int, limits: Limits) -> None:
    """Refuse a stream header that does not end.

    Raises:
        StreamViolation: if it is larger than the limit.
    """
    if fed > limits.header_bytes:
        raise StreamViolation("policy-violation", "a stream header that is too large")


def explain_invalid_token(data: bytes, index: int) -> StreamViolation:
    """Return the violation behind expat's "invalid token".

    Args:
        data: the bytes around the error.
        index: where in them expat stopped.
    """
    if data[max(index - 2, 0) : index].endswith(b"<!"):
        return StreamViolation("restricted-xml", "a document type or another declaration")
    try:
        data[index : index + 4].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start == 0:
            return StreamViolation("unsupported-encoding", "text that is not UTF-8")
    return StreamViolation("not-well-formed", "a character where XML does not allow it")


def end_of_tag(data: bytes, start: int) -> int:
    """Return the index after the tag that begins at ``start``."""
    match = _TAG_REST.match(data, start)
    return match.end() if match else len(data)
