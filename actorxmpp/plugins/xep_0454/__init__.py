"""XEP-0454: OMEMO Media Sharing: files encrypted before they are uploaded."""

from __future__ import annotations

import asyncio
import secrets
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from actorxmpp.plugins.base import BasePlugin

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["XEP_0454", "InvalidURL"]

IV_BYTES = 12
KEY_BYTES = 32
IV_DIGITS = (2 * IV_BYTES, 32)
"""Hexadecimal digits of the vector; older programs write the second."""

EXTENSIONS_MAP: Mapping[str, str] = {"jpeg": "jpg", "text": "txt"}
"""Names of kinds of files, and the shorter ones that many programs know."""


class InvalidURL(Exception):
    """A URL that no encrypted file can be at: it has to begin with ``https://``."""


class XEP_0454(BasePlugin):
    """OMEMO Media Sharing, for who shares files; not enabled by ``register_plugins``.

    The key is in the URL, and the URL in a message that is encrypted by other means. Files are
    encrypted in memory.
    """

    name = "xep_0454"
    description = "XEP-0454: OMEMO Media Sharing"
    xep_version = "0.1.0"
    by_default = False
    dependencies: ClassVar[set[str]] = {"xep_0363"}

    @staticmethod
    def encrypt(
        input_file: IO[bytes] | None = None, filename: Path | None = None
    ) -> tuple[bytes, str]:
        """Encrypt a file with a key of its own (section 3).

        Args:
            input_file: the open file.
            filename: its name, in place of it.

        Returns:
            What is uploaded, and the fragment of the URL: vector and key, in hexadecimal digits.

        Raises:
            ValueError: if neither is given.
            OSError: if the file can't be read.
        """
        if input_file is not None:
            plain = input_file.read()
        elif filename is not None:
            plain = Path(filename).read_bytes()
        else:
            raise ValueError("an open file or a file's name: one of them is encrypted")
        vector, key = secrets.token_bytes(IV_BYTES), secrets.token_bytes(KEY_BYTES)
        return AESGCM(key).encrypt(vector, plain, None), vector.hex() + key.hex()

    @staticmethod
    def decrypt(input_file: IO[bytes], fragment: str) -> bytes:
        """Decrypt what was downloaded.

        Args:
            input_file: the open file.
            fragment: of its URL.

        Raises:
            ValueError: if the fragment is no vector and key, or they are not this file's.
        """
        digits = len(fragment) - 2 * KEY_BYTES
        if digits not in IV_DIGITS:
            raise ValueError("the URL's fragment is no vector and key")
        vector, key = bytes.fromhex(fragment[:digits]), bytes.fromhex(fragment[digits:])
        try:
            return AESGCM(key).decrypt(vector, input_file.read(), None)
        except InvalidTag:
            raise ValueError("the file was not encrypted with this key, or changed") from None

    @staticmethod
    def format_url(url: str, fragment: str) -> str:
        """Make the URL that is sent: ``aesgcm://``.

        Raises:
            InvalidURL: if the file's URL does not begin with ``https://``.
        """
        if not url.startswith("https://"):
            raise InvalidURL(url)
        return f"aesgcm://{url.removeprefix('https://')}#{fragment}"

    @staticmethod
    def map_extensions(ext: str) -> str:
        """Return the shorter name of a kind of files, if there is one."""
        return EXTENSIONS_MAP.get(ext, ext)

    async def upload_file(
        self,
        filename: Path | str,
        _size: int | None = None,
        content_type: str | None = None,
        *,
        input_file: IO[bytes] | None = None,
        **kwargs: Any,
    ) -> str:
        """Encrypt a file, upload it under a name that says nothing, and return the URL to send.

        Args:
            filename: the file; with ``input_file``, its name.
            _size: accepted for compatibility.
            content_type: its media type; it is not told.
            input_file: read from here instead.
            kwargs: what ``XEP_0363.upload_file`` takes.

        Raises:
            InvalidURL: if the service gives a URL without TLS.
            FileUploadError: if it can't be uploaded.
        """
        del content_type
        path = Path(filename)
        encrypted, fragment = await asyncio.to_thread(self.encrypt, input_file, path)
        kind = self.map_extensions(path.suffix.removeprefix("."))
        name = secrets.token_hex(16) + (f".{kind}" if kind else "")
        url = await self.xmpp.plugin["xep_0363"].upload_file(
            name,
            len(encrypted),
            "application/octet-stream",
            input_file=BytesIO(encrypted),
            **kwargs,
        )
        return self.format_url(url, fragment)
