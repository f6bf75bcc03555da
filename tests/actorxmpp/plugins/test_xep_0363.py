"""XEP-0363: uploads, with a real web server on the loopback interface."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from actorxmpp.plugins.xep_0363 import (
    FileTooBig,
    FileUploadError,
    HTTPError,
    PurposeNotSupported,
    UploadServiceNotFound,
)

from .wire import Wire, client, component

web = pytest.importorskip("aiohttp.web")
NS = "urn:xmpp:http:upload:0"
INFO = "http://jabber.org/protocol/disco#info"
ITEMS = "http://jabber.org/protocol/disco#items"
FIVE_MB = 5 * 1024 * 1024


class Files:
    """A web server that keeps what is put there."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.headers: dict[str, Any] = {}
        self.status = 201
        self.url = ""

    async def put(self, request: Any) -> Any:
        self.bodies[request.path] = await request.read()
        self.headers = dict(request.headers)
        return web.Response(status=self.status, text="said")

    async def get(self, request: Any) -> Any:
        return web.Response(body=self.bodies[request.path])


@asynccontextmanager
async def files() -> AsyncIterator[Files]:
    kept = Files()
    app = web.Application(client_max_size=10 * FIVE_MB)
    app.router.add_put("/{name}", kept.put)
    app.router.add_get("/{name}", kept.get)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield kept
    finally:
        await runner.cleanup()


async def service(
    wire: Wire, features: str = f"<feature var='{NS}'/>", limit: str = "6000000"
) -> None:
    """Answer the questions by which the service is found."""
    sid = await wire.expect(f"<iq type='get' to='localhost'><query xmlns='{ITEMS}'/></iq>")
    wire.recv(
        f"<iq type='result' id='{sid}' from='localhost'><query xmlns='{ITEMS}'><item jid='up.localhost'/></query></iq>"
    )
    for _ in range(2):
        ask = await wire.sent()
        form = (
            f"<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>{NS}</value></field>"
            f"<field var='max-file-size'><value>{limit}</value></field></x>"
        )
        content = features + form if ask.get("to") == "up.localhost" else ""
        wire.recv(
            f"<iq type='result' id='{ask.get('id')}' from='{ask.get('to')}'><query xmlns='{INFO}'>{content}</query></iq>"
        )


def slot(sid: str, url: str) -> str:
    return (
        f"<iq type='result' id='{sid}' from='up.localhost'><slot xmlns='{NS}'><put url='{url}/f.bin'>"
        "<header name='Authorization'>Basic x</header><header name='Host'>evil</header></put>"
        f"<get url='{url}/f.bin'/></slot></iq>"
    )


def uploading(body: Callable[[Wire, Files], Coroutine[Any, Any, None]]) -> None:
    async def main(wire: Wire) -> None:
        async with files() as kept:
            await body(wire, kept)

    client(main, ["xep_0363"])


def test_five_megabytes_arrive(tmp_path: Path) -> None:
    content = bytes(range(256)) * (FIVE_MB // 256)
    path = tmp_path / "f.bin"
    path.write_bytes(content)

    async def body(wire: Wire, kept: Files) -> None:
        import aiohttp

        task = asyncio.ensure_future(wire["xep_0363"].upload_file(path))
        await service(wire)
        sid = await wire.expect(
            f"<iq type='get' to='up.localhost'><request xmlns='{NS}' filename='f.bin' size='{FIVE_MB}' content-type='application/octet-stream'/></iq>"
        )
        wire.recv(slot(sid, kept.url))
        url = await task
        assert kept.headers["Authorization"] == "Basic x"
        assert kept.headers["Host"] != "evil"
        assert kept.headers["Content-Length"] == str(FIVE_MB)
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert await response.read() == content

    uploading(body)


def test_what_the_web_server_refuses_and_what_is_no_place() -> None:
    async def body(wire: Wire, kept: Files) -> None:
        kept.status = 403
        plugin = wire["xep_0363"]
        task = asyncio.ensure_future(plugin.upload_file("a.txt", input_file=io.BytesIO(b"abc")))
        await service(wire)
        ask = await wire.sent()
        assert ask[0].get("content-type") == "text/plain"
        wire.recv(slot(str(ask.get("id")), kept.url))
        with pytest.raises(HTTPError, match="403"):
            await task
        for url in ("file:///etc", "http://127.0.0.1:1"):
            task = asyncio.ensure_future(plugin.upload_file("a.txt", input_file=io.BytesIO(b"abc")))
            wire.recv(slot(str((await wire.sent()).get("id")), url))
            with pytest.raises(FileUploadError):
                await task

    uploading(body)


def test_limits_purposes_and_no_service() -> None:
    async def body(wire: Wire, kept: Files) -> None:
        plugin = wire["xep_0363"]
        task = asyncio.ensure_future(plugin.upload_file("a", input_file=io.BytesIO(b"abc")))
        await service(wire, "")
        with pytest.raises(UploadServiceNotFound):
            await task
        wire["xep_0030"].domain_infos.clear()
        task = asyncio.ensure_future(plugin.upload_file("a", input_file=io.BytesIO(b"abc")))
        await service(wire, limit="2")
        with pytest.raises(FileTooBig, match="3 bytes"):
            await task
        with pytest.raises(PurposeNotSupported, match="profile"):
            await plugin.upload_file("a", input_file=io.BytesIO(b"a"), purpose="profile")
        with pytest.raises(FileNotFoundError):
            await plugin.upload_file("/nowhere/at/all")

    uploading(body)


def test_a_component_is_a_service() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("http_upload_request")
        wire.recv(
            "<iq type='get' id='1' from='a@localhost/x' to='gw.localhost'>"
            f"<request xmlns='{NS}' filename='f' size='3'/></iq>"
        )
        iq = await wire.happened("http_upload_request")
        assert (iq["http_upload_request"]["filename"], iq["http_upload_request"]["size"]) == (
            "f",
            "3",
        )
        reply = iq.reply()
        reply["http_upload_slot"]["put"]["url"] = "https://x/f"
        reply["http_upload_slot"]["get"]["url"] = "https://x/f"
        reply.send()
        await wire.expect(
            f"<iq type='result' from='gw.localhost' to='a@localhost/x'><slot xmlns='{NS}'><put url='https://x/f'/><get url='https://x/f'/></slot></iq>"
        )

    component(main, ["xep_0363"], {"xep_0363": {"handle_upload_requests": True}})
