"""Addresses as the server needs them: parsed once, kept in a small cache.

Most stanzas name a full JID exactly as it was bound, and the router finds those by the text alone.
Only what isn't found so is parsed here, so that ``Romeo@LOCALHOST`` finds the same account.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from actorxmpp.jid import JID, InvalidJID

_CACHED = 4096
"""Parsed addresses kept; each is a few hundred bytes."""


class Address(NamedTuple):
    """A prepared JID in its parts; a part that is absent is empty."""

    local: str
    domain: str
    resource: str
    bare: str
    full: str


@lru_cache(maxsize=_CACHED)
def parse(text: str) -> Address | None:
    """Parse and prepare an address; None when it isn't one."""
    if not text:
        return None
    try:
        jid = JID(text)
    except InvalidJID:
        return None
    return Address(jid.local, jid.domain, jid.resource, jid.bare, jid.full)


def make(local: str, domain: str, resource: str = "") -> Address | None:
    """Put an address together from its parts; None when one of them is not allowed."""
    if not local or any(sign in local for sign in "@/"):
        return None
    text = f"{local}@{domain}/{resource}" if resource else f"{local}@{domain}"
    return parse(text)


def domain_of(jid: str) -> str:
    """Return the domain of an address, by its text alone (no preparation, no check)."""
    return jid.partition("/")[0].rpartition("@")[2]
