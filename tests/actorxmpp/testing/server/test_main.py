"""``python -m actorxmpp.testing.server`` by hand: what it says, what it refuses, how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]


def test_by_hand_it_says_where_it_listens() -> None:
    command = [sys.executable, "-m", "actorxmpp.testing.server", "--accounts-password", "secret"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        said = dict(line.split(maxsplit=1) for line in lines[1:5])
        assert "demos and tests" in lines[0]
        ca_file = Path(said["ca_file"].strip())
        assert ca_file.is_file()
        assert said["clients"].startswith("127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert not ca_file.parent.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999"], "port: "),
        (["--domain", "a@b"], "domain: "),
        (["--account", "romeo"], "--account: expected name:secret"),
        (["--account", "a@b:x"], "user: "),
        (["--component", "localhost:x"], "jid: "),
        (["--host", "192.0.2.1"], "can't listen on 192.0.2.1"),
    ],
)
def test_by_hand_a_bad_option_is_said_plainly(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "actorxmpp.testing.server", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, cwd=ROOT, text=True)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_says_what_it_is_for() -> None:
    command = [sys.executable, "-m", "actorxmpp.testing.server", "--help"]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True)
    assert "not for production" in done.stdout.lower()
    for option in ("--domain", "--port", "--component-port", "--accounts-password", "--seed"):
        assert option in done.stdout
