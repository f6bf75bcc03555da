"""XEPs as plugins, one folder each."""

from __future__ import annotations

__all__ = ["PLUGINS"]

PLUGINS = ("xep_0030", "xep_0198", "xep_0199")
"""The plugins that ``register_plugins`` enables."""
