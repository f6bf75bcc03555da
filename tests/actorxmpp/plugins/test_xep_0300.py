"""XEP-0300: hash functions."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.plugins.xep_0300 import FEATURE, FUNCTIONS, NS, Hash

from .wire import Wire, client

# The published test vectors of "abc".
VALUES = {
    "sha-1": "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
    "sha-256": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    "sha3-256": "Ophdp0/iJbIEXBcta9OQvYVfCG4+nVJbRr/iRRFDFTI=",
    "BLAKE2b256": "vd2BPGNCOXIxce8/7phXm5SWTjuxyz5CcmLIwGjVIxk=",
    "blake2b-256": "vd2BPGNCOXIxce8/7phXm5SWTjuxyz5CcmLIwGjVIxk=",
}


@pytest.fixture
def role() -> ClientXMPP:
    made = ClientXMPP("romeo@localhost", "secret")
    made.register_plugin("xep_0300", {"block_size": 2})
    return made


@pytest.mark.parametrize(("function", "value"), VALUES.items())
def test_bytes_files_and_open_files_are_hashed(
    function: str, value: str, role: ClientXMPP, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    plugin = role["xep_0300"]
    for element in (
        plugin.compute_hash(data=b"abc", function=function),
        plugin.compute_hash(file=io.BytesIO(b"abc"), function=function),
        plugin.compute_hash(path, function),
        asyncio.run(plugin.hash_file(path, function)),
    ):
        assert (element["algo"], element["value"]) == (function, value)


def test_the_preferred_function_is_the_default(role: ClientXMPP) -> None:
    assert role["xep_0300"].compute_hash(data=b"")["algo"] == "sha-256"


def test_what_can_not_be_hashed_is_said(role: ClientXMPP) -> None:
    plugin = role["xep_0300"]
    with pytest.raises(ValueError, match="one of them"):
        plugin.compute_hash()
    with pytest.raises(ValueError, match="one of them"):
        plugin.compute_hash("name", data=b"abc")
    with pytest.raises(ValueError, match="no hash function 'md5'"):
        plugin.compute_hash(data=b"abc", function="md5")
    with pytest.raises(FileNotFoundError):
        plugin.compute_hash("no such file")


def test_all_functions_are_there() -> None:
    sizes = {name: len(make().digest()) for name, make in FUNCTIONS.items()}
    assert sizes["sha-512"] == sizes["blake2b-512"] == sizes["BLAKE2b512"] == 64


def test_a_hash_is_written_and_read() -> None:
    element = Hash()
    element["algo"] = "sha-1"
    element["value"] = "abc="
    assert str(element) == f'<hash xmlns="{NS}" algo="sha-1">abc=</hash>'
    element.xml.text = "\n abc=\n"
    assert element["value"] == "abc="
    del element["value"]
    assert element["value"] == ""


def test_service_discovery_says_which_functions_are_known() -> None:
    async def main(wire: Wire) -> None:
        info = await wire["xep_0030"].get_info(local=True)
        assert {NS, f"{FEATURE}sha-256", f"{FEATURE}id-blake2b256"} <= set(info["features"])
        assert f"{FEATURE}sha-1" not in info["features"]
        assert f"{FEATURE}sha-512" not in info["features"]
        wire.role.plugin.disable("xep_0300")
        info = await wire["xep_0030"].get_info(local=True)
        assert not [each for each in info["features"] if each.startswith(FEATURE)]

    client(main, ["xep_0300"], {"xep_0300": {"enable_sha-512": False}})
