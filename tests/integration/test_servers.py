"""The fixtures' own rules: a missing server fails, nothing listens beyond the loopback."""

from __future__ import annotations

import re
import subprocess

import pytest

from .servers.base import PORT_RANGE, RealServer, ServerError, free_ports, require
from .servers.ejabberd import Ejabberd
from .servers.prosody import Prosody, lua


def test_a_missing_server_is_an_error_that_says_what_to_install() -> None:
    with pytest.raises(ServerError, match=r"no-such-server not found.*apt-get install pkg"):
        require(("sh", "no-such-server"), "pkg")


def test_free_ports_are_different_and_out_of_the_ephemeral_range() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(port in PORT_RANGE for port in ports)


@pytest.mark.parametrize("kind", [Prosody, Ejabberd])
def test_a_server_listens_on_the_loopback_alone(kind: type[RealServer]) -> None:
    components = {"gw.xmpp.test": "secret"}
    with kind(components=components) as server:
        listing = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True)
        lines = listing.stdout.splitlines()
        ours = [line.split()[3] for line in lines if f"pid={pid_of(server, lines)}," in line]
        expected = {server.address, server.direct_tls_address, server.component_address}
        assert expected <= set(ours)
        assert all(address.startswith("127.0.0.1:") for address in ours), ours
    assert not server.running
    assert not server.folder.exists()


def pid_of(server: RealServer, lines: list[str]) -> str:
    """The process that listens on the server's STARTTLS port."""
    line = next(line for line in lines if f" {server.address} " in line)
    found = re.search(r"pid=(\d+)", line)
    assert found, line
    return found[1]


def test_lua_literals() -> None:
    assert (
        lua({"a": [1, True, 'say "\u00e9"\n']}) == '{ ["a"] = { 1, true, "say \\"\u00e9\\"\\n" } }'
    )
    with pytest.raises(TypeError, match="no Lua literal"):
        lua(None)
