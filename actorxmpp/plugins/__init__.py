"""XEPs as plugins, one folder each."""

from __future__ import annotations

from actorxmpp.exceptions import PluginNotFound
from actorxmpp.plugins.base import BasePlugin, load_plugin, register_plugin

__all__ = ["PLUGINS", "BasePlugin", "PluginNotFound", "load_plugin", "register_plugin"]

PLUGINS = (
    "xep_0004",
    "xep_0012",
    "xep_0030",
    "xep_0045",
    "xep_0050",
    "xep_0054",
    "xep_0055",
    "xep_0059",
    "xep_0066",
    "xep_0077",
    "xep_0082",
    "xep_0085",
    "xep_0092",
    "xep_0100",
    "xep_0106",
    "xep_0115",
    "xep_0128",
    "xep_0172",
    "xep_0184",
    "xep_0198",
    "xep_0199",
    "xep_0202",
    "xep_0203",
    "xep_0245",
    "xep_0249",
    "xep_0280",
    "xep_0297",
    "xep_0308",
    "xep_0313",
    "xep_0333",
    "xep_0334",
    "xep_0352",
    "xep_0359",
    "xep_0363",
    "xep_0410",
    "xep_0421",
)
"""The plugins that ``register_plugins`` enables."""
