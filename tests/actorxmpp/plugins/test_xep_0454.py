"""XEP-0454: encrypted files."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from actorxmpp import ClientXMPP
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0454 import XEP_0454, InvalidURL


def test_what_is_encrypted_is_decrypted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"plain")
    for encrypted, fragment in (
        XEP_0454.encrypt(BytesIO(b"plain")),
        XEP_0454.encrypt(filename=path),
    ):
        assert len(fragment) == 88
        assert b"plain" not in encrypted
        assert XEP_0454.decrypt(BytesIO(encrypted), fragment) == b"plain"


def test_each_file_has_a_key_of_its_own() -> None:
    one, two = (XEP_0454.encrypt(BytesIO(b"plain"))[1] for _ in range(2))
    assert one[24:] != two[24:]
    assert one[:24] != two[:24]


def test_what_older_programs_write_is_read() -> None:
    key, vector = bytes(range(32)), bytes(range(16))
    encrypted = AESGCM(key).encrypt(vector, b"plain", None)
    assert XEP_0454.decrypt(BytesIO(encrypted), vector.hex() + key.hex()) == b"plain"


def test_what_was_changed_and_what_is_no_key_is_refused() -> None:
    encrypted, fragment = XEP_0454.encrypt(BytesIO(b"plain"))
    changed = bytes([encrypted[0] ^ 1]) + encrypted[1:]
    with pytest.raises(ValueError, match="or changed"):
        XEP_0454.decrypt(BytesIO(changed), fragment)
    for wrong in ("", fragment[2:], "z" * 88):
        with pytest.raises(ValueError, match=r"fragment is no|hexadecimal"):
            XEP_0454.decrypt(BytesIO(encrypted), wrong)
    with pytest.raises(ValueError, match="one of them"):
        XEP_0454.encrypt()


def test_urls_and_names() -> None:
    assert XEP_0454.format_url("https://e.org/a", "00") == "aesgcm://e.org/a#00"
    with pytest.raises(InvalidURL):
        XEP_0454.format_url("http://e.org/a", "00")
    assert [XEP_0454.map_extensions(ext) for ext in ("jpeg", "text", "png")] == [
        *("jpg", "txt", "png")
    ]


class Upload(BasePlugin):
    """Stands for a service; keeps what it was given."""

    name = "xep_0363"
    given: tuple[Any, ...] = ()

    async def upload_file(self, *args: Any, **kwargs: Any) -> str:
        Upload.given = (*args, kwargs.pop("input_file").read(), kwargs)
        return "https://e.org/slot/a"


def test_a_file_is_encrypted_and_uploaded_under_a_name_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actorxmpp.plugins import base

    monkeypatch.setitem(base._REGISTRY, "xep_0363", Upload)
    path = tmp_path / "holiday.jpeg"
    path.write_bytes(b"picture")
    role = ClientXMPP("romeo@localhost", "secret")
    role.register_plugin("xep_0454")
    url = asyncio.run(role["xep_0454"].upload_file(path, domain="up.localhost"))
    start, _, fragment = url.partition("#")
    assert start == "aesgcm://e.org/slot/a"
    name, size, kind, encrypted, kwargs = Upload.given
    assert name.endswith(".jpg")
    assert "holiday" not in name
    assert (kind, size, kwargs) == (
        "application/octet-stream",
        len(encrypted),
        {"domain": "up.localhost"},
    )
    assert XEP_0454.decrypt(BytesIO(encrypted), fragment) == b"picture"
