"""Feeds the tokenizer broken XML: ``python -m benchmarks fuzz_xml --inputs N``.

Each input is a stream that was cut, spliced, repeated or peppered with the things parsers trip
over, fed in random pieces. It must end in stanzas or in a ``StreamViolation``: any other exception,
an input that takes more than a second, or memory that grows with the number of inputs is a failure.
What is parsed is also made into stanza objects, read, written back and parsed again, which must
give the same.

Inputs that reach lines of this library not reached before (every twentieth is traced) are kept and
changed further. The seed is printed: the same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from actorxmpp.exceptions import SerializeError
from actorxmpp.jid import InvalidJID
from actorxmpp.stanza import Iq, Message, Presence, StreamError, StreamFeatures
from actorxmpp.xmlstream.index import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes
from actorxmpp.xmlstream.tokenizer import Limits, StreamViolation, Tokenizer

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
SEEDS = (
    HEADER + b"<message from='a@b/c' type='chat' id='1'><body>hi &amp; bye</body></message>",
    HEADER + b"<presence from='a@b'><show>xa</show><priority>5</priority></presence> \n",
    HEADER + b"<iq type='set'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>",
    HEADER + b"<stream:features><x xmlns='urn:x' xmlns:p='u:p' p:a='1'/></stream:features>",
    HEADER + b"<message type='error'><error type='cancel'><gone "
    b"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message></stream:stream>",
    HEADER + "<message xml:lang='de'><body>ümlaut 😀</body><![CDATA[<x>]]></message>".encode(),
)
TOKENS = (
    b"<", b">", b"/>", b"</", b"'", b'"', b"=", b"&", b";", b"&lt;", b"&#0;", b"&#x1F600;", b"&x;",
    b"<!", b"<!--", b"-->", b"<?", b"?>", b"<![CDATA[", b"]]>", b"<!DOCTYPE a [",
    b"<!ENTITY a 'b'>",
    b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbf\xbe", b" ", b"\n", b"xmlns='",
    b"xmlns:p='",
    b"p:", b"xml:", b"stream:", b"{", b"}", b"\x01", b"<a>", b"</a>", b"<a " + b"x='1' " * 3,
    b"<message>", b"</message>", b"</stream:stream>", HEADER, b"x" * 3000, b"<a>" * 40,
)  # fmt: skip
REGISTRY = StanzaRegistry([Message, Presence, Iq, StreamError, StreamFeatures])
SMALL = Limits(stanza_bytes=4_000, tag_bytes=1_000, depth=20, attributes=10, name_length=60)
#: Corpus inputs kept; more are forgotten at random.
MAX_CORPUS = 400
SLOW_S = 1.0


class Stream:
    default_ns = "jabber:client"
    is_component = False
    use_message_ids = False
    use_presence_ids = False


def mutate(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Returns a changed input: one to four changes."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        at, to = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
        kind = rng.randrange(7)
        if kind == 0:
            data = data[:at] + rng.choice(TOKENS) + data[at:]
        elif kind == 1:
            data = data[:at] + data[to:]
        elif kind == 2:
            data = data[:at] + data[at:to] * 2 + data[to:]
        elif kind == 3:
            data = data[:at] + other[rng.randrange(len(other)) :]
        elif kind == 4 and data:
            at = min(at, len(data) - 1)
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        elif kind == 5:
            data = data[:at] + rng.choice(TOKENS) + data[to:]
        else:
            data = HEADER + data[at:]
    return data[:20_000]


def tree(element: ET.Element) -> tuple[Any, ...]:
    children = [(tree(child), child.tail or "") for child in element]
    return (element.tag, sorted(element.items()), element.text or "", children)


def run_one(data: bytes, rng: random.Random) -> None:
    """Feeds one input in pieces and uses what comes out."""
    tokenizer = Tokenizer(SMALL if rng.random() < 0.7 else None)
    step = rng.choice((1, 7, 64, len(data) or 1))
    try:
        for start in range(0, len(data), step):
            for event in tokenizer.feed(data[start : start + step]):
                if isinstance(event, ET.Element):
                    use(event)
    except StreamViolation as violation:
        for event in violation.events:
            if isinstance(event, ET.Element):
                use(event)
    finally:
        tokenizer.close()


def use(element: ET.Element) -> None:
    """What a session does with a stanza, and the round trip."""
    stanza = REGISTRY.build(element, Stream())
    try:
        _ = stanza.values
        stanza.reply()
    except InvalidJID:
        pass
    try:
        data = to_bytes(element)
    except SerializeError:
        return  # names XML allows and we do not write, such as those with a colon
    (again,) = Tokenizer().feed(HEADER + data)[1:]
    if tree(again) != tree(element):
        raise AssertionError(f"written differently: {data[:200]!r}")


class Coverage:
    """Lines of our XML code that were reached."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self.new = False

    def trace(self, frame: Any, event: str, _arg: Any) -> Any:
        filename = frame.f_code.co_filename
        if "/actorxmpp/" not in filename:
            return None
        if event == "line":
            line = (filename, frame.f_lineno)
            if line not in self.lines:
                self.lines.add(line)
                self.new = True
        return self.trace

    def reaches_new(self, data: bytes, rng: random.Random) -> bool:
        self.new = False
        sys.settrace(self.trace)
        try:
            run_one(data, rng)
        finally:
            sys.settrace(None)
        return self.new


