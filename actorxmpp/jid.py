"""XMPP addresses (RFC 7622): parsing, comparison, escaping (XEP-0106).

A ``JID`` is immutable, hashable and shared: the same text gives the same object from a bounded
cache, so an address seen on every stanza is parsed once per process. ASCII addresses take a path of
one regular expression; only others load the PRECIS and IDNA libraries.

Where today's servers differ from RFC 7622 the wider rule wins, so that no address a server lets
through is lost: text PRECIS or IDNA 2008 refuses is tried with the older stringprep profiles (RFC
6122) and IDNA 2003. The list of differences is in docs/stanzas.md.
"""

from __future__ import annotations

import re
import stringprep
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Any, NoReturn, Self, TypeVar

from actorxmpp.exceptions import InvalidJID

__all__ = ["JID", "InvalidJID", "escape_node", "unescape_node"]

#: Each part may have this many bytes of UTF-8 (RFC 7622 section 3.1).
MAX_PART_BYTES = 1023
#: Longest DNS label in its ASCII form (RFC 1035 section 2.3.4).
MAX_LABEL = 63
#: How many addresses the process keeps parsed: a few MiB at most, since long ones are not kept.
CACHE_SIZE = 8192
#: Addresses longer than this many characters are parsed each time, so that peers can't fill memory.
CACHE_MAX_LENGTH = 256

#: local@domain/resource in the ASCII of PRECIS' IdentifierClass, host names, and PRECIS'
#: FreeformClass.
_ASCII = re.compile(
    r"(?:([!#$%()*+,\-.0-9;=?A-Z\[\\\]^_`a-z{|}~]{1,1023})@)?"
    r"((?:[0-9A-Z_a-z](?:[0-9A-Z_a-z-]{0,61}[0-9A-Z_a-z])?\.)*"
    r"[0-9A-Z_a-z](?:[0-9A-Z_a-z-]{0,61}[0-9A-Z_a-z])?)\.?"
    r"(?:/([ -~]{1,1023}))?"
)
_LOCAL_FORBIDDEN = frozenset("\"&'/:<>@ ")
#: What XEP-0106 escapes in a local part; the backslash itself only where it would look like an
#: escape.
_ESCAPES = {char: f"\\{ord(char):02x}" for char in " \"&'/:<>@\\"}
_UNESCAPES = {code: char for char, code in _ESCAPES.items()}
_ESCAPE_CODE = re.compile(r"\\(?:20|22|26|27|2f|3a|3c|3e|40|5c)")


_J = TypeVar("_J", bound="JID")


class JID:
    """An XMPP address: ``local@domain/resource``.

    ``JID()`` and ``JID("")`` are the empty address, which is false. The parts are read as ``local``
    (also ``node``, ``user``, ``username``), ``domain`` (also ``server``, ``host``), ``resource``,
    ``bare`` and ``full`` (also ``jid``). A changed copy comes from ``replace``.

    Args:
        jid: The address, or a JID.
        bare: Whether to drop the resource.

    Raises:
        InvalidJID: The text is not an address (RFC 7622 section 3).
    """

    __slots__ = ("_at", "_bare", "_full")

    _at: int  # where the @ is in the bare address, or -1
    _bare: str
    _full: str

    def __new__(cls, jid: str | JID | None = None, bare: bool = False) -> Self:
        """Returns the shared object for an address, or a new one of a subclass."""
        found = jid if isinstance(jid, JID) else parse(jid) if jid else EMPTY
        if bare and found.resource:
            found = parse(found.bare)
        if type(found) is cls:
            return found
        return _build(found.local, found.domain, found.resource, cls)

    @property
    def full(self) -> str:
        """The whole address."""
        return self._full

    @property
    def bare(self) -> str:
        """The address without its resource."""
        return self._bare

    @property
    def local(self) -> str:
        """The part before the @, or an empty string."""
        return self._bare[: self._at] if self._at > 0 else ""

    @property
    def domain(self) -> str:
        """The server's, room service's or component's name."""
        return self._bare[self._at + 1 :]

    @property
    def resource(self) -> str:
        """The part after the slash, or an empty string."""
        return self._full[len(self._bare) + 1 :]

    jid = full
    node = user = username = local
    server = host = domain

    def replace(
        self,
        *,
        local: str | None = None,
        domain: str | None = None,
        resource: str | None = None,
    ) -> JID:
        """Returns an address with some parts changed; an empty string drops a part.

        Raises:
            InvalidJID: The result is not an address.
        """
        return JID(
            _join(
                self.local if local is None else local,
                self.domain if domain is None else domain,
                self.resource if resource is None else resource,
            )
        )

    def unescape(self) -> str:
        """Returns the full address with its local part unescaped (XEP-0106), for people to read."""
        return _join(unescape_node(self.local), self.domain, self.resource)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(
            f"a JID can't be changed: instead of setting .{name}, "
            "take jid.replace(local=..., domain=..., resource=...)"
        )

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a JID can't be changed")

    def __str__(self) -> str:
        return self._full

    def __repr__(self) -> str:
        return f"JID({self._full!r})" if self._full else "JID()"

    def __bool__(self) -> bool:
        return self._full != ""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, JID):
            return self._full == other._full
        if isinstance(other, str):
            if self._full == other:
                return True
            try:
                return self._full == JID(other)._full
            except InvalidJID:
                return NotImplemented
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._full)

    def __copy__(self) -> JID:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> JID:
        return self

    def __reduce__(self) -> tuple[type[JID], tuple[str]]:
        return type(self), (self._full,)


