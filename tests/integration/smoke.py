"""What both servers' smoke tests do, with slixmpp alone on both sides.

If one of these fails, the fixtures are wrong, or the server: nothing of this project is involved.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import slixmpp

from .servers.base import HOST, RealServer
from .servers.pki import Authority
from .slix import PeerError, SlixPeer

PASSWORD = "correct horse"


def peer(server: RealServer, user: str, *, direct_tls: bool = False) -> SlixPeer:
    """A slixmpp client of this server; the account must exist."""
    address = server.direct_tls_address if direct_tls else server.address
    return SlixPeer(
        f"{user}@{server.domain}/slix",
        PASSWORD,
        address,
        server.ca_file,
        direct_tls=direct_tls,
    )


def two_clients_talk(server: RealServer, *, direct_tls: bool) -> None:
    """A message with awkward characters goes from one account to another."""
    names = ("juliet-tls", "romeo-tls") if direct_tls else ("juliet", "romeo")
    server.add_accounts(dict.fromkeys(names, PASSWORD))
    body = "<&>\"' \u00e9\u4e16\U0001f339 ]]>"
    juliet = peer(server, names[0], direct_tls=direct_tls)
    romeo = peer(server, names[1], direct_tls=direct_tls)
    with juliet, romeo:
        romeo.send(juliet.jid, body)
        inbox = juliet.wait_for(bool, "get the message", 10)
        assert [(one.sender, one.body) for one in inbox] == [(romeo.jid, body)]


class _EchoComponent(slixmpp.ComponentXMPP):
    """Answers each message, by slixmpp's own means."""

    def __init__(self, jid: str, secret: str, port: int) -> None:
        super().__init__(jid, secret, HOST, port)
        self.add_event_handler("message", self._echo)

    def _echo(self, message: Any) -> None:
        message.reply(f"echo: {message['body']}").send()


def component_echoes(server: RealServer, jid: str) -> None:
    """A client writes to a component and gets its answer."""
    server.add_accounts({"mercutio": PASSWORD})

    async def run() -> str:
        component = _EchoComponent(jid, server.components[jid], server.ports.component)
        up = asyncio.ensure_future(component.wait_until("session_start", 10))
        component.connect()
        await up
        with peer(server, "mercutio") as mercutio:
            answers = await asyncio.to_thread(mercutio.ask, {jid: "a scratch"})
        await component.disconnect()
        return answers[jid]

    assert asyncio.run(run()) == "echo: a scratch"


def wrong_password_is_refused(server: RealServer) -> None:
    """The server checks passwords, and the peer says why it isn't online."""
    server.add_accounts({"nurse": "something else"})
    nurse = peer(server, "nurse")
    try:
        with pytest.raises(PeerError, match="can't log in"):
            nurse.start()
    finally:
        nurse.stop()


def untrusted_certificate_is_refused(server: RealServer, other: Authority) -> None:
    """With another authority's file the peer doesn't log in."""
    server.add_accounts({"friar": PASSWORD})
    jid = f"friar@{server.domain}"
    friar = SlixPeer(jid, PASSWORD, server.direct_tls_address, other.ca_file, direct_tls=True)
    try:
        with pytest.raises(PeerError, match=r"can't log in.*[Cc]ertificate"):
            friar.start()
    finally:
        friar.stop()


def accounts_and_ports_survive_a_kill(server: RealServer) -> None:
    """SIGKILL ends the peer's connection; the same account logs in on the same port again."""
    server.add_accounts({f"tybalt{n}": PASSWORD for n in range(50)})
    ports = server.ports
    with peer(server, "tybalt0") as tybalt:
        server.kill()
        assert not server.running
        tybalt.wait_for(lambda _inbox: not tybalt.online, "see the connection end", 10)
    server.start()
    assert server.ports == ports
    with peer(server, "tybalt49") as tybalt:
        assert tybalt.online
