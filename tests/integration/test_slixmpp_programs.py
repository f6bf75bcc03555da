"""Programs published with slixmpp run unchanged on this framework, against a real Prosody.

They are the examples of slixmpp's source distribution, fetched when the tests run. They look their
server up in the DNS, as their users' do; ``as_slixmpp`` is told to go to the test's server instead.
The peer on the other side is slixmpp itself.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tarfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slixmpp.exceptions import XMPPError

from .program import Program
from .servers.prosody import Prosody
from .slix import PeerError, SlixPeer

VERSION = "1.17.0"
DOWNLOAD_TIMEOUT_S = 300.0
TIMEOUT_S = 30.0
PASSWORD = "what's in a name"
ROOM = "verona@rooms.xmpp.test"
ACCOUNTS = ("romeo", "juliet", "mercutio", "benvolio")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with slixmpp's examples."""
    folder = tmp_path_factory.mktemp("slixmpp")
    wanted = ["--no-deps", "--no-binary", "slixmpp", f"slixmpp=={VERSION}"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), *wanted],
        capture_output=True,
        text=True,
        timeout=DOWNLOAD_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"slixmpp's source can't be fetched:\n{done.stdout}{done.stderr}"
    with tarfile.open(next(folder.glob("slixmpp-*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("slixmpp-*/examples"))


@pytest.fixture(scope="module")
def server() -> Iterator[Prosody]:
    """Prosody with accounts, a component and chat rooms that are open as soon as they are made."""
    with Prosody(
        components={"echo.xmpp.test": "a secret"}, settings={"muc_room_locking": False}
    ) as prosody:
        prosody.add_accounts(dict.fromkeys(ACCOUNTS, PASSWORD))
        yield prosody


class Stage:
    """Runs slixmpp's examples against a server."""

    def __init__(self, server: Prosody, examples: Path, folder: Path) -> None:
        self.server = server
        self._examples = examples
        self._folder = folder

    def program(self, name: str, user: str, *arguments: str, resource: str = "") -> Program:
        """One of the examples, logged in as a user."""
        jid = f"{user}@{self.server.domain}" + (f"/{resource}" if resource else "")
        account = ("-j", jid, "-p", PASSWORD)
        return self.plain_program(name, *account, *arguments)

    def plain_program(self, name: str, *arguments: str) -> Program:
        """One of the examples."""
        where = ("--server", self.server.address, "--ca-file", str(self.server.ca_file))
        file = str(self._examples / name)
        command = [sys.executable, "-m", "actorxmpp.as_slixmpp", *where, file, *arguments]
        return Program(command, self._folder)

    def peer(self, *plugins: str) -> SlixPeer:
        """Juliet, with slixmpp."""
        jid = f"juliet@{self.server.domain}/balcony"
        return SlixPeer(jid, PASSWORD, self.server.address, self.server.ca_file, plugins=plugins)


@pytest.fixture
def stage(server: Prosody, examples: Path, tmp_path: Path) -> Stage:
    return Stage(server, examples, tmp_path)


def test_the_echo_client(stage: Stage) -> None:
    with stage.program("echo_client.py", "romeo") as program, stage.peer() as juliet:
        answers = juliet.ask(
            {"romeo@xmpp.test": "O happy dagger"},
            again_every_s=1.0,
            give_up=lambda: not program.running,
        )
        assert answers == {"romeo@xmpp.test": "Thanks for sending\nO happy dagger"}


def test_the_echo_component(stage: Stage) -> None:
    host, _, port = stage.server.component_address.rpartition(":")
    arguments = ("-j", "echo.xmpp.test", "-p", "a secret", "-s", host, "-P", port)
    with stage.plain_program("echo_component.py", *arguments) as program, stage.peer() as juliet:
        answers = juliet.ask(
            {"echo.xmpp.test": "Speak again"},
            again_every_s=1.0,
            give_up=lambda: not program.running,
        )
        assert answers == {"echo.xmpp.test": "Thanks for sending\nSpeak again"}


def test_ping(stage: Stage) -> None:
    with stage.program("ping.py", "romeo", "-t", "xmpp.test") as program:
        program.wait_for_output(r"Success! RTT: \d+\.\d+", TIMEOUT_S)
        assert program.wait(TIMEOUT_S) == 0


def test_ping_of_somebody_who_is_not_there(stage: Stage) -> None:
    with stage.program("ping.py", "romeo", "-t", "tybalt@xmpp.test/grave") as program:
        program.wait_for_output("Error pinging .*: service-unavailable", TIMEOUT_S)
        assert program.wait(TIMEOUT_S) == 0


def test_the_disco_browser(stage: Stage) -> None:
    with stage.program("disco_browser.py", "romeo", "all", "xmpp.test") as program:
        assert program.wait(TIMEOUT_S) == 0, program.output
        assert "XMPP Service Discovery: xmpp.test" in program.output
        assert "  - ('server', 'im', None, 'Prosody')" in program.output
        assert "  - urn:xmpp:ping" in program.output
        assert "  - (JID('rooms.xmpp.test'), None, " in program.output


def test_a_wrong_password_ends_the_program(stage: Stage) -> None:
    arguments = ("-j", "romeo@xmpp.test", "-p", "wrong", "info", "xmpp.test")
    with stage.plain_program("disco_browser.py", *arguments) as program:
        program.wait(TIMEOUT_S)
        assert "XMPP Service Discovery" not in program.output


def test_the_chat_room_bot(stage: Stage) -> None:
    with (
        stage.program("muc.py", "romeo", "-r", ROOM, "-n", "greeter") as program,
        stage.peer("xep_0045") as juliet,
    ):

        async def enter(client: Any) -> None:
            await client.plugin["xep_0045"].join_muc_wait(ROOM, "juliet", timeout=TIMEOUT_S)

        juliet.call(enter)
        # Who comes first is the room's owner, and so its moderator.
        wait_for_body(program, juliet, "Hello, (participant|moderator) juliet")
        juliet.send(ROOM, "is greeter listening?", type="groupchat")
        wait_for_body(program, juliet, r"I heard that, juliet\.")


def test_the_provider_and_the_user_of_a_command(stage: Stage) -> None:
    with (
        stage.program("adhoc_provider.py", "mercutio", resource="bot") as provider,
        stage.peer("xep_0050") as juliet,
    ):
        # A slixmpp peer first: it also tells when the provider is ready.
        juliet.call(wait_for_command(f"mercutio@{stage.server.domain}/bot"))
        arguments = ("-o", f"mercutio@{stage.server.domain}/bot", "-g", "Good morrow")
        with stage.program("adhoc_user.py", "benvolio", *arguments) as user:
            user.wait_for_output("Good morrow, World!", TIMEOUT_S)
            assert "COMMAND:" not in user.output
        assert "Traceback" not in provider.output


def test_a_message_is_sent_before_the_session_ends(stage: Stage) -> None:
    with (
        stage.peer() as juliet,
        stage.program(
            "send_client.py", "romeo", "-t", "juliet@xmpp.test", "-m", "Farewell"
        ) as program,
    ):
        assert program.wait(TIMEOUT_S) == 0
        wait_for_body(program, juliet, "Farewell")


def test_stanzas_of_the_programs_own(stage: Stage) -> None:
    folder = "custom_stanzas/custom_stanza_"
    with (
        stage.program(f"{folder}provider.py", "mercutio", resource="bot") as provider,
        stage.peer("xep_0199") as juliet,
    ):
        juliet.call(wait_for_anybody("mercutio@xmpp.test/bot"))
        with stage.program(f"{folder}user.py", "benvolio", "-o", "mercutio@xmpp.test/bot") as user:
            provider.wait_for_output("<method>is_prime", TIMEOUT_S)
            provider.wait_for_output("<method>bye", TIMEOUT_S)
            # Both go on running: only their sessions end.
            assert "error" not in user.output


def wait_for_anybody(jid: str) -> Callable[[Any], Awaitable[None]]:
    """Wait until somebody is there."""

    async def ask(client: Any) -> None:
        deadline = asyncio.get_running_loop().time() + TIMEOUT_S
        while asyncio.get_running_loop().time() < deadline:
            try:
                await client.plugin["xep_0199"].send_ping(jid, timeout=30)
            except XMPPError as error:
                if error.condition == "service-unavailable":  # the server says so
                    await asyncio.sleep(0.2)
                    continue
            return
        raise PeerError(f"{jid} isn't there after {TIMEOUT_S} s")

    return ask


def wait_for_command(jid: str) -> Callable[[Any], Awaitable[None]]:
    """Wait until somebody offers a command."""

    async def ask(client: Any) -> None:
        deadline = asyncio.get_running_loop().time() + TIMEOUT_S
        while asyncio.get_running_loop().time() < deadline:
            try:
                answer = await client.plugin["xep_0050"].get_commands(jid, timeout=30)
            except XMPPError:
                answer = None
            if answer is not None and answer["disco_items"]["items"]:
                return
            await asyncio.sleep(0.2)
        raise PeerError(f"{jid} offers no command in {TIMEOUT_S} s")

    return ask


def wait_for_body(program: Program, peer: SlixPeer, pattern: str) -> None:
    """Wait until the peer has received a message with such a body."""
    try:
        peer.wait_for(
            lambda inbox: any(re.fullmatch(pattern, message.body) for message in inbox),
            f"receive {pattern!r}",
            TIMEOUT_S,
        )
    except PeerError as error:
        raise program.fail(f"{error}; received: {peer.inbox}") from error
