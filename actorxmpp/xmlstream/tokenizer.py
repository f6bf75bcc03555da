"""Bytes of an XML stream in, stream header, whole stanzas and stream end out (RFC 6120).

The first step of an inbound stanza: the parser actor feeds the bytes read, in pieces of any size.
No I/O and no clock. Expat calls ElementTree's C tree builder directly; Python runs once per end
tag, to see whether a child of the root is complete. What that leaves unchecked (new names, nesting,
attributes) is checked once per stanza, and only for stanzas long enough to hold a violation.

Rules: nothing a peer sends makes memory grow beyond ``Limits``; every violation is a
``StreamViolation`` that names its stream error; DTDs, entities, processing instructions and
comments are refused before they act.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from actorxmpp.xmlstream.checks import (
    Limits,
    StreamClosed,
    StreamOpened,
    check_declaration,
    check_first_bytes,
    check_header_size,
    end_of_tag,
    explain_invalid_token,
    inspect_names,
    read_header,
    refuse_comment,
    refuse_doctype,
    refuse_instruction,
    refuse_text,
)
from actorxmpp.xmlstream.names import NAMES, SEPARATOR
from actorxmpp.xmlstream.namespaces import STREAM_NS
from actorxmpp.xmlstream.violations import StreamViolation, from_expat

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Limits", "StreamClosed", "StreamOpened", "StreamViolation", "Tokenizer"]

_NAMES: Final = NAMES.names
_STREAM: Final = f"{{{STREAM_NS}}}stream"
_INVALID_TOKEN: Final = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_SLICE: Final = 65_536
"""Bytes fed to expat at once: bounds the tree built between two checks of the limits."""
_TAIL: Final = 8
"""Bytes kept of earlier pieces: the longest token that explaining an error looks back over."""
_NOTHING: Final = ET.Element("nothing")
"""Stands for "no earlier sibling"; never changed."""


Event = StreamOpened | StreamClosed | ET.Element


class _Stage(enum.Enum):
    """How far the stream has come."""

    HEADER = enum.auto()
    OPEN = enum.auto()
    CLOSED = enum.auto()
    PAUSED = enum.auto()
    FAILED = enum.auto()


_OPEN: Final = _Stage.OPEN
_EMPTY: Final[dict[str, str]] = {}  # never changed: the builder copies nothing from it


class _RestartSeen(Exception):
    """Stops expat at the end of an element after which another stream begins.

    Args:
        has_content: whether the element has an end tag of its own for sure.
    """

    def __init__(self, has_content: bool) -> None:
        super().__init__()
        self.has_content = has_content


class Tokenizer:
    """One direction of an XML stream.

    Args:
        limits: the sizes a peer may send.
        restart_after: names (``{ns}name``) of top-level elements after which a new stream begins,
            such as SASL's success: what follows in the same read waits for ``reset()``.
    """

    __slots__ = (
        "_builder",
        "_end_element",
        "_epoch",
        "_failed",
        "_fed",
        "_held",
        "_keep",
        "_large",
        "_mark",
        "_nsmap",
        "_out",
        "_parser",
        "_previous",
        "_root",
        "_seen",
        "_small",
        "_special",
        "_stage",
        "_start_element",
        "_tail",
        "limits",
        "restart_after",
    )

    _large: bool
    _previous: ET.Element
    _root: ET.Element

    def __init__(
        self, limits: Limits | None = None, *, restart_after: frozenset[str] = frozenset()
    ) -> None:
        self.limits = limits or _DEFAULT_LIMITS
        self.restart_after = restart_after
        self._special = restart_after | {_STREAM}
        self._held = b""
        self.reset()

    def reset(self) -> None:
        """Make ready for a new stream: after connecting, after STARTTLS and after SASL.

        Bytes read beyond a ``restart_after`` element are kept and belong to the new stream.
        """
        self._stage = _Stage.HEADER
        self._failed: StreamViolation | None = None
        self._out: list[Event] = []
        self._new_builder()
        self._fed = 0  # bytes given to expat
        # the last bytes given to expat: to explain an error, or to find where a stream ends
        self._tail = b""
        self._keep = self.limits.tag_bytes if self.restart_after else _TAIL
        self._mark = 0  # where the stanza now being read began, at the latest
        self._small = self.limits.unchecked_bytes
        self._seen = self._epoch = -1
        self._nsmap: dict[str, str] = {}
        self._parser: expat.XMLParserType | None = self._new_parser()

    def close(self) -> None:
        """Give up the parser and all it held; feeding is an error until ``reset()``."""
        self._parser = None
        self._held = b""
        self._fail(StreamViolation("undefined-condition", "the stream was closed on our side"))

    @property
    def unread(self) -> bytes:
        """Bytes kept for the stream after the next ``reset()``."""
        return self._held

    def feed(self, data: bytes) -> list[Event]:
        """Return what became complete with these bytes, in order.

        Args:
            data: any number of bytes; a stanza may end anywhere.

        Raises:
            StreamViolation: if the peer broke a rule. ``.events`` holds what was complete before.
                The tokenizer takes no more until ``reset()``.
        """
        if self._stage is not _OPEN or len(data) > _SLICE:
            return self._feed_slowly(data)
        parser = self._parser
        assert parser is not None
        self._fed += len(data)
        try:
            parser.Parse(data, False)
            if self._root[-1] is not self._previous:
                self._check_unfinished(parser)
            elif self._stage is _OPEN:
                # What comes after the last stanza goes behind an empty element: a stanza that was
                # given away must not change any more, nor be kept alive by the builder.
                self._start_element("gap", _EMPTY)
                gap = self._end_element("gap")
                if self._previous.tail is not None:
                    refuse_text(self._previous)
                self._previous = gap
                del self._root[:-1]
                if self._large:  # the builder's stack would keep parts of it alive
                    self._new_builder()
                    self._install(parser)
                self._mark = mark = parser.CurrentByteIndex
                if self._fed - mark > self.limits.tag_bytes:
                    self._check_unfinished(parser)
            if self._keep <= len(data):
                self._tail = data[-self._keep :]
            else:
                self._tail = (self._tail + data)[-self._keep :]
        except (StreamViolation, expat.ExpatError, _RestartSeen) as signal:
            self._interrupted(signal, parser, data)
        events = self._out
        self._out = []
        return events

    def _feed_slowly(self, data: bytes) -> list[Event]:
        """Feed outside the stream's content, or much data."""
        if self._failed is not None:
            raise self._failed
        if self._held and self._stage is not _Stage.PAUSED:
            data, self._held = self._held + data, b""
        events: list[Event] = []
        try:
            for start in range(0, len(data), _SLICE):
                piece = data[start : start + _SLICE]
                events += self.feed(piece) if self._stage is _OPEN else self._feed_outside(piece)
        except StreamViolation as violation:
            violation.events[:0] = events
            raise
        return events

    def _interrupted(self, signal: Exception, parser: expat.XMLParserType, data: bytes) -> None:
        """Handle what stopped expat: an end of the stream, or a violation, which is raised."""
        if isinstance(signal, _RestartSeen):
            self._pause(data, signal.has_content)
        elif isinstance(signal, StreamViolation):
            raise self._fail(signal) from None
        elif isinstance(signal, expat.ExpatError):
            raise self._fail(self._explain(parser, signal, data)) from None

    def _feed_outside(self, data: bytes) -> list[Event]:
        """Take bytes before the stream header's end, after the stream, or before ``reset()``."""
        if self._stage is _Stage.PAUSED:
            self._hold(data)
            return []
        while self._stage is _Stage.HEADER and data:
            # Tag by tag: pyexpat lets expat go on to the end of what it was given after a handler
            # raised, and what follows a document type must never be read.
            end = data.find(b">") + 1 or len(data)
            self._parse_outside(data[:end])
            data = data[end:]
        if self._stage is _Stage.CLOSED:
            self._parse_outside(data)
        elif self._stage is _OPEN:
            self._mark = self._fed
        if self._stage is _OPEN and data:
            return self.feed(data)
        events = self._out
        self._out = []
        return events

    def _parse_outside(self, data: bytes) -> None:
        parser = self._parser
        assert parser is not None
        try:
            if self._stage is _Stage.HEADER:
                check_first_bytes(data, self._fed)
            self._fed += len(data)
            parser.Parse(data, False)
            self._tail = (self._tail + data)[-self._keep :]
            if self._stage is _Stage.HEADER:
                check_header_size(self._fed, self.limits)
        except (StreamViolation, expat.ExpatError) as signal:
            self._interrupted(signal, parser, data)

    def _check_unfinished(self, parser: expat.XMLParserType) -> None:
        """Hold a stanza, or a tag, that is not complete against the limits."""
        limits = self.limits
        root = self._root
        if len(root) > 1:
            if self._previous.tail is not None:
                refuse_text(self._previous)
            self._previous = _NOTHING
            del root[:-1]
        if root[0].tag == _STREAM:
            raise StreamViolation("bad-format", "a stream inside the stream")
        size = self._fed - self._mark
        if size <= limits.depth:
            return
        if size > limits.stanza_bytes:
            raise StreamViolation("policy-violation", "a stanza that is too large")
        if self._fed - parser.CurrentByteIndex > limits.tag_bytes:
            raise StreamViolation("policy-violation", "a tag that is too large")
        element = root
        for _ in range(limits.depth + 1):
            if not len(element):
                return
            element = element[-1]
        raise StreamViolation("policy-violation", "elements nested too deeply")

    def _new_builder(self) -> None:
        """Make the tree builder, with the root every stanza of the stream is built under."""
        self._builder = ET.TreeBuilder()
        self._start_element = self._builder.start
        self._end_element = self._builder.end
        self._root = self._start_element("root", _EMPTY)
        self._start_element("gap", _EMPTY)
        # the last complete child of the root: text after it becomes its tail
        self._previous = self._end_element("gap")
        self._large = False

    def _install(self, parser: expat.XMLParserType) -> None:
        """Let expat call the builder."""
        parser.StartElementHandler = self._builder.start
        parser.EndElementHandler = self._make_end(self._root)
        parser.CharacterDataHandler = self._builder.data

    def _make_end(self, root: ET.Element) -> Callable[[str], None]:
        """Return the handler of end tags: the only Python called for most elements."""
        end_element = self._end_element
        parser = self._parser
        assert parser is not None

        def end(name: str) -> None:
            element = end_element(name)
            if element is not root[-1]:
                if element is root:
                    self._close_stream()
                return
            if self._previous.tail is not None:
                refuse_text(self._previous)
            self._previous = element
            index = parser.CurrentByteIndex
            size = index - self._mark
            self._mark = index
            if size > self._small or len(_NAMES) != self._seen or NAMES.epoch != self._epoch:
                self._inspect(element, size)
                self._large = True
            if element.tag in self._special:
                self._end_special(element)
            self._out.append(element)

        return end

    def _end_special(self, element: ET.Element) -> None:
        """Refuse a stream inside the stream; stop at an element that ends this stream."""
        if element.tag == _STREAM:
            raise StreamViolation("bad-format", "a stream inside the stream")
        self._out.append(element)
        raise _RestartSeen(len(element) > 0 or bool(element.text))

    def _inspect(self, stanza: ET.Element, size: int) -> None:
        """Translate new names and check a long stanza: depth, attributes, names."""
        limits = self.limits
        NAMES.settle()
        self._seen, self._epoch = len(_NAMES), NAMES.epoch
        if size > limits.stanza_bytes:
            raise StreamViolation("policy-violation", "a stanza that is too large")
        level = [stanza]
        depth = 0
        while level:
            depth += 1
            if depth > limits.depth:
                raise StreamViolation("policy-violation", "elements nested too deeply")
            below: list[ET.Element] = []
            for element in level:
                inspect_names(element, limits)
                below.extend(element)
            level = below
        NAMES.trim()

    def _close_stream(self) -> None:
        if self._previous.tail is not None:
            refuse_text(self._previous)
        self._stage = _Stage.CLOSED
        self._out.append(StreamClosed())

    def _open(self, raw: str, attributes: dict[str, str]) -> None:
        """Read the stream header, expat's first start tag; the builder gets the others."""
        parser = self._parser
        assert parser is not None
        header = read_header(raw, attributes, self._nsmap, self.limits)
        self._nsmap = {}
        self._stage = _OPEN
        self._out.append(header)
        parser.StartNamespaceDeclHandler = None
        parser.XmlDeclHandler = None
        self._install(parser)

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._nsmap[prefix or ""] = uri or ""

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", SEPARATOR, _NAMES)
        if hasattr(parser, "SetReparseDeferralEnabled"):
            # expat 2.6 holds back unfinished tags until more data comes, which on a stream may be
            # never; the work an unfinished tag can cause is bounded by Limits.tag_bytes.
            parser.SetReparseDeferralEnabled(False)
        parser.StartElementHandler = self._open
        parser.StartNamespaceDeclHandler = self._declare
        parser.XmlDeclHandler = check_declaration
        parser.StartDoctypeDeclHandler = refuse_doctype
        parser.EntityDeclHandler = refuse_doctype
        parser.ProcessingInstructionHandler = refuse_instruction
        parser.CommentHandler = refuse_comment
        return parser

    def _fail(self, violation: StreamViolation) -> StreamViolation:
        violation.events = list(self._out)
        self._out = []
        self._failed = violation
        self._stage = _Stage.FAILED
        self._parser = None
        self._root = self._previous = _NOTHING
        return violation

    def _pause(self, data: bytes, has_content: bool) -> None:
        """Keep what follows the element that ends this stream."""
        self._stage = _Stage.PAUSED
        data = self._tail + data  # the tag may have begun in an earlier piece
        start = self._mark - (self._fed - len(data))
        self._parser = None
        if has_content or not data[:start].endswith(b"/>"):
            start = end_of_tag(data, start)  # expat stands before an end tag, but behind <element/>
        self._hold(data[start:])

    def _hold(self, data: bytes) -> None:
        """Keep bytes that came before ``reset()`` for the next stream."""
        if len(self._held) + len(data) > _SLICE:
            violation = StreamViolation(
                "policy-violation", "too much data before the stream restart"
            )
            raise self._fail(violation)
        self._held += data

    def _explain(
        self, parser: expat.XMLParserType, error: expat.ExpatError, data: bytes
    ) -> StreamViolation:
        """Return the violation behind an error of expat."""
        if error.code != _INVALID_TOKEN:
            return from_expat(expat.ErrorString(error.code))
        start = self._fed - len(data) - len(self._tail)
        return explain_invalid_token(self._tail + data, max(parser.ErrorByteIndex - start, 0))


_DEFAULT_LIMITS: Final = Limits()
