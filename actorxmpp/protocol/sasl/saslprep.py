"""SASLprep (RFC 4013), the profile that makes two ways to type a password the same bytes.

Where it stands: the SCRAM and PLAIN mechanisms prepare user names and passwords with it.

Rules: ASCII without control characters maps to itself, so it takes the fast path. The
tables are those of Python's own `stringprep` module. Error texts never hold the string.
"""

from __future__ import annotations

import stringprep
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PROHIBITED: Final[tuple[Callable[[str], bool], ...]] = (  # RFC 4013, 2.3
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


class SaslPrepError(ValueError):
    """The string holds something SASLprep does not allow; the text says what kind of thing."""


def saslprep(text: str, *, allow_unassigned: bool = False) -> str:
    """Prepare `text` for comparison.

    Args:
        text: A user name or a password.
        allow_unassigned: True for a query string, False for a stored one (RFC 3454, 7).

    Returns:
        The prepared string.

    Raises:
        SaslPrepError: If the string is empty after mapping, or holds a prohibited, an
            unassigned or a wrongly mixed right-to-left character.
    """
    if text.isascii() and text.isprintable() and text:
        return text
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c for c in text if not stringprep.in_table_b1(c)
    )
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if not prepared:
        raise SaslPrepError("empty after SASLprep")
    _check_characters(prepared, allow_unassigned)
    _check_bidirectional(prepared)
    return prepared


def _check_characters(text: str, allow_unassigned: bool) -> None:
    for char in text:
        if any(prohibited(char) for prohibited in _PROHIBITED):
            raise SaslPrepError("holds a character that SASLprep prohibits")
        if not allow_unassigned and stringprep.in_table_a1(char):
            raise SaslPrepError("holds a code point that SASLprep leaves unassigned")


def _check_bidirectional(text: str) -> None:
    """RFC 3454, 6: right-to-left text must not be mixed, and must start and end as such."""
    if not _any(stringprep.in_table_d1, text):
        return
    if _any(stringprep.in_table_d2, text):
        raise SaslPrepError("mixes right-to-left and left-to-right characters")
    if not (stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])):
        raise SaslPrepError("right-to-left text must start and end with such a character")


def _any(test: Callable[[str], bool], text: Iterable[str]) -> bool:
    return any(test(char) for char in text)
