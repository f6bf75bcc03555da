"""A farm in one process on a real Prosody: one component's bot crashes, nobody else notices."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from .program import Program, fleet
from .servers.prosody import Prosody
from .slix import PeerError, SlixPeer

DOMAIN = "xmpp.test"
CLIENTS = 500
COMPONENTS = 50
CRASHING = f"gw{COMPONENTS}.{DOMAIN}"
CRASH_S = 30.0
CRASH_EVERY_S = 1.0
ANSWER_S = 30.0
UP_S = 90.0
PASSWORD = "wherefore art thou"
SECRET = "a plague o' both your houses"
ENVIRONMENT = {"BOT_PASSWORD": PASSWORD, "COMPONENT_SECRET": SECRET}


@pytest.fixture(scope="module")
def server() -> Iterator[Prosody]:
    """Prosody with 500 accounts, 50 components and an account for the peer."""
    components = {f"gw{n}.{DOMAIN}": SECRET for n in range(1, COMPONENTS + 1)}
    # The archive rewrites itself for each message once it is full: the server would be measured.
    settings = {"modules_disabled": ["s2s", "mam"]}
    with Prosody(DOMAIN, components=components, settings=settings) as prosody:
        prosody.add_accounts({f"bot{n}": PASSWORD for n in range(1, CLIENTS + 1)})
        prosody.add_accounts({"juliet": "juliet's"})
        yield prosody


def tables(server: Prosody) -> str:
    """The fleet file."""
    return f"""
[fleet]
connect_rate = 100
connect_burst = 50

[[components]]
bot = "fleetbots:EchoGateway"
jid = "gw{{n}}.{DOMAIN}"
count = {COMPONENTS - 1}
server = "{server.component_address}"
secret_env = "COMPONENT_SECRET"

[[components]]
bot = "componentcrash:Crashing"
jid = "{CRASHING}"
server = "{server.component_address}"
secret_env = "COMPONENT_SECRET"
on_handler_error = "restart"

[[clients]]
bot = "fleetbots:EchoBot"
jid = "bot{{n}}@{DOMAIN}"
count = {CLIENTS}
server = "{server.address}"
password_env = "BOT_PASSWORD"
ca_file = "{server.ca_file}"
"""


def others(word: str) -> dict[str, str]:
    """A question for everybody but the one that crashes."""
    jids = [f"bot{n}@{DOMAIN}" for n in range(1, CLIENTS + 1)]
    jids += [f"gw{n}.{DOMAIN}" for n in range(1, COMPONENTS)]
    return {jid: f"{word} {jid}" for jid in jids}


def test_one_component_crashes_and_nobody_else_misses_an_answer(
    server: Prosody, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = SlixPeer(f"juliet@{DOMAIN}/balcony", "juliet's", server.address, server.ca_file)
    with fleet(tmp_path, tables(server), ENVIRONMENT) as program, peer:
        try:
            rounds = crash_and_ask(peer, program)
        except PeerError as error:
            raise program.fail(str(error)) from error
        crashes = program.output.count("Unhandled exception in DispatcherActor")
        with capsys.disabled():
            print(
                f"\n{CLIENTS} clients and {COMPONENTS} components: {rounds} rounds of "
                f"{len(others(''))} questions, all answered; {crashes} crashes"
            )
        assert program.running
        assert crashes >= 10
        # Each question got one answer, and no answer came twice.
        bodies = Counter(one.body for one in peer.inbox if one.body.startswith("echo: round "))
        assert len(bodies) == rounds * len(others(""))
        assert set(bodies.values()) == {1}
        program.terminate()
        assert program.wait(30) == 0, program.output


def crash_and_ask(peer: SlixPeer, program: Program) -> int:
    """Crash one component each second and ask everybody else; returns how many times."""
    everybody = {**others("good morrow"), CRASHING: "good morrow"}
    peer.ask(everybody, timeout_s=UP_S, again_every_s=5.0, give_up=lambda: not program.running)
    rounds = 0
    began = time.monotonic()
    while time.monotonic() - began < CRASH_S:
        due = time.monotonic() + CRASH_EVERY_S
        peer.send(CRASHING, "crash")
        # Asked once: who doesn't answer this question has missed it.
        peer.ask(others(f"round {rounds}"), timeout_s=ANSWER_S)
        rounds += 1
        time.sleep(max(0.0, due - time.monotonic()))
    return rounds
