"""The live table."""

from __future__ import annotations

import io

from rich.console import Console

from actorxmpp.cli.tables import COLORS, fleet_table
from actorxmpp.fleet.status import session_row, summarize
from actorxmpp.status import SessionState, SessionStatus


def test_it_shows_states_restarts_and_the_parked() -> None:
    parked = SessionStatus(SessionState.PARKED, "not-authorized [really]")
    statuses = [SessionStatus(SessionState.CONNECTED, connections=1)] * 1200 + [parked]
    table = fleet_table(
        "fleet.toml",
        summarize(statuses, {"parser": 3}),
        [session_row("bot7@x", parked, 0.0)],
        rss_kib=2048,
        seconds=61.0,
    )
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for said in ("fleet.toml", "1,200", "restarts of parser", "2 MiB", "61 s", "parked bot7@x"):
        assert said in text
    assert "not-authorized [really]" in text
    assert "disconnected" not in text


def test_every_state_has_a_color() -> None:
    assert set(COLORS) == set(SessionState)
