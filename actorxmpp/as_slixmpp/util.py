"""The parts of ``slixmpp.util`` that programs use: caches, in memory and in files.

A file cache is best effort, as its users expect: what can't be read is not there, what can't be
written is not kept.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Cache",
    "FileSystemCache",
    "FileSystemPerJidCache",
    "MemoryCache",
    "MemoryPerJidCache",
    "PerJidCache",
]

logger = logging.getLogger(__name__)


class Cache:
    """Keeps values by key."""

    def retrieve(self, key: str) -> Any:
        """Return a key's value, None if there is none."""
        raise NotImplementedError

    def store(self, key: str, value: Any) -> bool:
        """Keep a value; False if that failed."""
        raise NotImplementedError

    def remove(self, key: str) -> bool:
        """Forget a key; False if that failed."""
        raise NotImplementedError


class PerJidCache:
    """Keeps values by JID and key."""

    def retrieve_by_jid(self, jid: str, key: str) -> Any:
        """Return the value of a JID's key, None if there is none."""
        raise NotImplementedError

    def store_by_jid(self, jid: str, key: str, value: Any) -> bool:
        """Keep a value; False if that failed."""
        raise NotImplementedError

    def remove_by_jid(self, jid: str, key: str) -> bool:
        """Forget a JID's key; False if that failed."""
        raise NotImplementedError


class MemoryCache(Cache):
    """A cache that ends with the process."""

    def __init__(self) -> None:
        self.cache: dict[str, Any] = {}

    def retrieve(self, key: str) -> Any:
        """Return a key's value."""
        return self.cache.get(key)

    def store(self, key: str, value: Any) -> bool:
        """Keep a value."""
        self.cache[key] = value
        return True

    def remove(self, key: str) -> bool:
        """Forget a key."""
        self.cache.pop(key, None)
        return True


class MemoryPerJidCache(PerJidCache):
    """A cache by JID that ends with the process."""

    def __init__(self) -> None:
        self.cache: dict[str, dict[str, Any]] = {}

    def retrieve_by_jid(self, jid: str, key: str) -> Any:
        """Return the value of a JID's key."""
        return self.cache.get(jid, {}).get(key)

    def store_by_jid(self, jid: str, key: str, value: Any) -> bool:
        """Keep a value."""
        self.cache.setdefault(jid, {})[key] = value
        return True

    def remove_by_jid(self, jid: str, key: str) -> bool:
        """Forget a JID's key."""
        self.cache.get(jid, {}).pop(key, None)
        return True


class _Folder:
    """Files below one folder; a key's slashes can't lead out of it."""

    def __init__(
        self,
        directory: str,
        cache_type: str,
        *,
        encode: Callable[[Any], Any] | None = None,
        decode: Callable[[Any], Any] | None = None,
        binary: bool = False,
    ) -> None:
        self.base_dir = Path(directory) / cache_type
        self._encode = encode
        self._decode = decode
        self._binary = binary

    def _file(self, *parts: str) -> Path:
        safe = [part.replace("/", "_").replace("\0", "_") for part in parts]
        return self.base_dir.joinpath(
            *(f"_{part}" if part in ("", ".", "..") else part for part in safe)
        )

    def _read(self, file: Path) -> Any:
        try:
            data: Any = file.read_bytes() if self._binary else file.read_text("utf-8")
            return data if self._decode is None else self._decode(data)
        except FileNotFoundError:
            return None
        except Exception:
            logger.warning("%s can't be read; it is removed", file, exc_info=True)
            self._delete(file)
            return None

    def _write(self, file: Path, value: Any) -> bool:
        data = value if self._encode is None else self._encode(value)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data if self._binary else data.encode())
        except OSError:
            logger.warning("%s can't be written", file, exc_info=True)
            return False
        return True

    def _delete(self, file: Path) -> bool:
        with contextlib.suppress(OSError):
            file.unlink()
            return True
        return False


class FileSystemCache(_Folder, Cache):
    """A cache of one file a key, in ``directory/cache_type``."""

    def retrieve(self, key: str) -> Any:
        """Return a key's value."""
        return self._read(self._file(key))

    def store(self, key: str, value: Any) -> bool:
        """Keep a value."""
        return self._write(self._file(key), value)

    def remove(self, key: str) -> bool:
        """Forget a key."""
        return self._delete(self._file(key))


class FileSystemPerJidCache(_Folder, PerJidCache):
    """A cache of one file a key, in ``directory/cache_type/jid``."""

    def retrieve_by_jid(self, jid: str, key: str) -> Any:
        """Return the value of a JID's key."""
        return self._read(self._file(str(jid), key))

    def store_by_jid(self, jid: str, key: str, value: Any) -> bool:
        """Keep a value."""
        return self._write(self._file(str(jid), key), value)

    def remove_by_jid(self, jid: str, key: str) -> bool:
        """Forget a JID's key."""
        return self._delete(self._file(str(jid), key))
