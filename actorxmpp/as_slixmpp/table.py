"""Which of our modules stand for which of slixmpp's.

A module of slixmpp's that is not in ``MODULES`` is ours of the same name, if its first part is in
``SAME``. A plugin's inner modules need not be the same: for one that does not exist here, what is
around it stands in (``slixmpp.plugins.xep_0030.stanza.items``: ``...xep_0030.stanza``).
"""

from __future__ import annotations

import importlib.util
from typing import Final

__all__ = ["PLUGIN_NAMES", "ROOT", "targets_of"]

ROOT: Final = "slixmpp"
OURS: Final = "actorxmpp"
HERE: Final = "actorxmpp.as_slixmpp"

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "": (f"{HERE}.roles", f"{HERE}.version", OURS, f"{OURS}.xmlstream"),
    "clientxmpp": (f"{HERE}.roles", f"{OURS}.clientxmpp"),
    "componentxmpp": (f"{HERE}.roles", f"{OURS}.componentxmpp"),
    "version": (f"{HERE}.version",),
    "exceptions": (f"{OURS}.exceptions",),
    "plugins": (f"{OURS}.plugins",),
    "plugins.base": (f"{OURS}.plugins.base", f"{OURS}.plugins.manager", f"{OURS}.exceptions"),
    "pluginsdict": (f"{HERE}.version",),
    "test": (f"{HERE}.test",),
    "test.slixtest": (f"{HERE}.test",),
    "util": (f"{HERE}.util",),
    "util.cache": (f"{HERE}.util",),
    "util.misc_ops": (f"{HERE}.util",),
    "xmlstream": (f"{OURS}.stream", f"{HERE}.version", f"{OURS}.xmlstream"),
    "xmlstream.xmlstream": (f"{OURS}.stream", f"{HERE}.version", f"{OURS}.exceptions"),
    "xmlstream.asyncio": ("asyncio",),
}
"""Name below ``slixmpp`` to the modules that have its names; the first that has one gives it."""

SAME: Final = frozenset(
    ("api", "basexmpp", "exceptions", "jid", "plugins", "roster", "stanza", "types", "xmlstream")
)
"""What is called the same here."""

# The XEPs that slixmpp 1.17 has a plugin for, in rows of one hundred each.
_XEPS: Final = """
4 9 12 13 16 20 27 30 33 45 47 48 49 50 54 55 59 60 65 66 70 71 77 78 79 80 82 84 85 86 91 92 95 96
100 106 107 108 115 118 122 128 131 133 152 153 163 172 184 186 191 196 198 199
202 203 221 222 223 224 231 234 235 242 249 256 257 258 264 270 279 280 292 297
300 302 308 313 317 319 323 325 332 333 334 335 352 353 356 359 363 369 372 377 380 382 385 394
402 403 404 405 410 421 422 424 425 428 437 439 441 444 446 447 449 454 455 461 462 463 469 482
490 492 494 502 511 513
"""

PLUGIN_NAMES: Final = frozenset(f"xep_{int(number):04}" for number in _XEPS.split())
"""Names of slixmpp's plugins."""


def targets_of(name: str) -> tuple[str, ...]:
    """Find the modules of ours that stand for one of slixmpp's.

    Args:
        name: its full name, ``slixmpp.plugins.xep_0030``.

    Returns:
        Their names; empty if there is none.
    """
    below = name.removeprefix(ROOT).lstrip(".")
    if below in MODULES:
        return MODULES[below]
    parts = below.split(".")
    if parts[0] not in SAME:
        return ()
    target = f"{OURS}.{below}"
    inside_plugin = len(parts) > 2 and parts[0] == "plugins"
    while not _exists(target):
        if not inside_plugin or target.count(".") <= 2:
            return ()
        target = target.rpartition(".")[0]
    return (target,)


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a part of it is no package
        return False
