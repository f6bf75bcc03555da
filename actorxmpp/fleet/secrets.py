"""Passwords and component secrets: where a table says they are, fetched when the fleet starts.

A secret is held in a :class:`Secret`, which shows itself as ``***`` and can't be pickled, so that
no log line, traceback, status page or process boundary carries it. It may be written in the fleet
file, in an environment variable or in a file; one of the three, in the table or in ``[defaults]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from actorxmpp.fleet.template import expand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Secret", "SecretMissing", "SecretSource"]

MAX_SECRET_BYTES = 4096
"""A file longer than this holds something else than a password."""


class SecretMissing(Exception):
    """A secret can't be had; the text is what is wrong, never the secret."""


class Secret:
    """A text that is not shown.

    >>> Secret("hunter2")
    Secret('***')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return self._text == other._text
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Secret('***')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled; fetch it again where it is needed")


class SecretSource:
    """Fetches the secrets of a fleet, each variable and each file once.

    Args:
        environ: Where variables are looked up.
        folder: What the paths of secret files are relative to.
    """

    __slots__ = ("_cache", "_environ", "_folder")

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = environ
        self._folder = folder
        self._cache: dict[str, Secret] = {}

    def literal(self, text: str) -> Secret:
        """A secret written in the fleet file; sessions with the same one share the object."""
        return self._cache.setdefault(f"={text}", Secret(text))

    def variable(self, template: str, number: int) -> Secret:
        """The secret in an environment variable.

        Raises:
            SecretMissing: It is not set, or empty.
        """
        name = expand(template, number)
        text = self._environ.get(name)
        if not text:
            state = "is not set" if text is None else "is empty"
            raise SecretMissing(f"names the environment variable {name}, which {state}")
        return self._cache.setdefault(f"={text}", Secret(text))

    def file(self, template: str, number: int) -> Secret:
        """The secret in a file, without the line's end.

        Raises:
            SecretMissing: It can't be read, or holds no single line of text.
        """
        name = expand(template, number)
        key = f"<{name}"
        if key not in self._cache:
            self._cache[key] = self._read(name)
        return self._cache[key]

    def _read(self, name: str) -> Secret:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                data = file.read(MAX_SECRET_BYTES + 1)
            text = data.decode().rstrip("\r\n")
        except OSError as error:
            raise SecretMissing(f"names the file {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SecretMissing(f"names the file {path}, which is not UTF-8 text") from None
        if len(data) > MAX_SECRET_BYTES or "\n" in text:
            raise SecretMissing(f"names the file {path}, which holds more than one line")
        if not text:
            raise SecretMissing(f"names the file {path}, which is empty")
        return Secret(text)
