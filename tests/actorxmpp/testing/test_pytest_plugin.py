"""The pytest plugin: its fixtures start and end what they say, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import actorxmpp

ROOT = Path(actorxmpp.__file__).parents[1]
PLUGIN = "actorxmpp.testing.pytest_plugin"

BOTS = """
from actorxmpp import ClientXMPP, ComponentXMPP

class EchoBot(ClientXMPP):
    def __init__(self, jid, password, prefix=""):
        super().__init__(jid, password)
        self.add_event_handler("message", lambda msg: msg.reply(prefix + msg["body"]).send())

class EchoComponent(ComponentXMPP):
    def __init__(self, jid, secret):
        super().__init__(jid, secret)
        self.add_event_handler("message", lambda msg: msg.reply(msg["body"]).send())
"""


def run_pytest(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests in a new pytest with the plugin and nothing else."""
    file = folder / "test_bots.py"
    file.write_text(source, "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
    }
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "-p", PLUGIN, *options, file.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_bots_and_components_talk_on_the_server_in_memory(tmp_path: Path) -> None:
    done = run_pytest(
        tmp_path,
        BOTS
        + """
async def test_a_bot_answers(xmpp_client_factory):
    await xmpp_client_factory(EchoBot, "echo@localhost/bot", "secret", prefix="echo ")
    juliet = await xmpp_client_factory(jid="juliet@localhost/balcony")
    juliet.send_message("echo@localhost/bot", "hello", mtype="chat")
    assert (await juliet.wait_until("message"))["body"] == "echo hello"

async def test_a_component_answers(xmpp_client_factory):
    await xmpp_client_factory(EchoComponent("echo.localhost", "secret"))
    juliet = await xmpp_client_factory(jid="juliet@localhost/balcony")
    juliet.send_message("echo.localhost", "hello", mtype="chat")
    assert (await juliet.wait_until("message"))["body"] == "hello"

def test_plain_tests_can_use_it_as_well(xmpp_loop, xmpp_server, xmpp_client_factory):
    juliet = xmpp_loop.run_until_complete(xmpp_client_factory())
    assert len(xmpp_server.connector.attempts) == 1
    assert juliet.is_connected()
""",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_failure_in_an_async_test_is_a_failure(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "async def test_it(xmpp_loop):\n    assert 1 == 2\n")
    assert "1 failed" in done.stdout
    assert "assert 1 == 2" in done.stdout


def test_a_session_that_cannot_log_in_says_why(tmp_path: Path) -> None:
    done = run_pytest(
        tmp_path,
        "async def test_it(xmpp_client_factory):\n    await xmpp_client_factory(password='x')\n",
    )
    assert "1 failed" in done.stdout
    assert "tester@localhost/test is parked: not-authorized" in done.stdout


def test_a_test_on_another_loop_is_told_so(tmp_path: Path) -> None:
    done = run_pytest(
        tmp_path,
        "import asyncio\n"
        "def test_it(xmpp_client_factory):\n"
        "    async def main():\n"
        "        await xmpp_client_factory()\n"
        "    asyncio.run(main())\n",
    )
    assert "1 failed" in done.stdout
    assert "on another loop than its server" in done.stdout


def test_async_tests_without_the_fixtures_are_left_to_others(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "async def test_it():\n    pass\n")
    assert "natively supported" in done.stdout
