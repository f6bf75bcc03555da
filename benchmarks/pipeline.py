"""A message's way through the whole tree, beside slixmpp: CPU for each echoed message.

Bytes in, parse, match, event, ``msg.reply()`` with a body, bytes out. On both sides only the
sockets are left out: bytes are handed to what reads the socket, what would be written is counted.
Each side runs in a process of its own, in turns with the other; the best round counts, because
whatever else the machine does only makes a round slower.

Also: the cost with 10, 100 and 1,000 handlers registered, and with 0, 1,000 and 10,000 IQs
waiting for their replies.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import json
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

from benchmarks._report import Result, table, write_json

STREAM = (
    b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    b" version='1.0' id='1'>"
)
MESSAGE = (
    "<message xmlns='jabber:client' from='juliet@example.net/balcony'"
    " to='romeo@example.net/orchard' type='chat' id='m{n}'>"
    "<body>Art thou not Romeo, and a Montague? {n}</body></message>"
)
BATCH = 50
"""Messages that arrive in one turn of the loop, each in a read of its own."""

HANDLERS = (10, 100, 1_000)
OUTSTANDING = (0, 1_000, 10_000)
PEER_OUTSTANDING = 1_000
"""slixmpp asks every waiting IQ about every stanza: 10,000 of them cost it 12 ms a message."""

PLUGINS = ("xep_0030", "xep_0199")


def echo(msg: Any) -> None:
    """What both bots do with a message."""
    if msg["type"] in ("chat", "normal"):
        reply = msg.reply()
        reply["body"] = msg["body"]
        reply.send()


class Sink:
    """Counts the messages that are written, for either library."""

    peer = "sink"
    tls = None

    def __init__(self) -> None:
        self.count = 0

    def write(self, data: bytes) -> None:
        self.count += data.count(b"</message>")

    def all_left(self) -> bool:
        return True

    def get_extra_info(self, *_args: Any, **_kwargs: Any) -> None:
        return None

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


async def measure(feed: Any, sink: Sink, messages: int) -> float:
    """Feed messages and wait for their echoes; returns CPU microseconds for one."""
    chunks = [MESSAGE.format(n=n).encode() for n in range(messages)]
    gc.collect()
    begun, done = time.process_time(), sink.count
    for start in range(0, messages, BATCH):
        batch = chunks[start : start + BATCH]
        for chunk in batch:
            feed(chunk)
        done += len(batch)
        while sink.count < done:  # noqa: ASYNC110  slixmpp has no event for it
            await asyncio.sleep(0)
    return (time.process_time() - begun) / messages * 1e6


async def run_ours(messages: int, handlers: int, outstanding: int) -> float:
    """Our whole tree: transport's events, parser, dispatcher, plugins."""
    from actorxmpp import Callback, ClientXMPP, MatchXPath
    from actorxmpp.protocol.actions import Established

    class Ready:
        """A negotiation that is over at once."""

        timeout = None

        def connected(self, _tls: Any = None) -> list[Any]:
            return [Established("romeo@example.net/orchard")]

        def receive(self, _event: Any) -> list[Any]:
            return []

    class Bot(ClientXMPP):
        def make_negotiation(self, *_args: Any) -> Any:
            return Ready()

    sink, feeds = Sink(), []

    async def connector(events: Any, *_args: Any, **_kwargs: Any) -> Any:
        feeds.append(events.data_received)
        return sink

    bot = Bot("romeo@example.net/orchard", "secret")
    for plugin in PLUGINS:
        bot.register_plugin(plugin)
    bot.add_event_handler("message", echo)
    for number in range(handlers):
        matcher = MatchXPath(f"{{jabber:client}}message/{{urn:example:{number}}}thing")
        bot.register_handler(Callback(f"handler {number}", matcher, echo))
    bot.settings = replace(bot.settings, connector=connector)
    bot.connect()
    await bot.wait_until("session_start")
    feeds[0](STREAM)
    for _ in range(outstanding):
        bot.make_iq_get("jabber:iq:last", ito="juliet@example.net").send(timeout=3600)
    await asyncio.sleep(0.01)
    await measure(feeds[0], sink, BATCH * 4)
    cost = await measure(feeds[0], sink, messages)
    bot._requests.end("over")
    return cost


