"""What is shown, how often, and where."""

from __future__ import annotations

import io

from rich.console import Console

from actorxmpp.cli.view import (
    DRAW_EVERY,
    LINE_EVERY,
    LinesProgress,
    Progress,
    TableProgress,
    open_progress,
)


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_line_is_written_when_it_changed_and_not_too_often() -> None:
    clock, stream, state = Hand(), io.StringIO(), ["one"]
    with LinesProgress(lambda: state[0], stream, clock) as progress:
        for moved, said in [(0.0, "one"), (0.1, "two"), (LINE_EVERY, "two"), (9.0, "two")]:
            clock.now += moved
            state[0] = said
            progress.tick()
    assert stream.getvalue().splitlines() == ["one", "two"]


def test_what_is_said_is_always_written() -> None:
    stream = io.StringIO()
    progress = LinesProgress(lambda: "x", stream, Hand())
    progress.say("now")
    progress.say("now")
    assert stream.getvalue() == "now\nnow\n"


def test_no_terminal_gets_lines() -> None:
    assert isinstance(open_progress(io.StringIO(), lambda: "", lambda: ""), LinesProgress)


def test_a_table_is_drawn_when_it_is_time_and_at_the_end() -> None:
    clock, drawn = Hand(), []
    console = Console(file=io.StringIO(), force_terminal=True, width=40)

    def table() -> str:
        drawn.append(clock.now)
        return "table"

    with TableProgress(table, console, clock) as progress:
        for moved in (0.0, DRAW_EVERY / 2, DRAW_EVERY, DRAW_EVERY / 3):
            clock.now += moved
            progress.tick()
        progress.say("[bracketed] words")
        progress.close()
        progress.close()
        progress.tick()
    assert len(drawn) == 3
    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[bracketed] words" in output
    assert output.count("\x1b[?25h") >= 1, "the cursor is shown again"


def test_the_silent_one_shows_nothing() -> None:
    with Progress() as progress:
        progress.tick()
        progress.say("x")
