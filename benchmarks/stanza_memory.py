"""Memory of a parsed message and its stanza object, ours and slixmpp 1.17's, in one run.

``python -m benchmarks stanza_memory [--json FILE]``. The same bytes, about 200, are parsed many
times by both as each does it on a stream, and all stanzas are kept. Measured is what the allocator
holds for each (tracemalloc): when it was built, and after a handler read it.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actorxmpp.stanza import Iq, Message, Presence
from actorxmpp.xmlstream.index import StanzaRegistry
from actorxmpp.xmlstream.tokenizer import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
COUNT = 2_000
TARGET = 1.5


def message(number: int) -> bytes:
    return (
        f"<message from='juliet@example.com/balcony' to='romeo@example.net/orchard' type='chat' "
        f"id='m{number:08}'><body>Wherefore art thou, Romeo? {number:08}</body>"
        f"<active xmlns='http://jabber.org/protocol/chatstates'/></message>"
    ).encode()


class Stream:
    default_ns = "jabber:client"
    is_component = False
    use_message_ids = True


def ours() -> Callable[[bytes], Any]:
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    registry = StanzaRegistry([Message, Presence, Iq])
    stream = Stream()

    def parse(data: bytes) -> Any:
        (element,) = tokenizer.feed(data)
        return registry.build(element, stream)

    return parse


def slixmpps() -> Callable[[bytes], Any]:
    from slixmpp.stanza import Message as Theirs
    from slixmpp.xmlstream import ET

    parser = ET.XMLPullParser(("start", "end"))
    parser.feed(HEADER)
    root = next(iter(parser.read_events()))[1]
    stream = Stream()

    def parse(data: bytes) -> Any:
        parser.feed(data)
        depth = 0
        for event, element in parser.read_events():
            depth += 1 if event == "start" else -1
            if depth == 0:
                root.clear()
                return Theirs(stream, element, recv=True)
        raise AssertionError("no stanza")

    return parse


def bytes_each(make: Callable[[], Callable[[bytes], Any]], *, read: bool) -> float:
    """Returns the bytes one kept stanza takes; with ``read``, after a handler looked at it."""
    parse = make()
    texts = [message(number) for number in range(COUNT)]
    parse(texts[0])["body"]
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [parse(text) for text in texts]
    if read:
        for stanza in kept:
            _ = stanza["body"], stanza["from"], stanza["type"]
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    del kept
    return taken / COUNT


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks stanza_memory", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args(argv)
    rows: dict[str, dict[str, Any]] = {}
    for name, read in (("stanza_memory.built", False), ("stanza_memory.read", True)):
        mine, theirs = bytes_each(ours, read=read), bytes_each(slixmpps, read=read)
        rows[name] = {
            "unit": "bytes",
            "ours": round(mine),
            "peers": {"slixmpp 1.17": round(theirs)},
            "ratio": round(theirs / mine, 2),
            "target": TARGET,
        }
        print(
            f"{name}: {len(message(0))}-byte message: ours {mine:,.0f} bytes, "
            f"slixmpp {theirs:,.0f} bytes, {theirs / mine:.1f}x"
        )
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