def _build(local: str, domain: str, resource: str, cls: type[_J] = JID) -> _J:  # type: ignore[assignment]
    """Makes a JID of checked parts."""
    jid = object.__new__(cls)
    bare = f"{local}@{domain}" if local else domain
    setter = object.__setattr__
    setter(jid, "_bare", bare)
    setter(jid, "_full", f"{bare}/{resource}" if resource else bare)
    setter(jid, "_at", len(local) or -1)
    return jid


def _join(local: str, domain: str, resource: str) -> str:
    return (f"{local}@" if local else "") + domain + (f"/{resource}" if resource else "")


def parse(text: str) -> JID:
    """Returns the JID of a text; the fast way when a ``str`` is at hand.

    Raises:
        InvalidJID: The text is not an address.
    """
    if len(text) <= CACHE_MAX_LENGTH:
        found: JID = _parse_cached(text)
        return found
    return _parse(text)


def _parse(text: str) -> JID:
    """Checks and normalises an address (RFC 7622 sections 3.1 to 3.4)."""
    if not text:
        return EMPTY
    match = _ASCII.fullmatch(text)
    if match is not None:
        local, domain, resource = match.groups("")
        if len(domain) <= MAX_PART_BYTES and (not _has_alabel(domain)):
            return _build(local.lower(), domain.lower(), resource)
    bare, slash, resource = text.partition("/")
    local, at, domain = bare.rpartition("@")
    if at and not local:
        raise InvalidJID(f"nothing before the @ in {text!r:.80}")
    if slash and not resource:
        raise InvalidJID(f"nothing after the / in {text!r:.80}")
    return _build(
        _local(local) if at else "", _domain(domain), _resource(resource) if slash else ""
    )


def _has_alabel(domain: str) -> bool:
    """Tells whether a label of the domain is in the ASCII form of IDNA."""
    return "xn--" in domain.lower()


_parse_cached = lru_cache(maxsize=CACHE_SIZE)(_parse)
EMPTY: JID = _build("", "", "")


def _local(text: str) -> str:
    """UsernameCaseMapped of PRECIS (RFC 7622 section 3.3), or nodeprep where PRECIS refuses."""
    if not _LOCAL_FORBIDDEN.isdisjoint(text):
        raise InvalidJID(f"a character that can't be in a local part: {text!r:.80}")
    result = _prepare(text, "UsernameCaseMapped", _nodeprep)
    if not _LOCAL_FORBIDDEN.isdisjoint(result):
        raise InvalidJID(f"a character that can't be in a local part: {text!r:.80}")
    return _bounded(result, "local part")


def _resource(text: str) -> str:
    """OpaqueString of PRECIS (RFC 7622 section 3.4), or resourceprep where PRECIS refuses."""
    return _bounded(_prepare(text, "OpaqueString", _resourceprep), "resource")


