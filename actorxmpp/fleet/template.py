"""Numbered texts: ``bot{n}@example.net`` stands for ``bot1@…``, ``bot2@…`` and so on.

The only placeholder is ``{n}``, with an optional width for leading zeros: ``{n:04}``. Anything else
in braces is an error instead of being taken literally, so that a slip such as ``{m}`` is seen.
Used for a table's ``jid`` and for the names of variables and files that hold its secrets.
"""

from __future__ import annotations

import re

__all__ = ["expand", "is_numbered", "validate_template"]

MAX_WIDTH = 9
"""Widest zero-padding: a fleet's numbers have at most that many digits."""

_NUMBER = re.compile(r"\{n(?::0?(\d{1,2}))?\}")
_BRACES = re.compile(r"\{[^{}]*\}?|\}")


def expand(template: str, number: int) -> str:
    """``template`` with every ``{n}`` replaced by ``number``.

    >>> expand("bot{n:04}@example.net", 7)
    'bot0007@example.net'
    """
    return _NUMBER.sub(lambda found: str(number).zfill(int(found[1] or 0)), template)


def is_numbered(template: str) -> bool:
    """Whether the template differs from number to number."""
    return _NUMBER.search(template) is not None


def validate_template(template: str) -> str:
    """The template itself, when its placeholders can be read.

    Raises:
        ValueError: A brace that is no ``{n}``, or a width beyond ``MAX_WIDTH``.
    """
    for found in _NUMBER.finditer(template):
        if int(found[1] or 0) > MAX_WIDTH:
            raise ValueError(f"has {found[0]}: the width is at most {MAX_WIDTH}")
    stray = _BRACES.search(_NUMBER.sub("", template))
    if stray is not None:
        raise ValueError(f"has {stray[0]}: the only placeholder is {{n}}, or {{n:04}} with zeros")
    return template
