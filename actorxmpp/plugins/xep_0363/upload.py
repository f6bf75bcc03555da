"""The plugin: finds an upload service, asks it for a place, puts a file there.

Needs aiohttp (the extra ``http``) for the upload itself; nothing is imported before that.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from mimetypes import guess_type
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Literal

from actorxmpp import __version__
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0363.errors import (
    FileTooBig,
    FileUploadError,
    HTTPError,
    PurposeNotSupported,
    UploadServiceNotFound,
)
from actorxmpp.plugins.xep_0363.stanza import NS, PURPOSE_NAMESPACE, Request, Slot
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from actorxmpp.jid import JID
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0363"]

PurposeLiteral = Literal["message", "profile", "ephemeral", "permanent"]

CHUNK = 64 * 1024
"""Bytes of a file read at a time, in a thread: what is in memory of it at most."""

ALLOWED_HEADERS = frozenset(("authorization", "cookie", "expires"))
"""Headers a service may have us send; all others are ignored (XEP-0363 section 5)."""

SUCCESS = frozenset((200, 201, 204))

register_stanza_plugin(Iq, Request)
register_stanza_plugin(Iq, Slot)


class XEP_0363(BasePlugin):
    """HTTP File Upload, for who uploads; a component can be the service.

    Configuration: ``upload_service`` (None: found), ``max_file_size`` (what the service says),
    ``default_content_type``, ``handle_upload_requests`` (False), be a service, ``http_ssl`` (None),
    an ``ssl.SSLContext`` for the web server instead of the system's.

    Events: ``http_upload_request``, with the IQ the program answers, if this is a service.
    """

    name = "xep_0363"
    description = "XEP-0363: HTTP File Upload"
    xep_version = "1.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0128"}
    upload_service: JID | None
    max_file_size: float
    default_content_type: str
    handle_upload_requests: bool
    default_config: ClassVar[dict[str, Any]] = {
        "upload_service": None,
        "max_file_size": float("+inf"),
        "default_content_type": "application/octet-stream",
        "handle_upload_requests": False,
        "http_ssl": None,
    }
    http_ssl: Any
    _purposes: frozenset[str] | None = None

    def plugin_init(self) -> None:
        """Be a service if configured."""
        if self.handle_upload_requests:
            self.xmpp.plugin["xep_0030"].add_feature(NS)
            self.handle(
                "HTTP Upload Request", "iq@type=get/http_upload_request", self._handle_request
            )

    def _handle_request(self, iq: Iq) -> None:
        self.xmpp.event("http_upload_request", iq)

    async def find_upload_service(
        self,
        domain: OptJidStr = None,
        *,
        callback: Callable[[Any], Any] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Look for an upload service (XEP-0363 section 4).

        Args:
            domain: whose; our server's by default.
            callback: called with the answers that were looked through.
            timeout: seconds for each question.

        Returns:
            What the service says of itself, an IQ; None if there is none.
        """
        infos = await self.xmpp.plugin["xep_0030"].get_info_from_domain(
            domain, timeout=timeout, callback=callback
        )
        for info in infos:
            if isinstance(info, Iq) and NS in info["disco_info"]["features"]:
                return info
        return None

    def request_slot(
        self,
        jid: JidStr,
        filename: Path | str,
        size: int,
        content_type: str | None = None,
        *,
        purpose: PurposeLiteral | None = None,
        ifrom: OptJidStr = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
    ) -> Awaitable[Iq]:
        """Ask for a place (XEP-0363 section 5).

        Args:
            jid: the service.
            filename: the file's name.
            size: its size in bytes.
            content_type: its media type.
            purpose: what it is for.
            ifrom: from which of a component's JIDs.
            callback: called with the answer.
            timeout: seconds to wait.

        Returns:
            An awaitable of the answer: ``["http_upload_slot"]``.
        """
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request = iq["http_upload_request"]
        request["filename"] = str(filename)
        request["size"] = str(size)
        request["content-type"] = content_type or self.default_content_type
        if purpose is not None:
            request.enable(purpose)
        return iq.send(callback=callback, timeout=timeout)

    async def upload_file(
        self,
        filename: Path | str,
        size: int | None = None,
        content_type: str | None = None,
        *,
        input_file: IO[bytes] | None = None,
        domain: OptJidStr = None,
        purpose: PurposeLiteral | None = None,
        callback: Callable[[Any], Any] | None = None,
        timeout: float | None = None,
    ) -> str:
        """Upload a file, piece by piece, and return its URL.

        Args:
            filename: the file; with ``input_file``, its name.
            size: bytes; found out by default.
            content_type: its media type; guessed from the name by default.
            input_file: read from here instead.
            domain: where to look for a service.
            purpose: what it is for.
            callback: called with the answers on the way.
            timeout: seconds for each question to the service.

        Raises:
            UploadServiceNotFound: if there is no service.
            FileTooBig: if the service takes only smaller files.
            PurposeNotSupported: if it does not know the purpose.
            HTTPError: if the web server refuses the file.
            FileUploadError: if the web server can't be reached, or the place is no https URL.
            IqError: if the service refuses to give a place.
            OSError: if the file can't be read.
        """
        path = Path(filename)
        await self._use_service(domain, callback, timeout)
        assert self.upload_service is not None
        if purpose not in (None, "message") and purpose not in await self._known_purposes():
            raise PurposeNotSupported(self.upload_service, purpose)
        opened = await asyncio.to_thread(path.open, "rb") if input_file is None else input_file
        with opened if input_file is None else nullcontext():
            if size is None:
                size = await asyncio.to_thread(_measure, opened)
            if size > self.max_file_size:
                raise FileTooBig(size, self.max_file_size)
            kind = content_type or guess_type(path.name)[0] or self.default_content_type
            reply = await self.request_slot(
                self.upload_service,
                path.name,
                size,
                kind,
                purpose=purpose,
                callback=callback,
                timeout=timeout,
            )
            slot = reply["http_upload_slot"]
            await self._put(slot, opened, size, kind)
        url: str = slot["get"]["url"]
        return url

    async def _use_service(
        self, domain: OptJidStr, callback: Callable[[Any], Any] | None, timeout: float | None
    ) -> None:
        if self.upload_service is not None:
            return
        info = await self.find_upload_service(domain, callback=callback, timeout=timeout)
        if info is None:
            raise UploadServiceNotFound
        self.upload_service = info["from"]
        self._purposes = _purposes_of(info)
        for form in info["disco_info"]["forms"]:
            values = form["values"]
            if values.get("FORM_TYPE") in ([NS], NS):
                limit = str(values.get("max-file-size") or "")
                if limit.isascii() and limit.isdigit():
                    self.max_file_size = int(limit)

    async def _known_purposes(self) -> frozenset[str]:
        if self._purposes is None:
            info = await self.xmpp.plugin["xep_0030"].get_info(self.upload_service)
            self._purposes = _purposes_of(info)
        return self._purposes

    async def _put(self, slot: Any, source: IO[bytes], size: int, kind: str) -> None:
        try:
            import aiohttp
        except ImportError as error:
            raise FileUploadError("uploads need aiohttp: install actorxmpp[http]") from error
        headers = {"Content-Length": str(size), "Content-Type": kind}
        for header in slot["put"]["headers"]:
            if header["name"].lower() in ALLOWED_HEADERS and "\n" not in header["value"]:
                headers[header["name"]] = header["value"]
        agent = {"User-Agent": f"actorxmpp/{__version__}"}
        url = slot["put"]["url"]
        if not url.startswith(("https://", "http://")):
            raise FileUploadError(f"the service gave a place that is no URL of the web: {url!r}")
        try:
            async with (
                aiohttp.ClientSession(headers=agent) as session,
                session.put(
                    url,
                    data=_pieces(source),
                    headers=headers,
                    ssl=True if self.http_ssl is None else self.http_ssl,
                ) as response,
            ):
                if response.status not in SUCCESS:
                    raise HTTPError(response.status, (await response.text())[:1000])
        except aiohttp.ClientError as error:
            raise FileUploadError(f"{url}: {error}") from error


def _purposes_of(info: Any) -> frozenset[str]:
    features = info["disco_info"]["features"]
    prefix = f"{PURPOSE_NAMESPACE}#"
    return frozenset(each.removeprefix(prefix) for each in features if each.startswith(prefix))


def _measure(source: IO[bytes]) -> int:
    start = source.tell()
    end = source.seek(0, 2)
    source.seek(start)
    return end - start


async def _pieces(source: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(source.read, CHUNK):
        yield piece