def _prepare(text: str, profile: str, legacy: Any) -> str:
    """Applies a PRECIS profile, or the older stringprep profile where PRECIS refuses the text."""
    import precis_i18n

    try:
        result: str = precis_i18n.get_profile(profile).enforce(text)
    except UnicodeError:
        result = legacy(text)
    return result


def _nodeprep(text: str) -> str:
    """RFC 6122 appendix A, with unassigned code points let through as servers do."""
    mapped = "".join(
        stringprep.map_table_b2(char) for char in text if not stringprep.in_table_b1(char)
    )
    result = unicodedata.normalize("NFKC", mapped)
    _refuse_prohibited(result, spaces=True)
    return result


def _resourceprep(text: str) -> str:
    """RFC 6122 appendix B, with unassigned code points let through as servers do."""
    kept = "".join(char for char in text if not stringprep.in_table_b1(char))
    result = unicodedata.normalize("NFKC", kept)
    _refuse_prohibited(result, spaces=False)
    return result


def _refuse_prohibited(text: str, *, spaces: bool) -> None:
    """Tables C of RFC 3454: controls, private use, surrogates and so on; spaces where asked."""
    for char in text:
        if (
            stringprep.in_table_c12(char)
            or stringprep.in_table_c21_c22(char)
            or stringprep.in_table_c3(char)
            or stringprep.in_table_c4(char)
            or stringprep.in_table_c5(char)
            or stringprep.in_table_c6(char)
            or stringprep.in_table_c7(char)
            or stringprep.in_table_c8(char)
            or stringprep.in_table_c9(char)
            or (spaces and char == " ")
        ):
            raise InvalidJID(f"U+{ord(char):04X} can't be in an address")


def _bounded(text: str, part: str) -> str:
    """Checks the size of a part after preparation."""
    if not text:
        raise InvalidJID(f"an empty {part}")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_PART_BYTES:
        raise InvalidJID(f"a {part} of more than {MAX_PART_BYTES} bytes")
    return text


def _domain(text: str) -> str:
    """An IPv6 literal or an internationalised host name in Unicode form (RFC 7622 section 3.2)."""
    if text.startswith("[") and text.endswith("]"):
        try:
            IPv6Address(text[1:-1])
        except AddressValueError as error:
            raise InvalidJID(f"not an IPv6 address: {text!r:.80}") from error
        return text.lower()
    name = re.sub("[\u3002\uff0e\uff61]", ".", text).removesuffix(".")
    labels = [_label(label) for label in name.split(".")]
    return _bounded(".".join(labels), "domain")


def _label(text: str) -> str:
    """One label in Unicode form by IDNA 2008 (UTS 46 mapping), or by IDNA 2003 if that refuses."""
    import idna

    ascii_form = _ASCII.fullmatch(text)
    if ascii_form is not None and not _has_alabel(text):
        return text.lower()
    try:
        return idna.decode(idna.encode(text, uts46=True))
    except UnicodeError:
        pass
    try:
        old = text.encode("idna").decode("ascii")
        name = old.encode("ascii").decode("idna").lower()
    except UnicodeError as error:
        raise InvalidJID(f"not a host name: {text!r:.80}") from error
    plain = all(char.isalnum() or char in "-_" or ord(char) > 127 for char in name)
    if not name or name[0] == "-" or name[-1] == "-" or not plain:
        raise InvalidJID(f"not a host name: {text!r:.80}")
    return name


def escape_node(text: str) -> str:
    r"""Escapes a local part (XEP-0106): ``space cadet`` becomes ``space\20cadet``.

    A backslash is escaped only where what follows would look like an escape (XEP-0106 section 4.2).
    """
    text = _ESCAPE_CODE.sub(lambda match: "\\5c" + match.group()[1:], text)
    return "".join(char if char == "\\" else _ESCAPES.get(char, char) for char in text)


def unescape_node(node: str) -> str:
    """Unescapes a local part (XEP-0106), for people to read: the result is not an address."""
    return _ESCAPE_CODE.sub(lambda match: _UNESCAPES[match.group()], node)
