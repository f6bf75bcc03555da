"""``python -m actorxmpp.testing.server``: the embedded server by hand, or steered by a parent.

By hand it takes options, says where it listens and whom to trust, and runs until Ctrl-C. With
``--control`` it takes commands from stdin (`control.py`) and ends when stdin does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Final

from actorxmpp.net.errors import NetError
from actorxmpp.testing.server.accounts import AccountError
from actorxmpp.testing.server.control import Control
from actorxmpp.testing.server.limits import CONTROL_LINE_BYTES, RESUME_SECONDS
from actorxmpp.testing.server.machine import calm_collector, raise_file_limit
from actorxmpp.testing.server.server import Server
from actorxmpp.testing.server.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

_EPILOG: Final = """\
This server is for demos and for tests on your own machine. It is not for production: it keeps
nothing on disk, has no quotas or abuse control, and speaks to no other server.
"""
_BAD_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server and return the exit code.

    Args:
        arguments: the command line without the program's name; None for this process's own.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    raise_file_limit()
    calm_collector()
    if options.control:
        asyncio.run(_controlled())
        return 0
    try:
        asyncio.run(_by_hand(_settings(options)))
    except (SettingsError, AccountError, NetError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _BAD_USAGE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m actorxmpp.testing.server",
        description="An embedded XMPP server for demos and tests. Not for production.",
        epilog=_EPILOG,
    )
    _add_addresses(parser)
    _add_credentials(parser)
    _add_features(parser)
    add = parser.add_argument
    add("--seed", help="makes resource names and the choice of connections to cut repeatable")
    add("--verbose", action="store_true", help="log streams as they come and go")
    add(
        "--control",
        action="store_true",
        help="take everything, the settings too, from JSON lines on stdin (EmbeddedServer does)",
    )
    return parser


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--domain", default="localhost", help="the XMPP domain (default: %(default)s)")
    add("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    add("--port", type=int, default=0, help="port of clients, STARTTLS (default: a free one)")
    add(
        "--component-port",
        type=int,
        default=0,
        help="port of components, XEP-0114 (default: a free one)",
    )


def _add_credentials(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--accounts-password",
        metavar="PASSWORD",
        help="every user name exists and has this password",
    )
    add(
        "--components-secret",
        metavar="SECRET",
        help="every other domain is a component and has this secret",
    )
    add(
        "--account",
        action="append",
        default=[],
        metavar="USER:PASSWORD",
        help="one account; may be given more than once",
    )
    add(
        "--component",
        action="append",
        default=[],
        metavar="DOMAIN:SECRET",
        help="one component; may be given more than once",
    )


def _add_features(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--channel-binding",
        action="store_true",
        help="offer the SCRAM-PLUS mechanisms too (tls-server-end-point)",
    )
    add(
        "--no-stream-management",
        action="store_true",
        help="don't offer stream management (XEP-0198)",
    )
    add(
        "--resume-seconds",
        type=float,
        default=RESUME_SECONDS,
        metavar="SECONDS",
        help="how long a session is kept whose connection is lost (default: %(default)s)",
    )


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        domain=options.domain,
        host=options.host,
        port=options.port,
        component_port=options.component_port,
        accounts=_pairs("--account", options.account),
        components=_pairs("--component", options.component),
        auto_accounts=options.accounts_password,
        auto_components=options.components_secret,
        channel_binding=options.channel_binding,
        stream_management=not options.no_stream_management,
        resume_seconds=options.resume_seconds,
        seed=options.seed,
    )


def _pairs(option: str, texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, colon, secret = text.partition(":")
        if not (name and colon and secret):
            raise SettingsError(f"{option}: expected name:secret, got {name!r} alone")
        pairs[name] = secret
    return pairs


async def _by_hand(settings: Settings) -> None:
    server = Server(settings)
    await server.start()
    stop = asyncio.Event()
    _on_signals(stop, signal.SIGINT, signal.SIGTERM)
    try:
        print("embedded XMPP server, for demos and tests only")
        print(f"  domain      {settings.domain}")
        print(f"  clients     {settings.host}:{server.port} (STARTTLS)")
        print(f"  components  {settings.host}:{server.component_port}")
        print(f"  ca_file     {server.ca_file}")
        if not settings.accounts and settings.auto_accounts is None:
            print("nobody can log in: give --accounts-password or --account")
        print("Ctrl-C ends it", flush=True)
        await stop.wait()
    finally:
        await server.stop()


async def _controlled() -> None:
    # Ctrl-C in a terminal reaches this process too, but it is the parent's to decide what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = asyncio.Event()
    _on_signals(stop, signal.SIGTERM)
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=CONTROL_LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    transport, answers = await loop.connect_write_pipe(_Answers, sys.stdout)
    control = Control()
    serving = asyncio.create_task(_serve(control, commands, transport, answers))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    abandoned = serving.done() and not control.stopped
    for task in (serving, stopping):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    server = control.server
    await control.close()
    if abandoned and server is not None:
        server.remove_certificate()  # the parent that keeps the folder is gone
    transport.close()


async def _serve(
    control: Control,
    commands: asyncio.StreamReader,
    transport: asyncio.WriteTransport,
    answers: _Answers,
) -> None:
    try:
        while not control.stopped and (line := await commands.readline()):
            transport.write(await control.handle(line))
            await answers.writable.wait()
    except ValueError:
        log.error("a command of more than %d bytes: the server ends", CONTROL_LINE_BYTES)  # noqa: TRY400


class _Answers(asyncio.BaseProtocol):
    """The writing side of the control pipe: waits while the parent doesn't read."""

    def __init__(self) -> None:
        self.writable = asyncio.Event()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.writable.set()


def _on_signals(stop: asyncio.Event, *signals: signal.Signals) -> None:
    loop = asyncio.get_running_loop()
    for number in signals:
        with contextlib.suppress(NotImplementedError):  # a loop that can't leaves Python's default
            loop.add_signal_handler(number, stop.set)


if __name__ == "__main__":
    sys.exit(main())
