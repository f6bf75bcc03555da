"""Elements to bytes, as they go over the wire.

The last step of an outbound stanza before the transport. Start and end tags are made once per name
and surrounding namespace and kept; the usual stanza is then a few string operations and one
``encode``. Namespaces are exact: declared where they change, prefixed where an attribute needs it.
Content that XML can't carry is an error before a byte is sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from actorxmpp.exceptions import SerializeError
from actorxmpp.xmlstream.namespaces import STREAM_NS, XML_NS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

MAX_TAGS = 8192
"""Tags kept; all plugins together use about 1,500 names, most in one surrounding namespace."""
MAX_DEPTH = 256
"""Elements inside each other; the peer's limit on what it parses is near ours."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters XML 1.0 has no way to write (section 2.2), not even as a reference."""
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")

_NO_TAGS: dict[str, tuple[str, str, str]] = {}  # never changed
_TAGS: dict[str, dict[str, tuple[str, str, str]]] = {}
"""Surrounding namespace -> {ns}name -> (start, end, namespace inside). Spellings only."""


def to_bytes(item: Any, default_ns: str = "jabber:client") -> bytes:
    """Return a stanza or an element as it goes over the wire.

    Args:
        item: a stanza object or an element.
        default_ns: the stream's content namespace, which is declared in its header; so is the
            prefix ``stream``.

    Raises:
        SerializeError: if a name, a value or a text can't be XML; nothing was written.
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
    """Return an element without its tail. ``scope`` is the default namespace around it."""
    tag = xml.tag
    try:
        start, end, inside = _TAGS[scope][tag]
    except KeyError:
        start, end, inside = _make_tag(scope, tag)
    items = xml.items()
    if items:
        start += _attributes(items, xml)
    text = xml.text
    body = _text(text, xml) if text else ""
    if len(xml):
        if depth >= MAX_DEPTH:
            raise SerializeError(f"more than {MAX_DEPTH} elements inside each other")
        body += _children(xml, inside, depth + 1)
    elif not body:
        return start + "/>"
    return f"{start}>{body}{end}"


def _children(xml: Element, scope: str, depth: int) -> str:
    """Return the sub-elements with their tails; a leaf, the usual one, takes no call."""
    leaves = _TAGS.get(scope, _NO_TAGS)
    out = ""
    for child in xml:
        made = leaves.get(child.tag)
        if made is None or len(child) or child.keys():
            out += _element(child, scope, depth)
        else:
            text = child.text
            out += f"{made[0]}>{_text(text, child)}{made[1]}" if text else made[0] + "/>"
        tail = child.tail
        if tail:
            out += _text(tail, xml)
    return out


def _text(text: str, xml: Element) -> str:
    """Return text as it is written; where nothing needs escaping, that is seen at once."""
    if text.isprintable() and not ("&" in text or "<" in text or ">" in text):
        return text
    return _escape(text, _TEXT, xml)


def _attributes(items: Iterable[tuple[str, str]], xml: Element) -> str:
    """Return attributes; where none needs escaping, that is seen at once."""
    out = ""
    for key, value in items:
        opening = _OPENINGS.get(key)
        if (
            opening is None
            or not value.isprintable()
            or "&" in value
            or "<" in value
            or '"' in value
        ):
            out += _attribute(key, value, xml)
        else:
            out += opening + value + '"'
    return out


def _escape(value: str, table: dict[int, str], xml: Element) -> str:
    """Return escaped text.

    Raises:
        SerializeError: if it holds a character XML does not have.
    """
    bad = _ILLEGAL.search(value)
    if bad is not None:
        raise SerializeError(
            f"U+{ord(bad.group()):04X} in {_describe(xml)} is not a character of XML; "
            "take it out or encode the data"
        )
    return value.translate(table)


def _make_tag(scope: str, tag: str) -> tuple[str, str, str]:
    """Make and keep the start and end of an element's tags in a surrounding namespace."""
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


_OPENINGS: dict[str, str] = {}
"""Attribute name -> the text before its value. Each name is checked once."""


def _attribute(key: str, value: str, xml: Element) -> str:
    """Return an attribute whose value needs escaping, or whose name is new or needs a prefix."""
    namespace, brace, name = key.rpartition("}")
    if _NAME.fullmatch(name) is None or key == "xmlns":
        raise SerializeError(f"{key!r:.80} is not the name of an attribute")
    text = _escape(value, _ATTRIBUTE, xml)
    namespace = namespace[1:]
    if brace and namespace not in _PREFIXES:
        return _declared_attribute(namespace, name, text, xml)
    if len(_OPENINGS) >= MAX_TAGS:
        _OPENINGS.clear()
    opening = _OPENINGS[key] = f' {_PREFIXES[namespace]}{name}="'
    return f'{opening}{text}"'


_PREFIXES = {"": "", XML_NS: "xml:", STREAM_NS: "stream:"}
"""Prefixes that need no declaration: those of XML and of the stream header."""


def _declared_attribute(namespace: str, name: str, text: str, xml: Element) -> str:
    """Return an attribute with a prefix, declared before the first one of its namespace."""
    qualified = [key[1:].rpartition("}") for key in xml.keys() if key[0] == "{"]  # noqa: SIM118
    spaces = list(dict.fromkeys(space for space, _, _ in qualified))
    prefix = f"ns{spaces.index(namespace)}"
    first = next(local for space, _, local in qualified if space == namespace)
    declaration = ""
    if first == name:
        declaration = f' xmlns:{prefix}="{_escape(namespace, _ATTRIBUTE, xml)}"'
    return f'{declaration} {prefix}:{name}="{text}"'
