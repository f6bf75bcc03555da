"""A short run of the fuzzer; ``python -m benchmarks fuzz_xml`` runs a long one."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from actorxmpp.xmlstream.tokenizer import Limits, StreamViolation, Tokenizer

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def load(name: str):
    """A module of benchmarks/, which is not installed; what it imports of ours may be."""
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzz_xml = load("fuzz_xml")


def test_mutated_streams():
    seen = fuzz_xml.fuzz(5_000, seed=20_240, report=False)
    assert seen["inputs"] == 5_000
    assert seen["corpus"] > len(fuzz_xml.SEEDS)


pieces = st.lists(
    st.one_of(st.sampled_from(fuzz_xml.TOKENS + fuzz_xml.SEEDS), st.binary(max_size=8)), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(pieces, st.randoms(use_true_random=False))
def test_however_it_is_cut_it_ends_the_same(parts, rng):
    data = fuzz_xml.HEADER + b"".join(parts)
    assert outcome(data, [len(data)]) == outcome(data, cuts(data, rng))


def cuts(data: bytes, rng: random.Random) -> list[int]:
    ends = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(10)))
    return [*ends, len(data)]


def outcome(data: bytes, ends: list[int]) -> tuple[list[object], bool]:
    """What was tokenized, and whether it ended with a violation.

    Which one, where there are several, depends on the pieces: text between stanzas is seen at the
    end of a piece. Limits count what has arrived, so inputs near them may end one piece earlier:
    here they are far off.
    """
    limits = Limits(stanza_bytes=10**7, tag_bytes=10**6, depth=10**4, name_length=10**5)
    tokenizer = Tokenizer(limits)
    events: list[object] = []
    start = 0
    try:
        for end in ends:
            events += tokenizer.feed(data[start:end])
            start = end
    except StreamViolation as violation:
        return [shape(event) for event in [*events, *violation.events]], True
    return [shape(event) for event in events], False


def shape(event: object) -> object:
    return fuzz_xml.tree(event) if isinstance(event, fuzz_xml.ET.Element) else event
