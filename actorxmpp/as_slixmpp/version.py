"""Names of slixmpp's that only describe it."""

from __future__ import annotations

from typing import Any

__all__ = ["RESPONSE_TIMEOUT", "PluginsDict", "__version__", "__version_info__"]

__version__ = "1.17.0"
__version_info__ = (1, 17, 0)

RESPONSE_TIMEOUT = 30
"""Seconds an IQ waits for its reply."""

PluginsDict = dict[str, Any]
"""The type of ``xmpp.plugin``, for annotations."""
