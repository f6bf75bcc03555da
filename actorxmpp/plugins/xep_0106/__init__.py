"""XEP-0106: JID Escaping: local parts with characters that local parts can't have."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.jid import escape_node, unescape_node
from actorxmpp.plugins.base import BasePlugin

__all__ = ["XEP_0106", "escape", "unescape"]


def escape(text: str) -> str:
    """Write any name as a local part (section 4.2).

    Raises:
        ValueError: if it begins or ends with a space, which can't be written.
    """
    if text[:1] == " " or text[-1:] == " ":
        raise ValueError("a local part can't begin or end with a space (XEP-0106 section 4.2)")
    return escape_node(text)


def unescape(text: str) -> str:
    """Read the name a local part stands for (section 4.3)."""
    return unescape_node(text)


class XEP_0106(BasePlugin):
    """JID Escaping, both roles: the functions, and the feature that says we know of them.

    ``JID.unescape`` reads a whole address.
    """

    name = "xep_0106"
    description = "XEP-0106: JID Escaping"
    xep_version = "1.1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = ("jid\\20escaping",)

    escape = staticmethod(escape)
    unescape = staticmethod(unescape)
