"""From what pydantic found wrong to lines a person can act on.

pydantic's own text speaks of its types and, for secrets, would show the value. Ours names the field
as it is written in the file, shows the value only where it can't be a secret, and guesses what an
unknown name was meant to be. The wording is one table, keyed by pydantic's error type.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from actorxmpp.fleet.errors import Problem, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["MAX_PROBLEMS", "Collector", "suggest", "translate"]

MAX_PROBLEMS = 20
"""Problems reported at once: enough to mend a file in one go, few enough to read."""

WORDING: dict[str, str] = {
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "list_type": "must be a list",
    "literal_error": "must be one of {expected}",
    "missing": "is missing",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "too_long": "has {actual_length} entries: at most {max_length} are allowed",
    "tuple_type": "must be a list",
    "value_error": "{error}",
}
"""What to say for each of pydantic's error types that our models can cause."""


class Collector:
    """Problems as they are found, at most ``MAX_PROBLEMS`` of them kept; the rest is counted."""

    __slots__ = ("_found", "_kept", "file")

    def __init__(self, file: str) -> None:
        self.file = file
        self._kept: dict[Problem, None] = {}
        self._found = 0

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._kept)

    def add(self, message: str, *, table: str = "", field: str = "", value: str = "") -> None:
        """Note a problem; the same one is noted once."""
        self.extend([Problem(self.file, message, table, field, value)])

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several."""
        for problem in problems:
            if problem not in self._kept:
                self._found += 1
                if len(self._kept) < MAX_PROBLEMS:
                    self._kept[problem] = None

    def problems(self) -> list[Problem]:
        """All that was kept, and a last line that says how many were not."""
        found = list(self._kept)
        if more := self._found - len(found):
            found.append(Problem(self.file, f"… and {more} more like these"))
        return found


def translate(
    error: ValidationError,
    *,
    file: str,
    table: str,
    fields: Iterable[str],
    hidden: frozenset[str],
    elsewhere: dict[str, str] | None = None,
) -> list[Problem]:
    """What a model found wrong with a table.

    Args:
        error: As pydantic raised it.
        file: The file as the user named it.
        table: The table as it is written in the file.
        fields: The fields the table may have.
        hidden: Fields whose values are never shown.
        elsewhere: Fields of other tables, and what they are called in this one.
    """
    known = list(fields)
    problems = []
    for detail in error.errors(include_url=False):
        where = [str(part) for part in detail["loc"]]
        if detail["type"] == "extra_forbidden":
            guess = suggest(where[-1], known, elsewhere)
            problems.append(Problem(file, f'unknown field "{where[-1]}"{guess}', table))
            continue
        top = where[0] if where else ""
        value = "" if detail["type"] == "missing" or top in hidden else show(detail["input"])
        problems.append(Problem(file, _words(detail), table, ".".join(where), value))
    return problems


def suggest(name: str, known: Iterable[str], elsewhere: dict[str, str] | None = None) -> str:
    """A hint at what an unknown name was meant to be, with its semicolon; empty without a guess."""
    if elsewhere and name in elsewhere:
        return f'; here it is called "{elsewhere[name]}"'
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _words(detail: ErrorDetails) -> str:
    """The predicate for one of pydantic's errors."""
    context: dict[str, Any] = detail.get("ctx", {})
    wording = WORDING.get(detail["type"])
    if wording is None:
        return detail["msg"]
    if "expected" in context:
        context = {"expected": context["expected"].replace("'", '"')}
    return wording.format(**context)
