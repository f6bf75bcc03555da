"""Running one session as the whole program: signals, loop, an orderly end."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actorxmpp.basexmpp import BaseXMPP

__all__ = ["run"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(role: BaseXMPP, host: str | None, port: int | None) -> None:
    """Connect a role and run until its session ends or the process is told to stop."""
    asyncio.run(_main(role, host, port))


async def _main(role: BaseXMPP, host: str | None, port: int | None) -> None:
    loop = asyncio.get_running_loop()
    role.loop = loop
    main = asyncio.current_task()
    assert main is not None

    def stop(number: int) -> None:
        for each in SIGNALS:
            loop.remove_signal_handler(each)
            loop.add_signal_handler(each, main.cancel)
        role.disconnect(reason=signal.Signals(number).name)

    for each in SIGNALS:
        loop.add_signal_handler(each, stop, each)
    try:
        await role.serve(host, port)
    except asyncio.CancelledError:
        role.abort()
    finally:
        for each in SIGNALS:
            loop.remove_signal_handler(each)
