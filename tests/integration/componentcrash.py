"""The bots of the farm test: ``bot = "componentcrash:Crashing"`` in a fleet file."""

from __future__ import annotations

from typing import Any

from fleetbots import EchoGateway


class Crashing(EchoGateway):
    """Fails when it is told to."""

    def message(self, msg: Any) -> None:
        if msg["body"] == "crash":
            raise RuntimeError("crashed on purpose")
        super().message(msg)