async def run_slixmpp(messages: int, handlers: int, outstanding: int) -> float:
    """slixmpp's XMLStream with a transport that counts."""
    import slixmpp
    from slixmpp.xmlstream.handler import Callback
    from slixmpp.xmlstream.matcher import MatchXPath

    bot = slixmpp.ClientXMPP("romeo@example.net/orchard", "secret")
    for plugin in PLUGINS:
        bot.register_plugin(plugin)
    bot.add_event_handler("message", echo)
    for number in range(handlers):
        matcher = MatchXPath(f"{{jabber:client}}message/{{urn:example:{number}}}thing")
        bot.register_handler(Callback(f"handler {number}", matcher, echo))
    sink = Sink()
    bot.loop = asyncio.get_running_loop()
    bot.init_parser()
    bot.transport = sink
    sender = asyncio.ensure_future(bot.run_filters())
    bot.data_received(STREAM)
    bot._session_started = True
    bot.event("session_start")
    waiting = []
    for _ in range(outstanding):
        iq = bot.make_iq_get("jabber:iq:last", ito="juliet@example.net")
        waiting.append(iq.send(timeout=3600))
    await asyncio.sleep(0.05)
    await measure(bot.data_received, sink, BATCH * 4)
    cost = await measure(bot.data_received, sink, messages)
    for future in waiting:
        future.cancel()
    sender.cancel()
    return cost


RUNNERS = {"ours": run_ours, "slixmpp": run_slixmpp}


def child(side: str, messages: int, handlers: int = 0, outstanding: int = 0) -> float:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pipeline", side]
    command += [str(number) for number in (messages, handlers, outstanding)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{side} failed:\n{done.stderr}")
    return float(json.loads(done.stdout.splitlines()[-1]))


def best(side: str, rounds: int, messages: int, handlers: int = 0, outstanding: int = 0) -> float:
    return min(child(side, messages, handlers, outstanding) for _ in range(rounds))


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks pipeline", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="messages a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    options = parser.parse_args(argv)
    peers = ["slixmpp"] if importlib.util.find_spec("slixmpp") else []
    if not peers:
        print("slixmpp is not installed: ours alone", file=sys.stderr)
    costs: dict[str, list[float]] = {side: [] for side in ("ours", *peers)}
    for number in range(options.rounds):
        for side, series in costs.items():
            series.append(child(side, options.messages))
            print(f"round {number + 1}: {side} {series[-1]:.1f} us an echo", file=sys.stderr)
    slixmpp = {peer: min(costs[peer]) for peer in peers}
    target = slixmpp["slixmpp"] / 8 if peers else None
    results = [Result("echo", "us CPU", min(costs["ours"]), target, slixmpp)]
    for handlers in HANDLERS:
        ours = best("ours", options.rounds, options.messages, handlers)
        theirs = {peer: best(peer, 1, options.messages // 10, handlers) for peer in peers}
        results.append(Result(f"echo, {handlers} more handlers", "us CPU", ours, None, theirs))
    for outstanding in OUTSTANDING:
        ours = best("ours", options.rounds, options.messages, 0, outstanding)
        theirs = {
            peer: best(peer, 1, options.messages // 50, 0, outstanding)
            for peer in peers
            if outstanding <= PEER_OUTSTANDING
        }
        name = f"echo, {outstanding} IQs outstanding"
        results.append(Result(name, "us CPU", ours, None, theirs))
    print(table(results))
    for kind in ("handlers", "outstanding"):
        series = [result.ours for result in results if kind in result.name]
        print(f"{kind}: most is {max(series) / min(series):.2f}x of least (flat: under 1.2)")
    if peers:
        print(f"echo: {1 / (results[0].ratio or 1):.2f}x fewer CPU us than slixmpp (5 at least)")
    if options.json:
        write_json(options.json, results)
    return 0


if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[2:]]
    print(json.dumps(asyncio.run(RUNNERS[sys.argv[1]](*arguments))))
