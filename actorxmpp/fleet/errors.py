"""What can be wrong with a fleet, as types and as one-line messages.

The tree::

    ActorXMPPError
      FleetError
        ConfigError            anything a fleet file can get wrong; carries every problem found
          FleetFileError       the file is missing, unreadable, too big or not UTF-8
          FleetSyntaxError     the file is not TOML
          FleetFieldError      a table or a field is wrong, or two of them contradict each other
          FleetSecretError     a secret can't be had: variable not set, file not readable
          BotImportError       a bot can't be imported, or is no bot of its table's role
        GateFull               more callers wait for the connect gate than it may hold

A problem is written on one line: the file, the table, the field, the value and what is wrong with
it. A value that may be secret is never part of a problem: see :func:`show`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import ActorXMPPError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BotImportError",
    "ConfigError",
    "FleetError",
    "FleetFieldError",
    "FleetFileError",
    "FleetSecretError",
    "FleetSyntaxError",
    "GateFull",
    "Problem",
    "show",
]

SHOWN_CHARACTERS = 80
"""How much of a value a message shows: enough to find it, short enough for one line."""


class FleetError(ActorXMPPError):
    """Root of the errors of :mod:`actorxmpp.fleet`."""


class GateFull(FleetError):
    """More callers wait for the connect gate than its limit allows."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a fleet file.

    Attributes:
        file: The file as the user named it.
        message: What is wrong, a predicate or a sentence without a full stop.
        table: The table as it is written in the file, e.g. ``[[clients]] #2``; empty: no table.
        field: The field's name, dotted where it is nested; empty: the table itself.
        value: The value as :func:`show` prints it; empty: not shown (secret, or there is none).
    """

    file: str
    message: str
    table: str = ""
    field: str = ""
    value: str = ""

    def __str__(self) -> str:
        """The problem on one line: ``fleet.toml: [[clients]] #1: field "jid": "x@@y" is ...``."""
        parts = [self.file]
        if self.table:
            parts.append(self.table)
        if self.field:
            parts.append(f'field "{self.field}"')
        said = f"{self.value} {self.message}" if self.value else self.message
        return ": ".join([*parts, " ".join(said.split())])


class ConfigError(FleetError):
    """A fleet file can't be used; ``problems`` holds everything found wrong, in file order.

    Attributes:
        problems: At least one.
        exit_code: What the command line ends with.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


class FleetFileError(ConfigError):
    """The fleet file is missing, unreadable, too big or not UTF-8."""


class FleetSyntaxError(ConfigError):
    """The fleet file is not TOML; the message has the line and the column."""


class FleetFieldError(ConfigError):
    """A table or a field is unknown, missing or wrong, or two of them contradict each other."""


class FleetSecretError(ConfigError):
    """A password or component secret can't be had: variable not set, file not readable."""


class BotImportError(ConfigError):
    """A bot's class can't be imported, or is not a bot of the role its table demands."""


def show(value: Any) -> str:
    """A value as a message shows it: near to how TOML writes it, on one line, cut when long.

    The caller sees to it that no secret comes here.
    """
    if isinstance(value, bool | str | int | float):
        text = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(map(show, value)) + "]"
    elif isinstance(value, dict):
        text = f"a table of {len(value)}"
    else:
        text = str(value)
    if len(text) > SHOWN_CHARACTERS:
        return text[: SHOWN_CHARACTERS - 1] + "…"
    return text
