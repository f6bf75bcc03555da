"""The examples of examples/ do what they say, on a real Prosody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .program import ROOT, Program, example
from .servers.prosody import Prosody
from .slix import PeerError, SlixPeer

PASSWORD = "what's in a name"
LINES = 40


@pytest.fixture(scope="module")
def server() -> Iterator[Prosody]:
    """Prosody with an account for the bot, one for the peer, and a component."""
    with Prosody(components={"echo.xmpp.test": "a secret"}) as prosody:
        prosody.add_accounts(dict.fromkeys(("romeo", "juliet"), PASSWORD))
        yield prosody


def ask(server: Prosody, program: Program, jid: str) -> str:
    """What an example answers a slixmpp client."""
    peer = SlixPeer(f"juliet@{server.domain}", PASSWORD, server.address, server.ca_file)
    questions = {jid: "O happy dagger"}
    with peer:
        try:
            answers = peer.ask(questions, again_every_s=1.0, give_up=lambda: not program.running)
        except PeerError as error:
            raise program.fail(str(error)) from error
    return answers[jid]


@pytest.mark.parametrize("file", ["echo_bot.py", "echo_component.py"])
def test_an_example_is_short(file: str) -> None:
    lines = (ROOT / "examples" / file).read_text("utf-8").splitlines()
    assert len(lines) < LINES


def test_the_echo_bot_echoes(server: Prosody, tmp_path: Path) -> None:
    jid = f"romeo@{server.domain}"
    bot = example(
        tmp_path,
        "echo_bot.py",
        "EchoBot",
        jid=jid,
        password=PASSWORD,
        address=server.address,
        ca=server.ca_file,
    )
    with bot:
        assert "O happy dagger" in ask(server, bot, jid)
        bot.terminate()
        assert bot.wait(5) == 0, bot.output


def test_the_echo_component_echoes(server: Prosody, tmp_path: Path) -> None:
    jid = "echo.xmpp.test"
    component = example(
        tmp_path,
        "echo_component.py",
        "EchoComponent",
        jid=jid,
        password=server.components[jid],
        address=server.component_address,
    )
    with component:
        assert "O happy dagger" in ask(server, component, jid)
        component.terminate()
        assert component.wait(5) == 0, component.output
