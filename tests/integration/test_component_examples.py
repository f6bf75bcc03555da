"""The gateway and the farm of examples/ do what they say, on a real Prosody."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .program import ROOT, Program, example, fleet
from .servers.prosody import Prosody
from .slix import PeerError, SlixPeer

PASSWORD = "what's in a name"
SECRET = "a secret"
GATEWAY = "paper.xmpp.test"
NOT_THERE_YET = ("service-unavailable", "remote-server-not-found", "remote-server-timeout")
SHOPS = [f"shop{n:02}.xmpp.test" for n in range(1, 21)]


@pytest.fixture(scope="module")
def server() -> Iterator[Prosody]:
    """Prosody with an account, the gateway and the shops."""
    with Prosody(components=dict.fromkeys((GATEWAY, *SHOPS), SECRET)) as prosody:
        prosody.add_accounts({"juliet": PASSWORD})
        yield prosody


def juliet(server: Prosody, *plugins: str) -> SlixPeer:
    jid = f"juliet@{server.domain}/balcony"
    return SlixPeer(jid, PASSWORD, server.address, server.ca_file, plugins=plugins)


def errors_of(peer: SlixPeer) -> Callable[[str], str]:
    """Has the peer keep the errors it gets; returns a function that waits for somebody's."""
    errors: list[Any] = []

    async def listen(client: Any) -> None:
        client.add_event_handler("message_error", errors.append)

    def wait_for(jid: str) -> str:
        deadline = time.monotonic() + 60
        while not errors or errors[-1]["from"].bare != jid:
            assert time.monotonic() < deadline, f"no error of {jid}: {errors}"
            time.sleep(0.02)
        return str(errors[-1]["error"]["condition"])

    peer.call(listen)
    return wait_for


@pytest.fixture
def gateway(server: Prosody, tmp_path: Path) -> Iterator[Program]:
    program = example(
        tmp_path,
        "gateway.py",
        "Gateway",
        jid=GATEWAY,
        password=SECRET,
        address=server.component_address,
    )
    with program:
        yield program


async def register(client: Any, deadline: float) -> list[str]:
    """Fill the form in, once the gateway is there; returns the fields it asked for."""
    from slixmpp.exceptions import IqError

    plugin = client.plugin["xep_0077"]
    while True:
        try:
            offer = await plugin.get_registration(GATEWAY, timeout=30)
            break
        except IqError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
    form = offer["register"]["form"]
    fields = list(form.get_fields())
    iq = client.make_iq_set(ito=GATEWAY)
    filled = client.plugin["xep_0004"].make_form(ftype="submit")
    values = {"FORM_TYPE": "jabber:iq:register", "username": "juliet", "password": "x"}
    for name, value in values.items():
        filled.add_field(var=name, value=value)
    iq["register"].append(filled)
    await iq.send(timeout=30)
    return fields


async def roster_of(client: Any, wanted: str, deadline: float) -> dict[str, str]:
    """The gateway's contacts in the roster, once all of them have a subscription."""
    while True:
        await client.get_roster(timeout=30)
        found = {
            jid: client.client_roster[jid]["subscription"]
            for jid in client.client_roster
            if jid.endswith(f"@{GATEWAY}")
        }
        if len(found) == 2 and set(found.values()) == {wanted}:
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)


def test_the_gateway_registers_fills_the_roster_and_passes_messages(
    server: Prosody, gateway: Program
) -> None:
    deadline = time.monotonic() + 90
    with juliet(server, "xep_0004", "xep_0030", "xep_0077") as peer:
        error_of = errors_of(peer)
        fields = peer.call(lambda client: register(client, deadline))
        assert fields == ["FORM_TYPE", "username", "password"]
        found = peer.call(lambda client: roster_of(client, "both", deadline))
        assert set(found) == {f"echo@{GATEWAY}", f"mirror@{GATEWAY}"}
        try:
            answers = peer.ask({f"echo@{GATEWAY}": "good night"})
            assert answers == {f"echo@{GATEWAY}": "good night"}
            peer.send(f"mirror@{GATEWAY}", "parting")
            inbox = peer.wait_for(
                lambda inbox: any(one.body == "gnitrap" for one in inbox), "hear the mirror", 10
            )
            assert inbox[-1].bare == f"mirror@{GATEWAY}"
            peer.send(f"nobody@{GATEWAY}", "are you there")
            assert error_of(f"nobody@{GATEWAY}") == "item-not-found"
        except PeerError as error:
            raise gateway.fail(str(error)) from error
        assert "Traceback" not in gateway.output, gateway.output


def test_the_gateway_wants_a_registration(server: Prosody, gateway: Program) -> None:
    async def refused(client: Any) -> str:
        from slixmpp.exceptions import IqError

        iq = client.make_iq_set(ito=GATEWAY)
        iq["register"]["remove"] = True
        while True:
            try:
                await iq.send(timeout=30)
            except IqError as error:
                if error.condition not in NOT_THERE_YET:
                    return str(error.condition)
            await asyncio.sleep(0.2)

    with juliet(server, "xep_0004", "xep_0030", "xep_0077") as peer:
        error_of = errors_of(peer)
        assert peer.call(refused) == "registration-required"
        peer.send(f"echo@{GATEWAY}", "hello?")
        assert error_of(f"echo@{GATEWAY}") == "registration-required"
        assert "Traceback" not in gateway.output, gateway.output


def test_the_farm_of_twenty_components(server: Prosody, tmp_path: Path) -> None:
    text = (ROOT / "examples" / "fleet.toml").read_text("utf-8")
    text = text.replace("example.net", server.domain)
    text = text.replace("127.0.0.1:5347", server.component_address)
    shutil.copy(ROOT / "examples" / "farm.py", tmp_path)
    with fleet(tmp_path, text, {"COMPONENT_SECRET": SECRET}) as program, juliet(server) as peer:
        try:
            everybody = dict.fromkeys(SHOPS, "Welcome to")
            peer.ask(everybody, again_every_s=1.0, give_up=lambda: not program.running)
            first = peer.ask({f"anna@{shop}": "visit 1" for shop in SHOPS})
            assert first == {f"anna@{s}": f"anna@{s}: visit 1" for s in SHOPS}
            error_of = errors_of(peer)
            clumsy = f"clumsy@{SHOPS[0]}"
            for _ in range(3):
                peer.send(clumsy, "hello")
            assert error_of(clumsy) == "internal-server-error"
            assert peer.ask({f"anna@{SHOPS[0]}": "visit 2"})
            assert peer.ask({clumsy: "visit 1"})
        except PeerError as error:
            raise program.fail(str(error)) from error
        program.terminate()
        assert program.wait(30) == 0, program.output
