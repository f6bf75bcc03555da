"""XEP-0300: Use of Cryptographic Hash Functions in XMPP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.xmlstream import ElementBase

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["XEP_0300", "Hash"]

NS = "urn:xmpp:hashes:2"
FEATURE = "urn:xmpp:hash-function-text-names:"

_blake2b = hashlib.blake2b

FUNCTIONS: dict[str, Callable[[], Any]] = {
    "sha-1": partial(hashlib.sha1, usedforsecurity=False),
    "sha-224": hashlib.sha224,
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
    "sha3-256": hashlib.sha3_256,
    "sha3-512": hashlib.sha3_512,
    "blake2b-256": partial(_blake2b, digest_size=32),
    "blake2b-512": partial(_blake2b, digest_size=64),
    "BLAKE2b256": partial(_blake2b, digest_size=32),
    "BLAKE2b512": partial(_blake2b, digest_size=64),
}
"""The functions by name (section 4); the last two are the names other libraries write."""

SAID_AS = {"BLAKE2b256": "id-blake2b256", "BLAKE2b512": "id-blake2b512"}
"""How the registry spells them in features (section 10)."""


class Hash(ElementBase):
    """``<hash/>``; interfaces ``algo``, the function's name, and ``value``, in base64."""

    name = plugin_attrib = "hash"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"algo", "value"}
    allowed_algos: ClassVar[frozenset[str]] = frozenset(FUNCTIONS)

    def set_algo(self, value: str) -> None:
        """Set the function.

        Raises:
            ValueError: if there is none of this name.
        """
        if value not in self.allowed_algos:
            raise ValueError(f"there is no hash function {value!r}")
        self._set_attr("algo", value)

    def get_value(self) -> str:
        """Return the hash, in base64."""
        return (self.xml.text or "").strip()

    def set_value(self, value: str) -> None:
        """Set the hash, in base64."""
        self.xml.text = value

    def del_value(self) -> None:
        """Remove the hash."""
        self.xml.text = None


class XEP_0300(BasePlugin):
    """Cryptographic Hash Functions, for other plugins.

    Configuration: ``preferred`` ("sha-256"), the function used by default; ``block_size`` (1 MiB),
    bytes read at once; ``enable_NAME`` (True, of ``sha-1`` False), whether service discovery says
    that a function is known. SHA-1 is only good where nobody gains by a collision.
    """

    name = "xep_0300"
    description = "XEP-0300: Use of Cryptographic Hash Functions in XMPP"
    xep_version = "1.0.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    block_size: int
    preferred: str
    default_config: ClassVar[dict[str, Any]] = {
        "block_size": 1024 * 1024,
        "preferred": "sha-256",
        "enable_sha-1": False,
        "enable_sha-256": True,
        "enable_sha-512": True,
        "enable_sha3-256": True,
        "enable_sha3-512": True,
        "enable_BLAKE2b256": True,
        "enable_BLAKE2b512": True,
    }

    def plugin_init(self) -> None:
        """Say which functions are known (section 7)."""
        names = [name for name in FUNCTIONS if self.config.get(f"enable_{name}")]
        self._said = [FEATURE + SAID_AS.get(name, name) for name in names]
        for feature in self._said:
            self.xmpp.plugin["xep_0030"].add_feature(feature)

    def plugin_end(self) -> None:
        """No longer say it."""
        disco = self.other("xep_0030")
        if disco is not None:
            for feature in self._said:
                disco.del_feature(feature=feature)

    def compute_hash(
        self,
        filename: str | Path | None = None,
        function: str | None = None,
        *,
        data: bytes | None = None,
        file: IO[bytes] | None = None,
    ) -> Hash:
        """Hash a file, or bytes; one of them. See ``hash_file`` for big files.

        Args:
            filename: the file's name.
            function: the function's name; the preferred one by default.
            data: the bytes.
            file: the open file, from where it stands to its end.

        Raises:
            ValueError: if there is no such function, or not exactly one thing to hash.
            OSError: if the file can't be read.
        """
        if sum(each is not None for each in (filename, data, file)) != 1:
            raise ValueError("a file's name, bytes or an open file: one of them is hashed")
        element = Hash()
        element["algo"] = function or self.preferred
        digest = FUNCTIONS[element["algo"]]()
        if data is not None:
            digest.update(data)
        elif file is not None:
            self._read(file, digest)
        elif filename is not None:
            with Path(filename).open("rb") as opened:
                self._read(opened, digest)
        element["value"] = base64.b64encode(digest.digest()).decode()
        return element

    async def hash_file(self, filename: str | Path, function: str | None = None) -> Hash:
        """Hash a file in a thread, so that the session goes on; see ``compute_hash``."""
        return await asyncio.to_thread(self.compute_hash, filename, function)

    def _read(self, file: IO[bytes], digest: Any) -> None:
        while block := file.read(self.block_size):
            digest.update(block)
