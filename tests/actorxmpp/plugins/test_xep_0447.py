"""XEP-0447: files in messages."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.plugins.xep_0447 import NS, NS_URL

from .wire import Wire, client

HASH = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="


@pytest.fixture
def role() -> ClientXMPP:
    made = ClientXMPP("romeo@localhost", "secret")
    made.register_plugin("xep_0447")
    return made


def test_a_file_is_described(role: ClientXMPP, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"abc")
    plugin = role["xep_0447"]
    for sharing in (
        plugin.get_sfs(path, ["https://e.org/a"], desc="Verona", disposition="inline"),
        asyncio.run(plugin.describe(path, ["https://e.org/a"], None, "Verona", "inline")),
    ):
        file = sharing["file"]
        assert [file[name] for name in ("name", "media-type", "size", "desc")] == [
            *("a.png", "image/png", 3, "Verona")
        ]
        assert file["hash"]["value"] == HASH
        assert abs(file["date"].timestamp() - path.stat().st_mtime) < 0.01
        assert sharing["disposition"] == "inline"
        assert [each["target"] for each in sharing["sources"]] == ["https://e.org/a"]


def test_bytes_and_open_files_are_described(role: ClientXMPP) -> None:
    plugin = role["xep_0447"]
    for sharing in (plugin.get_sfs(data=b"abc"), plugin.get_sfs(file=io.BytesIO(b"abc"))):
        assert (sharing["file"]["size"], sharing["file"]["hash"]["value"]) == (3, HASH)
        assert sharing["file"]["name"] == ""
    with pytest.raises(ValueError, match="one of them"):
        plugin.get_sfs()


def test_files_in_messages_are_read() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(
            f"<message from='juliet@localhost'><body>b</body><file-sharing xmlns='{NS}'>"
            "<file xmlns='urn:xmpp:file:metadata:0'><name>a.png</name></file><sources>"
            f"<url-data xmlns='{NS_URL}' target='https://e.org/a'/><other xmlns='urn:x'/>"
            "</sources></file-sharing></message>"
        )
        sharing = (await wire.happened("message"))["sfs"]
        assert sharing["file"]["name"] == "a.png"
        assert [each["target"] for each in sharing["sources"]] == ["https://e.org/a"]

    client(main, ["xep_0447"])
