"""``python -m actorxmpp.as_slixmpp [--server HOST:PORT] [--ca-file FILE] program.py [args]``."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

from actorxmpp.as_slixmpp import install


def address(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``.

    Raises:
        ValueError: if it is none.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not 0 < int(port) < 65536:
        raise ValueError(f"not HOST:PORT: {text!r}")
    return host.strip("[]"), int(port)


def main(arguments: list[str]) -> None:
    """Run a program written for slixmpp."""
    parser = argparse.ArgumentParser(
        prog="python -m actorxmpp.as_slixmpp",
        description="Run a program written for slixmpp on actorxmpp.",
    )
    parser.add_argument(
        "--server",
        metavar="HOST:PORT",
        type=address,
        help="connect clients there instead of asking the DNS",
    )
    parser.add_argument(
        "--ca-file", metavar="FILE", help="certificate authorities to trust instead of the system's"
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module by its name")
    parser.add_argument("program", help="the program's file, or its name with -m")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="the program's own arguments")
    options = parser.parse_args(arguments)
    install(server=options.server, ca_file=options.ca_file)
    sys.argv = [options.program, *options.args]
    if options.module:
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(options.program, run_name="__main__", alter_sys=True)
        return
    if not Path(options.program).is_file():
        parser.error(f"there is no file {options.program}")
    sys.path.insert(0, str(Path(options.program).resolve().parent))
    runpy.run_path(options.program, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
