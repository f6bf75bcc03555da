"""Runs a bot of examples/ against a test's server: FILE CLASS jid=.. password=.. address=.. ca=..

The examples look up their server in the DNS, as a user's bot does. This connects the same class to
an address on the loopback, by the means every bot has.
"""

from __future__ import annotations

import asyncio
import runpy
import signal
import sys


async def run(file: str, class_name: str, settings: dict[str, str]) -> None:
    """Run one bot until SIGTERM."""
    bot_class = runpy.run_path(file)[class_name]
    host, _, port = settings["address"].rpartition(":")
    if "ca" in settings:
        bot = bot_class(settings["jid"], settings["password"])
        bot.ca_certs = settings["ca"]
    else:
        bot = bot_class(settings["jid"], settings["password"], host, int(port))
    bot.connect(host, int(port))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    await bot.disconnect()


asyncio.run(run(sys.argv[1], sys.argv[2], dict(one.split("=", 1) for one in sys.argv[3:])))
