"""Runs programs written for slixmpp on this framework, unchanged.

``python -m actorxmpp.as_slixmpp program.py`` runs one; ``install()`` before the first
``import slixmpp`` does it inside a program. ``import slixmpp`` and what is below it then mean this
framework's modules (``table.py`` says which). The real slixmpp is never imported, and need not be
installed. What this framework lacks is an ``ImportError`` that says so.
"""

from __future__ import annotations

import sys

from actorxmpp.as_slixmpp.defaults import Defaults, set_defaults
from actorxmpp.as_slixmpp.finder import AliasFinder
from actorxmpp.as_slixmpp.table import ROOT

__all__ = ["Defaults", "install", "uninstall"]

_finder = AliasFinder()


def install(*, server: tuple[str, int] | None = None, ca_file: str | None = None) -> None:
    """Let ``import slixmpp`` mean this framework, in this process, from now on.

    Args:
        server: host and port all clients connect to instead of what DNS says; a program's own
            ``connect(host, port)`` comes first, and components name their server anyway.
        ca_file: file with the certificates of the authorities to trust instead of the system's.

    Raises:
        RuntimeError: if the real slixmpp has been imported already.
    """
    module = sys.modules.get(ROOT)
    if module is not None and not AliasFinder.made(module):
        raise RuntimeError(f"{ROOT} was imported already; install() has to come before that")
    set_defaults(Defaults(server, ca_file))
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Take it back: the next ``import slixmpp`` finds slixmpp itself, if it is installed."""
    set_defaults(Defaults())
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name, module in list(sys.modules.items()):
        if AliasFinder.made(module):
            del sys.modules[name]
