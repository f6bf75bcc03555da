"""Server addresses of a fleet file."""

from __future__ import annotations

import pytest

from actorxmpp.fleet.address import ServerAddress, parse_server


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("example.net:5222", "example.net", 5222),
        ("127.0.0.1:1", "127.0.0.1", 1),
        ("[::1]:65535", "::1", 65535),
        ("[2001:db8:0:0::1]:5222", "2001:db8::1", 5222),
        ("server_1:5222", "server_1", 5222),
    ],
)
def test_host_and_port(text: str, host: str, port: int) -> None:
    assert parse_server(text) == ServerAddress(host, port)
    assert parse_server(str(parse_server(text))) == ServerAddress(host, port)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("example.net", "has no port"),
        ("example.net:", "has no port"),
        (":5222", "has no port"),
        ("", "has no port"),
        ("[::1]", r"has no port: write \[address\]:port"),
        ("::1:5222", "brackets"),
        ("[nope]:5222", r"has \[nope\] before the port: that is no IPv6 address"),
        ("example.net:0", 'has the port "0"'),
        ("example.net:65536", 'has the port "65536"'),
        ("example.net:xmpp", 'has the port "xmpp"'),
        ("example.net:\uff15\uff12", "must be a number from 1 to 65535"),
        ("exa mple:5222", 'has the host "exa mple"'),
        ("-x:5222", "no host name"),
        ("https://x:5222", "brackets"),
    ],
)
def test_what_is_no_address(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_server(text)
