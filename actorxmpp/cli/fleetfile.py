"""What ``check`` and ``run`` do first: the fleet file, its sessions and its bots, all checked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actorxmpp.clientxmpp import ClientXMPP
from actorxmpp.componentxmpp import ComponentXMPP
from actorxmpp.exceptions import PluginNotFound
from actorxmpp.fleet.bots import check_plugins, load_bots
from actorxmpp.fleet.config import FleetConfig, load
from actorxmpp.fleet.plan import PlannedSession, plan
from actorxmpp.plugins.base import find_plugin

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Prepared", "prepare"]

BASES: Mapping[str, type] = {"client": ClientXMPP, "component": ComponentXMPP}
"""What the bots of each role must descend from."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fleet file with nothing left to go wrong before the first connection.

    Attributes:
        config: The validated file.
        planned: Every session it asks for.
        bots: The bots' classes by the name they have in the file.
    """

    config: FleetConfig
    planned: list[PlannedSession]
    bots: dict[str, type[Any]]


def prepare(path: str) -> Prepared:
    """Load, plan and import.

    Raises:
        ConfigError: With everything that is wrong at the first step that fails.
    """
    config = load(path)
    planned = plan(config, os.environ)
    bots = load_bots(config, BASES)
    check_plugins(config, plugin_exists)
    return Prepared(config, planned, bots)


def plugin_exists(name: str) -> bool:
    """Whether a session can enable a plugin of this name."""
    try:
        find_plugin(name)
    except PluginNotFound:
        return False
    return True
