"""What plugins cost: matching a message, and memory of a session, with two plugins and with all.

``python -m benchmarks plugins [--json FILE] [--sessions N]``. Matching is the look-up of handlers
for a chat message; taking in is parsing it, making its stanza object and matching. The target is at
most 20% more with all plugins than with two. Memory is what the allocator holds (tracemalloc) for
each session object that is made and not connected, beside slixmpp's with the same plugins and one
TLS context for all.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING, Any

from actorxmpp import ClientXMPP
from actorxmpp.plugins import PLUGINS
from actorxmpp.xmlstream.tokenizer import Tokenizer
from benchmarks._report import Result, table, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HEADER = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
MESSAGE = (
    b"<message from='juliet@example.com/balcony' to='romeo@example.net/orchard' type='chat'"
    b" id='m1'><body>Wherefore art thou, Romeo?</body></message>"
)
TWO = ("xep_0030", "xep_0199")
ROUNDS = 15
CALLS = 10_000
SESSIONS = 100
ALLOWED = 1.2
NOT_THEIRS = frozenset(("xep_0245",))
"""Plugins slixmpp does not have."""


def make_ours(plugins: Iterable[str]) -> ClientXMPP:
    role = ClientXMPP("romeo@example.net/orchard", "secret")
    for name in plugins:
        role.register_plugin(name)
    return role


def best_of(actions: list[Callable[[], Any]]) -> list[float]:
    """Microseconds of one call of each; the best of alternating rounds."""
    best = [float("inf")] * len(actions)
    for _ in range(ROUNDS):
        for number, action in enumerate(actions):
            start = time.process_time()
            for _ in range(CALLS):
                action()
            best[number] = min(best[number], (time.process_time() - start) / CALLS * 1e6)
    return best


def matching(role: ClientXMPP) -> Callable[[], Any]:
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    (element,) = tokenizer.feed(MESSAGE)
    stanza = role.build_stanza(element)
    return partial(role.session.roles.index.match, stanza)


def taking_in(role: ClientXMPP) -> Callable[[], Any]:
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    build, match = role.build_stanza, role.session.roles.index.match

    def take_in() -> None:
        for element in tokenizer.feed(MESSAGE):
            match(build(element))

    return take_in


def memory(make: Callable[[], Any], count: int) -> float:
    """KiB the allocator holds for each object that is made."""
    kept = [make() for _ in range(3)]  # what the first ones load is nobody's
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept += [make() for _ in range(count)]
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return (after - before) / count / 1024


def theirs(plugins: Iterable[str], count: int) -> float:
    import asyncio
    import ssl

    import slixmpp

    asyncio.set_event_loop(asyncio.new_event_loop())
    context = ssl.create_default_context()

    def make() -> Any:
        client = slixmpp.ClientXMPP("romeo@example.net/orchard", "secret", ssl_context=context)
        for name in plugins:
            client.register_plugin(name)
        return client

    return memory(make, count)


def run(count: int) -> list[Result]:
    roles = [make_ours(TWO), make_ours(PLUGINS)]
    results = []
    for label, action in (("match", matching), ("take in", taking_in)):
        two, every = best_of([action(role) for role in roles])
        results.append(Result(f"{label} a message, two plugins", "us", two))
        results.append(Result(f"{label} a message, all plugins", "us", every, two * ALLOWED))
    common = [name for name in PLUGINS if name not in NOT_THEIRS]
    for label, names in (("two plugins", TWO), ("all plugins", common)):
        peer = theirs(names, max(10, count // 5))
        ours = memory(lambda names=names: make_ours(names), count)
        results.append(Result(f"a session, {label}", "KiB", ours, peers={"slixmpp 1.17": peer}))
    return results


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="plugins", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the results there, too")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="sessions kept at a time")
    options = parser.parse_args(argv)
    results = run(options.sessions)
    print(table(results))
    if options.json:
        write_json(options.json, results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
