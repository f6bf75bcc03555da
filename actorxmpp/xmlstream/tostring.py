"""Elements as text, for people, logs and tests; ``serialize`` writes what goes over the wire.

Namespaces are declared only where they change. An empty element is written ``<a />``, and the five
special characters are always escaped, so that the text is the one slixmpp programs know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.namespaces import XML_NS

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;"})


def escape(text: str, use_cdata: bool = False) -> str:
    """Escape text for XML, by references or, if ``use_cdata``, as CDATA where needed."""
    if not use_cdata:
        return text.translate(_ESCAPES)
    if text.translate(_ESCAPES) == text:
        return text
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def tostring(
    xml: Element | None = None,
    xmlns: str = "",
    stream: Any = None,
    outbuffer: str = "",
    top_level: bool = False,
    open_only: bool = False,
    namespaces: set[str] | None = None,
) -> str:
    """Return an element as XML text.

    Args:
        xml: the element; without one the result is empty.
        xmlns: the namespace around it, which is not declared again.
        stream: the stream it belongs to: its default namespace counts as declared, and its prefixes
            are used.
        outbuffer: text to put in front.
        top_level: whether it is the outermost element.
        open_only: whether to write the start tag only.
        namespaces: namespaces whose prefixes are declared around it.
    """
    if xml is None:
        return ""
    writer = _Writer(stream, set(namespaces or ()))
    if open_only:
        start, _, _, _ = writer.start(xml, xmlns, top_level)
        return f"{outbuffer}{start}>"
    return outbuffer + writer.element(xml, xmlns, top_level)


def tostring_fmt(
    xml: Element | None = None,
    xmlns: str = "",
    stream: Any = None,
    outbuffer: str = "",
    top_level: bool = False,
    namespaces: set[str] | None = None,
    indent: str = "",
) -> str:
    """Return an element as XML text over several lines, sorted, to be compared."""
    if xml is None:
        return ""
    return outbuffer + _Writer(stream, set(namespaces or ())).lines(xml, xmlns, top_level, indent)


class _Writer:
    """Writes one element tree."""

    __slots__ = ("cdata", "declared", "default_ns", "prefixes", "stream_ns")

    def __init__(self, stream: Any, declared: set[str]) -> None:
        self.default_ns = "" if stream is None else stream.default_ns
        self.stream_ns = getattr(stream, "stream_ns", "")
        self.prefixes: dict[str, str] = getattr(stream, "namespace_map", None) or {}
        self.cdata = bool(getattr(stream, "use_cdata", False))
        self.declared = declared

    def start(
        self, xml: Element, xmlns: str, top_level: bool, *, ordered: bool = False
    ) -> tuple[str, str, str, set[str]]:
        """Return the open start tag, the name, the namespace inside, the prefixes declared."""
        namespace, name = _split(xml.tag)
        declared: set[str] = set()
        prefix = self.prefixes.get(namespace) if namespace else None
        inside = namespace
        out = ""
        if prefix:
            name, inside = f"{prefix}:{name}", xmlns
            if namespace != self.stream_ns:
                out = f' xmlns:{prefix}="{escape(namespace)}"'
        elif top_level:
            if namespace and namespace not in (self.default_ns, xmlns, self.stream_ns):
                out = f' xmlns="{escape(namespace)}"'
        elif namespace != xmlns:
            out = f' xmlns="{escape(namespace)}"'
        items = sorted(xml.items()) if ordered else xml.items()
        spaces = list(dict.fromkeys(_split(key)[0] for key, _ in items))
        for key, value in items:
            out += self._attribute(key, escape(value, False), declared, spaces)
        return f"<{name}{out}", name, inside, declared

    def _attribute(self, key: str, value: str, declared: set[str], spaces: list[str]) -> str:
        """Return an attribute; ``spaces`` are the namespaces of the element's attributes."""
        namespace, name = _split(key)
        if not namespace:
            return f' {name}="{value}"'
        if namespace == XML_NS:
            return f' xml:{name}="{value}"'
        known = self.prefixes.get(namespace)
        prefix = known or f"ns{spaces.index(namespace)}"
        if namespace in declared or (known and namespace in self.declared):
            return f' {prefix}:{name}="{value}"'
        declared.add(namespace)
        return f' xmlns:{prefix}="{escape(namespace)}" {prefix}:{name}="{value}"'

    def element(self, xml: Element, xmlns: str, top_level: bool) -> str:
        """Return an element with its content and tail."""
        start, name, inside, declared = self.start(xml, xmlns, top_level)
        tail = escape(xml.tail, self.cdata) if xml.tail else ""
        text = escape(xml.text, self.cdata) if xml.text else ""
        if not len(xml) and not text:
            return f"{start} />{tail}"
        body = self._inside(declared, lambda: "".join(self.element(c, inside, False) for c in xml))
        return f"{start}>{text}{body}</{name}>{tail}"

    def lines(self, xml: Element, xmlns: str, top_level: bool, indent: str) -> str:
        """Return an element over several lines."""
        start, name, inside, declared = self.start(xml, xmlns, top_level, ordered=True)
        tail = escape(xml.tail.strip(), self.cdata) if xml.tail else ""
        text = escape(xml.text.strip(), self.cdata) if xml.text else ""
        if len(xml):
            children = sorted(xml, key=lambda child: child.tag)
            body = self._inside(
                declared,
                lambda: "".join(self.lines(c, inside, False, indent + "  ") for c in children),
            )
            return f"{indent}{start}>{text}\n{body}{indent}</{name}>\n{tail}"
        if text:
            return f"{indent}{start}>{text}</{name}>\n{tail}"
        return f"{indent}{start} />\n{tail}"

    def _inside(self, declared: set[str], write: Callable[[], str]) -> str:
        """Run ``write`` with more prefixes declared."""
        before = self.declared
        self.declared = before | declared
        try:
            return write()
        finally:
            self.declared = before


def _split(tag: str) -> tuple[str, str]:
    """Return namespace and name of ``{namespace}name``."""
    namespace, brace, name = tag.rpartition("}")
    return (namespace[1:], name) if brace else ("", tag)


class highlight:  # noqa: N801 - the API's name
    """XML text that is coloured for the terminal when it is printed, if pygments is there.

    Colouring waits until the text is asked for, so that a log line not written costs nothing.

    Args:
        string: the text, or what ``str`` makes the text of.
    """

    __slots__ = ("string",)

    def __init__(self, string: Any) -> None:
        self.string = string

    def __str__(self) -> str:
        try:
            from pygments import highlight as colour  # type: ignore[import-untyped]
            from pygments.formatters import Terminal256Formatter  # type: ignore[import-untyped]
            from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
        except ImportError:
            return str(self.string)
        text: str = colour(str(self.string), get_lexer_by_name("xml"), Terminal256Formatter())
        return text.strip()
