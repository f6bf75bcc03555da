"""expat's names turned into ElementTree's ``{namespace}local`` without a call per element.

expat joins namespace and local name with a separator; ElementTree wants braces. Asking Python to
translate each name costs more than parsing it, so the translation is put into the table pyexpat
interns names with: a name seen before comes out of the parser translated already. A name seen for
the first time comes out raw and makes the table grow; by that growth each parser knows that it must
look through its current stanza once. The separator is a character XML can't contain, not even as a
reference, so a raw name can never be mistaken for a translated one.

The table holds no state of a session, only spellings, and is shared by all parsers of the process.
It is bounded: a peer that invents names makes it start again from the common ones.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice

from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES, STREAM_NS, XML_NS

SEPARATOR = "\x01"
"""Not a character of XML 1.0, so it occurs in no namespace and in no name."""
MAX_NAMES = 16_384
"""Names kept before starting again; all plugins together use about 1,500."""

_COMMON = (
    *(
        f"{namespace}{SEPARATOR}{name}"
        for namespace in sorted(CONTENT_NAMESPACES)
        for name in (
            "message",
            "presence",
            "iq",
            "error",
            "body",
            "subject",
            "thread",
            "show",
            "status",
        )
    ),
    f"{STREAM_NS}{SEPARATOR}stream",
    f"{STREAM_NS}{SEPARATOR}features",
    f"{STREAM_NS}{SEPARATOR}error",
    f"{XML_NS}{SEPARATOR}lang",
)


class BadNamespace(ValueError):
    """A namespace with a brace in it, which would make another element's name."""


def translate(raw: str) -> str:
    """Return ElementTree's spelling of a name as expat gives it.

    Raises:
        BadNamespace: if the namespace holds a brace: ``{a}b`` could no longer be told apart.
    """
    namespace, separator, local = raw.rpartition(SEPARATOR)
    if not separator:
        return raw
    if "{" in namespace or "}" in namespace:
        raise BadNamespace(namespace)
    return f"{{{namespace}}}{local}"


class NameTable:
    """The interning table of all parsers in the process.

    Args:
        limit: how many names are kept before it starts again.

    Attributes:
        epoch: changes when names are dropped; a parser that sees another one looks again.
        names: raw name -> translation; pyexpat adds the names it sees.
    """

    __slots__ = ("_settled", "epoch", "limit", "names")

    def __init__(self, limit: int = MAX_NAMES) -> None:
        self.limit = limit
        self.epoch = 0
        self.names: dict[str, str] = {}
        self._fill()

    def _fill(self) -> None:
        for raw in _COMMON:
            self.names[raw] = translate(raw)
        self._settled = len(self.names)

    def learn(self, raw: str) -> str:
        """Return the translation of a raw name and keep it for the parsers.

        Raises:
            BadNamespace: if there is none; the name is dropped, so that it is new, and therefore
                looked at, wherever it is seen again.
        """
        try:
            name = translate(raw)
        except BadNamespace:
            self.names.pop(raw, None)
            self.epoch += 1
            raise
        self.names[raw] = name
        return name

    def settle(self) -> None:
        """Translate what came in raw since the last time, whoever saw it first.

        A name need never be learnt by the parser that saw it first: its stream broke off in the
        middle of a stanza, or it was the root of what is no stream. Left raw, the name would reach
        every other parser without making the table grow.
        """
        new = len(self.names) - self._settled
        for raw in list(islice(reversed(self.names), max(new, 0))):
            if raw and SEPARATOR in raw:  # pyexpat puts None in, for what has no prefix
                with suppress(BadNamespace):
                    self.learn(raw)
        self._settled = len(self.names)

    def trim(self) -> None:
        """Start again when the limit is reached. Parsers notice by ``epoch``."""
        if len(self.names) > self.limit:
            self.names.clear()
            self.epoch += 1
            self._fill()


NAMES = NameTable()
"""The one table of this process: spellings only, nothing of any session."""
