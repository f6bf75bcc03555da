"""XEPs as plugins, one folder each: a folder ``xep_NNNN`` beside this file is a plugin.

Nothing else names it: what ``PLUGINS`` lists, ``register_plugins`` enables and docs/plugins.md
describes is read from the folders. ``python -m actorxmpp.plugins.new`` writes a new one.
"""

from __future__ import annotations

import pkgutil

from actorxmpp.exceptions import PluginNotFound
from actorxmpp.plugins.base import BasePlugin, find_plugin, load_plugin, register_plugin

__all__ = [
    "PLUGINS",
    "BasePlugin",
    "PluginNotFound",
    "default_plugins",
    "load_plugin",
    "register_plugin",
]

PLUGINS: list[str] = sorted(
    found.name for found in pkgutil.iter_modules(__path__) if found.name.startswith("xep_")
)
"""The plugins there are; listing them imports none of them."""


def default_plugins() -> list[str]:
    """Return the plugins that ``register_plugins`` enables: all but those that say otherwise."""
    return [name for name in PLUGINS if find_plugin(name).by_default]
