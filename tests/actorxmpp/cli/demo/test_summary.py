"""The result: what counts as well, and what it looks like."""

from __future__ import annotations

import json
from dataclasses import replace

from actorxmpp.cli.demo.summary import Summary

GOOD = Summary(
    sessions=200,
    sessions_up=200,
    components=2,
    components_up=2,
    messages_sent=8000,
    messages_received=8000,
    lost=0,
    sent_again=31,
    duplicated=12,
    connections_cut=20,
    handlers_crashed=20,
    restarts={"dispatcher": 20, "parser": 20},
    latency_ms={"p50": 4.0, "p99": 900.0},
    rss_kib_per_session=51.5,
    seconds=27.1,
    seed=7,
)


def test_it_is_well_when_all_are_up_and_nothing_is_lost() -> None:
    assert GOOD.ok
    assert not replace(GOOD, sessions_up=199).ok
    assert not replace(GOOD, components_up=1).ok
    assert not replace(GOOD, lost=1).ok


def test_json_has_the_promised_fields() -> None:
    data = json.loads(json.dumps(GOOD.as_json()))
    promised = (
        "sessions sessions_up messages_sent messages_received lost duplicated connections_cut "
        "handlers_crashed restarts latency_ms rss_kib_per_session seconds"
    )
    assert set(promised.split()) <= set(data)
    assert set(data["latency_ms"]) == {"p50", "p99"}
    assert data["restarts"]["dispatcher"] == 20


def test_the_text_says_the_same() -> None:
    text = "\n".join(GOOD.lines())
    for said in ("200 of 200 clients", "lost 0", "20 connections cut", "20 dispatcher", "seed 7"):
        assert said in text
    assert "restarts    none" in "\n".join(replace(GOOD, restarts={}).lines())
