"""Elements to bytes, the fast way: what goes over the wire.

Last station before the transport. Start and end tags are made once per name and surrounding
namespace and kept; the usual stanza is then a few string operations and one ``encode``. Namespaces
are exact: declared where they change, prefixed where an attribute needs it. What XML can't carry is
an error before a byte is sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from actorxmpp.exceptions import SerializeError
from actorxmpp.xmlstream.namespaces import STREAM_NS, XML_NS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Tags kept; all plugins together use about 1,500 names, most in one surrounding namespace.
MAX_TAGS = 8192
#: Elements inside each other; what we send must be parsed by others, whose limits are near ours.
MAX_DEPTH = 256

#: Characters XML 1.0 has no way to write (section 2.2), not even as a reference.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")

#: surrounding namespace -> {ns}name -> (start, end, namespace inside). Spellings only.
_TAGS: dict[str, dict[str, tuple[str, str, str]]] = {}


def to_bytes(item: Any, default_ns: str = "jabber:client") -> bytes:
    """Returns a stanza or an element as it goes over the wire.

    Args:
        item: A stanza object or an element.
        default_ns: The stream's content namespace, which is declared in its header; so is the
            prefix ``stream``.

    Raises:
        SerializeError: A name, a value or a text that can't be XML. Nothing was written.
    """
    xml = getattr(item, "xml", item)
    try:
        return _element(xml, default_ns, 0).encode()
    except SerializeError:
        raise
    except (TypeError, AttributeError, UnicodeEncodeError) as error:
        raise SerializeError(f"{_describe(xml)} can't be written as XML: {error}") from error


def _describe(xml: Any) -> str:
    return str(getattr(xml, "tag", type(xml).__name__))


def _element(xml: Element, scope: str, depth: int) -> str:
    """Returns an element without its tail. ``scope`` is the default namespace around it."""
    tag = xml.tag
    try:
        start, end, inside = _TAGS[scope][tag]
    except KeyError:
        start, end, inside = _make_tag(scope, tag)
    for key, value in xml.items():
        if key[0] == "{":
            start += _qualified(key, value, xml)
        elif value.isprintable() and not ("&" in value or "<" in value or '"' in value):
            start += f' {_ATTRIBUTES[key]}="{value}"'
        else:
            start += f' {_ATTRIBUTES[key]}="{_escape(value, _ATTRIBUTE, xml)}"'
    text = xml.text
    if text and not (text.isprintable() and not ("&" in text or "<" in text or ">" in text)):
        text = _escape(text, _TEXT, xml)
    if len(xml):
        if depth >= MAX_DEPTH:
            raise SerializeError(f"more than {MAX_DEPTH} elements inside each other")
        body = text or ""
        for child in xml:
            body += _element(child, inside, depth + 1)
            tail = child.tail
            if tail:
                body += _escape(tail, _TEXT, xml)
        return f"{start}>{body}{end}"
    if text:
        return f"{start}>{text}{end}"
    return f"{start}/>"


def _escape(value: str, table: dict[int, str], xml: Element) -> str:
    """Returns escaped text.

    Raises:
        SerializeError: It holds a character XML does not have.
    """
    bad = _ILLEGAL.search(value)
    if bad is not None:
        raise SerializeError(
            f"U+{ord(bad.group()):04X} in {_describe(xml)} is not a character of XML; "
            "take it out or encode the data"
        )
    return value.translate(table)


def _make_tag(scope: str, tag: str) -> tuple[str, str, str]:
    """Makes and keeps the start and end of an element's tags in a surrounding namespace."""
    namespace, brace, name = tag.rpartition("}")
    namespace = namespace[1:] if brace else ""
    if _NAME.fullmatch(name) is None:
        raise SerializeError(f"{tag!r:.80} is not the name of an element")
    if namespace == STREAM_NS:
        made = (f"<stream:{name}", f"</stream:{name}>", scope)
    elif namespace == XML_NS:
        made = (f"<xml:{name}", f"</xml:{name}>", scope)
    elif namespace == scope:
        made = (f"<{name}", f"</{name}>", scope)
    else:
        if _ILLEGAL.search(namespace):
            raise SerializeError(f"{tag!r:.80} has a namespace that can't be XML")
        declared = namespace.translate(_ATTRIBUTE)
        made = (f'<{name} xmlns="{declared}"', f"</{name}>", namespace)
    if sum(len(tags) for tags in _TAGS.values()) >= MAX_TAGS:
        _TAGS.clear()
    _TAGS.setdefault(scope, {})[tag] = made
    return made


class _AttributeNames(dict[str, str]):
    """Attribute names that were found to be names, so that each is checked once."""

    def __missing__(self, key: str) -> str:
        if _NAME.fullmatch(key) is None or key == "xmlns":
            raise SerializeError(f"{key!r:.80} is not the name of an attribute")
        if len(self) >= MAX_TAGS:
            self.clear()
        self[key] = key
        return key


_ATTRIBUTES = _AttributeNames()


def _qualified(key: str, value: str, xml: Element) -> str:
    """Returns an attribute with a namespace: xml:lang, or one with a prefix declared for it."""
    namespace, _, name = key[1:].rpartition("}")
    text = _escape(value, _ATTRIBUTE, xml)
    name = _ATTRIBUTES[name]
    if namespace == XML_NS:
        return f' xml:{name}="{text}"'
    if namespace == STREAM_NS:
        return f' stream:{name}="{text}"'
    others = sorted({k[1:].rpartition("}")[0] for k in xml.keys() if k[0] == "{"})  # noqa: SIM118
    index = others.index(namespace)
    first = next(k for k in xml.keys() if k[1:].rpartition("}")[0] == namespace)  # noqa: SIM118
    declared = _escape(namespace, _ATTRIBUTE, xml)
    declaration = f' xmlns:ns{index}="{declared}"' if first == key else ""
    return f'{declaration} ns{index}:{name}="{text}"'