def memory_kib() -> int:
    gc.collect()
    with Path("/proc/self/statm").open() as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024


def fuzz(inputs: int, seed: int, *, report: bool = True) -> dict[str, float]:
    """Runs the inputs and returns what was seen; raises at the first failure."""
    rng = random.Random(seed)
    corpus = list(SEEDS)
    coverage = Coverage()
    slowest = 0.0
    at_tenth = 0
    started = time.perf_counter()
    for number in range(inputs):
        data = mutate(rng.choice(corpus), rng.choice(corpus), rng)
        before = time.process_time()
        try:
            if number % 20 == 0 and coverage.reaches_new(data, rng):
                corpus.append(data)
                if len(corpus) > MAX_CORPUS:
                    corpus.pop(rng.randrange(len(SEEDS), len(corpus)))
            elif number % 20:
                run_one(data, rng)
        except BaseException:
            print(f"input {number} of seed {seed}: {data!r}", file=sys.stderr)
            raise
        slowest = max(slowest, time.process_time() - before)
        if slowest > SLOW_S:
            raise AssertionError(f"input {number} of seed {seed} took {slowest:.2f} s: {data!r}")
        if number == inputs // 10:
            at_tenth = memory_kib()
        if report and number and number % 100_000 == 0:
            print(f"{number} inputs, {len(corpus)} kept, {memory_kib()} KiB", flush=True)
    grown = memory_kib() - at_tenth
    if grown > 20_000:
        raise AssertionError(
            f"memory grew by {grown} KiB between a tenth of the inputs and the end"
        )
    return {
        "inputs": inputs,
        "seconds": time.perf_counter() - started,
        "slowest_ms": slowest * 1000,
        "grown_kib": grown,
        "lines": len(coverage.lines),
        "corpus": len(corpus),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks fuzz_xml", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args(argv)
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    print(f"seed {seed}")
    seen = fuzz(options.inputs, seed)
    print(
        "{inputs} inputs in {seconds:.0f} s: no crash, slowest {slowest_ms:.1f} ms, memory "
        "{grown_kib:+} KiB, {lines} lines reached, {corpus} inputs kept".format(**seen)
    )
    if options.json:
        alone: dict[str, Any] = {"peers": {}, "ratio": None}
        slowest = {"unit": "ms", "ours": seen["slowest_ms"], "target": 1_000, **alone}
        grown = {"unit": "KiB", "ours": seen["grown_kib"], "target": 20_000, **alone}
        rows = {"fuzz_xml.slowest_input": slowest, "fuzz_xml.memory_growth": grown}
        Path(options.json).write_text(json.dumps(rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
