"""The command line: ``actorxmpp run``, ``check`` and ``demo``.

Only :func:`main` is here, and it imports nothing but the standard library until it is called: the
commands need the extra ``fleet``, and whoever has not installed it is told so in one line.
"""

from __future__ import annotations

import sys

__all__ = ["main"]

EXTRA_MODULES = frozenset({"click", "pydantic", "rich"})
"""The top-level modules that the extra ``fleet`` brings."""

EXTRA_MISSING = 1
"""Exit code when the extra is not installed."""


def main() -> None:
    """The console script ``actorxmpp``; ends the process with the command's exit code."""
    try:
        from actorxmpp.cli.app import app

        app(prog_name="actorxmpp")  # imports what its commands need when they are called
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRA_MODULES:
            raise
        hint = 'install it with: pip install "actorxmpp[fleet]"'
        sys.stderr.write(f"actorxmpp: the command line needs {missing}; {hint}\n")
        sys.exit(EXTRA_MISSING)
