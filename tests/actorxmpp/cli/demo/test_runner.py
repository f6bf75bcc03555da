"""A whole demo, small: what comes of it, and what happens when its server goes away."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from actorxmpp.cli.demo.options import DemoOptions
from actorxmpp.cli.demo.runner import Demo
from actorxmpp.cli.demo.view import DemoView
from actorxmpp.testing.server import EmbeddedServerError

ROOT = Path(__file__).resolve().parents[4]


def demo(options: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "actorxmpp.cli", "demo", *options.split()],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_a_small_demo_ends_well_and_says_so_in_json() -> None:
    done = demo("--sessions 8 --components 2 --duration 1.5 --seed 5 --json")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["sessions"], result["sessions_up"]) == (8, 8)
    assert (result["components"], result["components_up"]) == (2, 2)
    assert result["messages_sent"] == result["messages_received"] > 0
    assert result["lost"] == 0
    assert result["connections_cut"] >= 10
    assert result["handlers_crashed"] == 10
    assert result["restarts"]["dispatcher"] == 10
    assert 0 < result["latency_ms"]["p50"] <= result["latency_ms"]["p99"]
    assert "Traceback" not in done.stderr
    assert "messages answered" in done.stderr


def test_without_json_the_end_is_text() -> None:
    done = demo("--sessions 2 --components 0 --duration 0.5 --seed 5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 clients" in done.stdout
    assert "lost 0" in done.stdout


@pytest.mark.parametrize("option", ["--sessions=0", "--duration=0", "--components=-1"])
def test_sizes_out_of_range_are_refused(option: str) -> None:
    done = demo(option)
    assert done.returncode == 2
    assert "range" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_goes_away_is_an_error_and_not_a_summary() -> None:
    view = DemoView()

    def tick() -> None:
        playing = view.demo
        assert playing is not None
        view.line()
        view.table()
        if playing.act == "traffic and trouble" and playing.stage is not None:
            playing.stage.server.kill()

    async def main() -> None:
        view.demo = Demo(DemoOptions(sessions=3, components=1, duration=10.0), tick)
        await view.demo.run()

    with pytest.raises(EmbeddedServerError):
        asyncio.run(main())
