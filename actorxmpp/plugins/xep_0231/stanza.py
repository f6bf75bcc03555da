"""A piece of data, and its name (XEP-0231 sections 3 and 5)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import ClassVar

from actorxmpp.stanza import Iq, Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["NS", "BitsOfBinary", "fits", "make_cid"]

NS = "urn:xmpp:bob"

HASHES = {
    "sha1": "sha1",
    "sha-1": "sha1",
    "sha-224": "sha224",
    "sha-256": "sha256",
    "sha-384": "sha384",
    "sha-512": "sha512",
    "sha3-256": "sha3_256",
    "sha3-512": "sha3_512",
}
"""The names of hash functions in names of data (section 6), as Python calls them."""


class BitsOfBinary(ElementBase):
    """``<data xmlns='urn:xmpp:bob'/>``.

    Interfaces: ``cid``, the data's name; ``type``, its media type; ``max_age``, seconds to keep it,
    None if that is not said; ``data``, bytes.
    """

    name = "data"
    namespace = NS
    plugin_attrib = "bob"
    interfaces: ClassVar[set[str]] = {"cid", "max_age", "type", "data"}

    def get_max_age(self) -> int | None:
        """Return how long to keep it, in seconds; None if that is not said, or no number."""
        text = self._get_attr("max-age")
        return int(text) if text.isascii() and text.isdigit() else None

    def set_max_age(self, value: int | str) -> None:
        """Set how long to keep it, in seconds; 0: not at all."""
        self._set_attr("max-age", str(int(value)))

    def del_max_age(self) -> None:
        """Say nothing of it."""
        self._del_attr("max-age")

    def get_data(self) -> bytes:
        """Return the data; empty where it can't be read."""
        try:
            return base64.b64decode(self.xml.text or "")
        except (ValueError, binascii.Error):
            return b""

    def set_data(self, value: bytes) -> None:
        """Set the data."""
        self.xml.text = base64.b64encode(value).decode()

    def del_data(self) -> None:
        """Remove the data."""
        self.xml.text = ""


def make_cid(data: bytes) -> str:
    """Name data by its hash (section 5)."""
    return f"sha1+{hashlib.sha1(data, usedforsecurity=False).hexdigest()}@bob.xmpp.org"


def fits(cid: str, data: bytes) -> bool:
    """Whether a name is the hash of data, by a function that is known."""
    function, _, rest = cid.partition("+")
    wanted = rest.partition("@")[0].lower()
    known = HASHES.get(function)
    return known is not None and hashlib.new(known, data).hexdigest() == wanted


register_stanza_plugin(Iq, BitsOfBinary)
register_stanza_plugin(Message, BitsOfBinary)
register_stanza_plugin(Presence, BitsOfBinary)
