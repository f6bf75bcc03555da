"""XEP-0447: Stateless file sharing: files in messages, and where they are."""

from __future__ import annotations

import asyncio
import datetime as dt
import mimetypes
from typing import IO, TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0446 import File
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["XEP_0447", "Sources", "StatelessFileSharing", "UrlData"]

NS = "urn:xmpp:sfs:0"
NS_URL = "http://jabber.org/protocol/url-data"


class StatelessFileSharing(ElementBase):
    """``message["sfs"]``: ``["file"]`` says what, ``["sources"]`` where.

    Interface ``disposition``: ``inline`` or ``attachment``.
    """

    name = "file-sharing"
    namespace = NS
    plugin_attrib = "sfs"
    interfaces: ClassVar[set[str]] = {"disposition"}


class Sources(EmptyElement):
    """Where the file is; iterating gives each place."""

    name = plugin_attrib = "sources"
    namespace = NS


class UrlData(ElementBase):
    """A place; interface ``target``, a URL."""

    name = plugin_attrib = "url-data"
    namespace = NS_URL
    interfaces: ClassVar[set[str]] = {"target"}


register_stanza_plugin(Message, StatelessFileSharing)
register_stanza_plugin(StatelessFileSharing, File)
register_stanza_plugin(StatelessFileSharing, Sources)
register_stanza_plugin(Sources, UrlData, iterable=True)


class XEP_0447(BasePlugin):
    """Stateless file sharing, both roles; nothing is uploaded or fetched by itself.

    What is said of a file is the sender's word: check the hash of what was fetched.
    """

    name = "xep_0447"
    description = "XEP-0447: Stateless file sharing"
    xep_version = "0.3.1"
    dependencies: ClassVar[set[str]] = {"xep_0300", "xep_0446"}

    def get_sfs(
        self,
        path: Path | None = None,
        uris: Iterable[str] | None = None,
        media_type: str | None = None,
        desc: str | None = None,
        disposition: str | None = None,
        data: bytes | None = None,
        file: IO[bytes] | None = None,
    ) -> StatelessFileSharing:
        """Describe a file; one of path, bytes and open file. For big ones: ``describe``.

        Args:
            path: the file.
            uris: where it is to be found.
            media_type: guessed from its name by default.
            desc: some words about it.
            disposition: ``inline`` or ``attachment``.
            data: its bytes.
            file: the open file, from where it stands to its end.

        Raises:
            ValueError: if there is not exactly one thing to describe.
            OSError: if the file can't be read.
        """
        hashes = self.xmpp.plugin["xep_0300"]
        if file is not None:
            data = file.read()
        sharing = StatelessFileSharing()
        sharing["disposition"] = disposition
        said = sharing["file"]
        name = path.name if path is not None else getattr(file, "name", None)
        said["media-type"] = media_type or (mimetypes.guess_type(name)[0] if name else None)
        if path is not None and data is None:
            status = path.stat()
            said["name"] = path.name
            said["size"] = status.st_size
            said["date"] = dt.datetime.fromtimestamp(status.st_mtime, dt.UTC)
            said.append(hashes.compute_hash(path))
        else:
            said.append(hashes.compute_hash(path, data=data))
            said["size"] = len(data or b"")
        said["desc"] = desc
        for uri in uris or ():
            place = UrlData()
            place["target"] = uri
            sharing["sources"].append(place)
        return sharing

    async def describe(self, *args: Any, **kwargs: Any) -> StatelessFileSharing:
        """Describe a file in a thread, so that the session goes on; see ``get_sfs``."""
        return await asyncio.to_thread(self.get_sfs, *args, **kwargs)
