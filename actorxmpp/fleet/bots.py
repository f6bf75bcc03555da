"""Importing the bots and plugins a fleet file names, with a clear word about each that is missing.

A bot is written ``module:Class``. The fleet file's folder comes first on ``sys.path``, so a bot may
stand in a plain file beside it. Importing runs the bot's code: whatever that raises becomes a
:class:`~actorxmpp.fleet.errors.BotImportError` that names the exception and its line.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from typing import TYPE_CHECKING, Any

from actorxmpp.fleet.errors import BotImportError, FleetFieldError, show
from actorxmpp.fleet.problems import Collector, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import ModuleType

    from actorxmpp.fleet.config import FleetConfig
    from actorxmpp.fleet.models import BotTable

__all__ = ["check_plugins", "load_bots", "put_on_path", "takes_server"]

SERVER_PARAMETERS = (frozenset({"host", "server"}), frozenset({"port"}))
"""What a component's constructor may call its third and fourth parameter to be given the server."""


class _NotABot(Exception):
    """What is wrong with a bot's name, as a predicate."""


def load_bots(config: FleetConfig, bases: Mapping[str, type]) -> dict[str, type[Any]]:
    """Import every bot of a fleet file.

    Args:
        config: The validated file.
        bases: For each role (``client``, ``component``) the class its bots must descend from.

    Returns:
        The classes by the name they have in the file.

    Raises:
        BotImportError: One or more can't be imported, or are no bots of their table's role.
    """
    put_on_path(config.folder)
    found = Collector(config.file)
    bots: dict[str, type[Any]] = {}
    for named in config.tables:
        name = named.table.bot
        try:
            bots[name] = _load(name, bases[named.table.role])
            _check_constructor(bots[name], named.table)
        except _NotABot as error:
            found.add(str(error), table=named.name, field="bot", value=show(name))
    if found:
        raise BotImportError(found.problems())
    return bots


def check_plugins(config: FleetConfig, exists: Callable[[str], bool]) -> None:
    """Look for every plugin of a fleet file; after the bots, which may bring plugins along.

    Args:
        config: The validated file.
        exists: Whether there is a plugin of that name.

    Raises:
        FleetFieldError: One or more are not there.
    """
    found = Collector(config.file)
    for named in config.tables:
        for name in named.table.plugins:
            if not exists(name):
                origin = named.origin("plugins")
                found.add(
                    "is not a plugin: there is none of that name",
                    table=origin,
                    field="plugins",
                    value=show(name),
                )
    if found:
        raise FleetFieldError(found.problems())


def takes_server(bot: type[Any]) -> bool:
    """Whether a component's constructor is ``(jid, secret, host, port, ...)``.

    Others are ``(jid, secret, ...)``; either way the session's settings have the server.
    """
    parameters = list(inspect.signature(bot.__init__).parameters)[3:5]
    return len(parameters) == len(SERVER_PARAMETERS) and all(
        name in names for name, names in zip(parameters, SERVER_PARAMETERS, strict=True)
    )


def _check_constructor(bot: type[Any], table: BotTable) -> None:
    """Whether the bot can be made from what its table gives."""
    server = ("host", 1) if table.role == "component" and takes_server(bot) else ()
    arguments = (None, "jid", "secret", *server, *table.args)
    try:
        inspect.signature(bot.__init__).bind(*arguments, **table.kwargs)
    except TypeError as error:
        raise _NotABot(f"can't be made with what its table gives: {error}") from None


def put_on_path(folder: Path) -> None:
    """Make modules in ``folder`` importable, before those of the same name elsewhere."""
    entry = str(folder)
    if entry not in sys.path:
        sys.path.insert(0, entry)


def _load(name: str, base: type) -> type[Any]:
    """The class ``module:Class``, when it descends from ``base``."""
    module_name, _, path = name.partition(":")
    found: Any = _import(module_name)
    where = f'module "{module_name}"'
    for part in path.split("."):
        if not hasattr(found, part):
            classes = [key for key, value in vars(found).items() if isinstance(value, type)]
            raise _NotABot(f'can\'t be imported: {where} has no "{part}"{suggest(part, classes)}')
        found = getattr(found, part)
        where = f'"{part}"'
    if not isinstance(found, type):
        raise _NotABot(f"is not a class but {type(found).__name__}")
    if not issubclass(found, base):
        raise _NotABot(f"is not a {base.__name__}, which this table needs")
    return found


def _import(name: str) -> ModuleType:
    """The module, or why there is none."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        if name == missing or name.startswith(missing + "."):
            near = f"{sys.path[0]} and the installed packages"
            reason = f'can\'t be imported: there is no module "{missing}" in {near}'
            raise _NotABot(reason) from None
        raise _NotABot(_failure(name, error)) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- the user's code may raise anything
        raise _NotABot(_failure(name, error)) from None


def _failure(name: str, error: BaseException) -> str:
    """What went wrong while a module was imported, and on which line."""
    kind = type(error).__name__
    said = f"{kind}: {error}" if str(error) else kind
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if "importlib" not in frame.filename]
    line = f" ({outside[-1].filename} line {outside[-1].lineno})" if len(outside) > 1 else ""
    return f'can\'t be imported: module "{name}" fails with {said}{line}'
