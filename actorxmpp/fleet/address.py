"""``host:port`` texts of a fleet file, taken apart and checked.

Accepted: ``example.net:5222``, ``127.0.0.1:5347``, ``[::1]:5222``. The port is always written: a
fleet file that names a server means that very door, not what DNS would say.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

__all__ = ["ServerAddress", "parse_server"]

_HOST = re.compile(r"(?!-)[A-Za-z0-9_.\-]{1,253}(?<![-])")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where to connect to: a host name or IP address (an IPv6 one without brackets) and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """``host:port``, IPv6 addresses in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_server(text: str) -> ServerAddress:
    """Take ``host:port`` apart.

    Raises:
        ValueError: It is not of that form; the text is a predicate: "has no port: ...".
    """
    bracketed = text.startswith("[")
    host, _, port = text[1:].partition("]:") if bracketed else text.rpartition(":")
    if not host or not port:
        form = "[address]:port" if bracketed else "host:port, for instance localhost:5222"
        raise ValueError(f"has no port: write {form}")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) <= _HIGHEST_PORT:
        raise ValueError(f'has the port "{port}": it must be a number from 1 to {_HIGHEST_PORT}')
    return ServerAddress(_ipv6(host) if bracketed else _name(host), int(port))


def _ipv6(host: str) -> str:
    """The address in its usual form."""
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise ValueError(f"has [{host}] before the port: that is no IPv6 address") from None


def _name(host: str) -> str:
    """The host name or IPv4 address, when it can be one."""
    if ":" in host:
        raise ValueError("must have an IPv6 address in brackets: [address]:port")
    if not _HOST.fullmatch(host):
        raise ValueError(f'has the host "{host}": that is no host name and no IP address')
    return host
