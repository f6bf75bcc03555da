"""Results of a benchmark: as a table for people, as JSON for comparing.

The JSON is {name: {unit, ours, peers: {peer: value}, ratio, target}}; `ratio` is ours divided by
the best peer's, null without peers; `target` is what ours should be, null when there is none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Result:
    """One measured thing; lower is better."""

    name: str
    unit: str
    ours: float
    target: float | None = None
    peers: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        best = min(self.peers.values(), default=None)
        return None if not best else self.ours / best


def table(results: Iterable[Result]) -> str:
    results = list(results)
    peers = list(dict.fromkeys(peer for result in results for peer in result.peers))
    rows = [["", "unit", "ours", "target", *peers]]
    for result in results:
        target = "" if result.target is None else number(result.target)
        others = [number(result.peers[p]) if p in result.peers else "-" for p in peers]
        rows.append([result.name, result.unit, number(result.ours), target, *others])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def write_json(path: str, results: Iterable[Result]) -> None:
    content = {
        result.name: {
            "unit": result.unit,
            "ours": result.ours,
            "peers": result.peers,
            "ratio": result.ratio,
            "target": result.target,
        }
        for result in results
    }
    Path(path).write_text(json.dumps(content, indent=2) + "\n")
