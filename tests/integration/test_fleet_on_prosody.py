"""``actorxmpp run`` against a real Prosody, seen from a slixmpp client.

The fleet runs as a user runs it: its own process, a fleet file, secrets in the environment.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .program import Program, fleet
from .servers.prosody import Prosody
from .slix import PeerError, SlixPeer

DOMAIN = "xmpp.test"
BOTS = 50
COMPONENTS = 2
PASSWORD = "wherefore art thou"
SECRET = "a plague o' both your houses"
ENVIRONMENT = {"BOT_PASSWORD": PASSWORD, "COMPONENT_SECRET": SECRET}
UP_TIMEOUT_S = 60.0
AGAIN_EVERY_S = 2.0
STOP_LIMIT_S = 5.0


@pytest.fixture(scope="module")
def server() -> Iterator[Prosody]:
    """Prosody with 50 accounts for bots, two components and an account for the peer."""
    components = {f"gw{n}.{DOMAIN}": SECRET for n in range(1, COMPONENTS + 1)}
    with Prosody(DOMAIN, components=components) as prosody:
        prosody.add_accounts({f"bot{n}": PASSWORD for n in range(1, BOTS + 1)})
        prosody.add_accounts({"juliet": "juliet's"})
        yield prosody


def juliet(server: Prosody) -> SlixPeer:
    """The slixmpp client that talks to the fleet."""
    return SlixPeer(f"juliet@{DOMAIN}/balcony", "juliet's", server.address, server.ca_file)


def clients_table(server: Prosody, *, name: str = "bot", count: int = BOTS, ca: bool = True) -> str:
    """The part of a fleet file that states echo bots."""
    trust = f'ca_file = "{server.ca_file}"\n' if ca else ""
    return (
        f'[[clients]]\nbot = "fleetbots:EchoBot"\njid = "{name}{{n}}@{DOMAIN}"\n'
        f'count = {count}\nserver = "{server.address}"\npassword_env = "BOT_PASSWORD"\n{trust}'
    )


def components_table(server: Prosody) -> str:
    """The part of a fleet file that states echo components."""
    return (
        f'[[components]]\nbot = "fleetbots:EchoGateway"\njid = "gw{{n}}.{DOMAIN}"\n'
        f'count = {COMPONENTS}\nserver = "{server.component_address}"\n'
        'secret_env = "COMPONENT_SECRET"\n'
    )


def everybody(word: str) -> dict[str, str]:
    """A question for each of the 52."""
    jids = [f"bot{n}@{DOMAIN}" for n in range(1, BOTS + 1)]
    jids += [f"gw{n}.{DOMAIN}" for n in range(1, COMPONENTS + 1)]
    return {jid: f"{word} {jid}" for jid in jids}


def ask(server: Prosody, program: Program, questions: dict[str, str]) -> dict[str, str]:
    """Ask until everybody has answered or the fleet has ended."""
    with juliet(server) as peer:
        try:
            return peer.ask(
                questions,
                timeout_s=UP_TIMEOUT_S,
                again_every_s=AGAIN_EVERY_S,
                give_up=lambda: not program.running,
            )
        except PeerError as error:
            raise program.fail(str(error)) from error


def assert_all_echo(server: Prosody, program: Program, word: str) -> None:
    """Each of the 52 answers with what it was asked."""
    questions = everybody(word)
    answers = ask(server, program, questions)
    assert answers == {jid: f"echo: {body}" for jid, body in questions.items()}


def assert_ends_well(program: Program) -> None:
    """SIGTERM ends the program in time, with code 0, each stream closed and no traceback."""
    program.terminate()
    code = program.wait(STOP_LIMIT_S)
    if code != 0 or "Traceback" in program.output or "cut off" in program.output:
        raise program.fail(f"ended with {code}")


def test_the_fleet_echoes_outlives_a_killed_server_and_ends_on_sigterm(
    server: Prosody, tmp_path: Path
) -> None:
    tables = clients_table(server) + components_table(server)
    with fleet(tmp_path, tables, ENVIRONMENT) as program:
        assert_all_echo(server, program, "good morrow")
        server.kill()
        # Long enough for every session to have failed at least one attempt to come back.
        time.sleep(3)
        assert program.running, program.fail("the fleet ended with the server")
        server.start()
        assert_all_echo(server, program, "good night")
        assert_ends_well(program)


def test_a_second_sigterm_does_not_wait_for_the_server(server: Prosody, tmp_path: Path) -> None:
    with fleet(tmp_path, clients_table(server, count=5), ENVIRONMENT) as program:
        ask(server, program, {f"bot{n}@{DOMAIN}": "are you there" for n in range(1, 6)})
        server.pause()
        try:
            program.terminate()
            time.sleep(0.3)
            assert program.running, program.fail("the first SIGTERM didn't wait for the server")
            program.terminate()
            # Ended by the signal; the first one's way out ends with 0, some seconds later.
            assert program.wait(10) == -signal.SIGTERM
        finally:
            server.resume()
        assert "Traceback" not in program.output, program.output


def test_one_wrong_password_parks_one_session(server: Prosody, tmp_path: Path) -> None:
    accounts = {f"park{n}": PASSWORD for n in range(1, BOTS + 1)}
    server.add_accounts({**accounts, "park7": "not what the fleet has"})
    with fleet(tmp_path, clients_table(server, name="park"), ENVIRONMENT) as program:
        right = [f"{user}@{DOMAIN}" for user in accounts if user != "park7"]
        ask(server, program, dict.fromkeys(right, "are you there"))
        program.wait_for_output(r"park7@.*parked.*not-authorized", 60)
        # Not a loop, hot or slow: the server saw it try, and the number doesn't grow.
        tried = server.failed_logins("park7")
        time.sleep(5)
        assert tried == server.failed_logins("park7")
        assert 1 <= tried <= 3
        assert PASSWORD not in program.output
        assert_ends_well(program)


def test_an_untrusted_certificate_is_refused_with_its_reason(
    server: Prosody, tmp_path: Path
) -> None:
    before = server.logins()
    with fleet(tmp_path, clients_table(server, count=2, ca=False), ENVIRONMENT) as program:
        program.wait_for_output(r"certificate of xmpp\.test was refused: its issuer is not", 60)
        assert_ends_well(program)
    assert server.logins() == before


def test_a_certificate_for_another_name_is_refused_with_its_reason(tmp_path: Path) -> None:
    with Prosody("elsewhere.test") as elsewhere:
        elsewhere.add_host(DOMAIN)
        elsewhere.restart()
        with fleet(tmp_path, clients_table(elsewhere, count=1), ENVIRONMENT) as program:
            program.wait_for_output(r"certificate of xmpp\.test was refused: .*another host", 60)
            assert_ends_well(program)
        assert elsewhere.logins() == 0
