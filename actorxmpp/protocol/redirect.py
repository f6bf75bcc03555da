"""Addresses a server gives us: ``see-other-host`` (RFC 6120, 4.9.3.19) and XEP-0198's location.

A host name or an IP address, IPv6 in brackets, with or without a port.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["read_redirect"]

_ADDRESS: Final = re.compile(
    r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([^\s\[\]:/@]{1,253}))(?::([0-9]{1,5}))?"
)
MAX_PORT: Final = 65_535


def read_redirect(text: str) -> tuple[str, int | None] | None:
    """Read such an address.

    Returns:
        Host and port (None: none was given), or None if it makes no sense.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        return None
    host = found[1] or found[2]
    if found[3] is None:
        return host, None
    port = int(found[3])
    return (host, port) if 0 < port <= MAX_PORT else None
