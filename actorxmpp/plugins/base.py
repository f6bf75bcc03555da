"""BasePlugin, and where plugin classes are found.

A plugin is one object per session. It registers its stanza handlers and event handlers in
``plugin_init``; they run in an actor of the plugin's own (``actorxmpp/actors/plugin.py``), which is
restarted with a new object when one of them fails. What must outlast that is in ``kept``.

Plugins of other packages are found by the entry point group ``actorxmpp.plugins``: the entry's name
is the plugin's, its value the class, or the module that registers it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import PluginNotFound
from actorxmpp.xmlstream.handler import Callback
from actorxmpp.xmlstream.matcher import StanzaPath

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from actorxmpp.actors.plugin import PluginSlot
    from actorxmpp.api import APIWrapper
    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.jid import JID
    from actorxmpp.xmlstream.matcher.base import MatcherBase

__all__ = ["ENTRY_POINTS", "BasePlugin", "find_plugin", "load_plugin", "register_plugin"]

ENTRY_POINTS = "actorxmpp.plugins"
"""The entry point group in which other packages name their plugins."""

FILTERS = "filters"
"""Where in ``kept`` a plugin's filters are."""

_REGISTRY: dict[str, type[BasePlugin]] = {}

stanza_path = lru_cache(maxsize=512)(StanzaPath)
"""Matchers of plugins, shared by all sessions; as many as there are patterns."""


def register_plugin(impl: type[BasePlugin], name: str | None = None) -> None:
    """Make a plugin class known under its name.

    Args:
        impl: the class.
        name: instead of the class's ``name``.
    """
    _REGISTRY[name or impl.name] = impl


def load_plugin(name: str, module: str | ModuleType | None = None) -> None:
    """Import the module that registers a plugin.

    Args:
        name: the plugin's name.
        module: where it is; by default ``actorxmpp.plugins.NAME``, then what an entry point of this
            name says.

    Raises:
        PluginNotFound: if there is no such module.
    """
    if module is None or isinstance(module, str):
        path = module or f"actorxmpp.plugins.{name}"
        try:
            module = importlib.import_module(path)
        except ModuleNotFoundError as error:
            if error.name is None or not path.startswith(error.name):
                raise
            module = _entry_point(name)
    candidate = module if isinstance(module, type) else getattr(module, name, None)
    if candidate is None:
        candidate = getattr(module, name.upper(), None)
    if isinstance(candidate, type) and issubclass(candidate, BasePlugin):
        register_plugin(candidate, name)


def _entry_point(name: str) -> Any:
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS, name=name):
        return entry.load()
    raise PluginNotFound(name)


def find_plugin(name: str, module: str | ModuleType | None = None) -> type[BasePlugin]:
    """Find a plugin class, importing its module if need be.

    Raises:
        PluginNotFound: if no plugin of this name exists.
    """
    if name not in _REGISTRY:
        load_plugin(name, module)
    try:
        return _REGISTRY[name]
    except KeyError:
        raise PluginNotFound(name) from None


class BasePlugin:
    """What every plugin is built on.

    Fields of ``default_config`` can be read and set as attributes of the plugin.

    Attributes:
        name: short name, ``xep_NNNN``.
        description: longer name.
        xep_version: the version of the XEP that is implemented.
        by_default: whether ``register_plugins`` enables it.
        dependencies: names of plugins that are enabled before this one.
        features: what service discovery says of a session that has the plugin.
        api_handlers: operations a program may take over (``api``), with the name of the method that
            answers unless it does.
        default_config: settings and their defaults.
        xmpp: the role the plugin serves.
        config: the settings in force.
    """

    name: str = ""
    description: str = ""
    xep_version: str = ""
    by_default: ClassVar[bool] = True
    dependencies: ClassVar[set[str]] = set()
    features: ClassVar[tuple[str, ...]] = ()
    api_handlers: ClassVar[dict[str, str]] = {}
    default_config: ClassVar[dict[str, Any]] = {}

    def __init__(self, xmpp: BaseXMPP, config: dict[str, Any] | None = None) -> None:
        self.xmpp = xmpp
        self.config = {**self.default_config, **(config or {})}

    def __getattr__(self, key: str) -> Any:
        """Read a setting as an attribute."""
        if key != "config" and key in type(self).default_config:
            return self.config[key]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {key!r}")

    def __setattr__(self, key: str, value: Any) -> None:
        """Set a setting as an attribute."""
        if key in type(self).default_config:
            self.config[key] = value
        else:
            super().__setattr__(key, value)

    # what the session calls

    def init(self) -> None:
        """Bring the plugin up."""
        if self._slot is not None and self._slot.kept:
            self._drop_filters()  # those of the object before this one, which failed
        if type(self).session_bind is not BasePlugin.session_bind:
            self.xmpp.add_event_handler("session_bind", self.session_bind)
            if self.xmpp.sessionstarted:
                self.session_bind(self.xmpp.boundjid)
        disco = self.other("xep_0030")
        if disco is not None:
            for feature in self.features:
                disco.add_feature(feature)
        self.plugin_init()
        self.post_init()

    def end(self) -> None:
        """Take the plugin down."""
        disco = self.other("xep_0030")
        if disco is not None:
            for feature in self.features:
                disco.del_feature(feature=feature)
        self.plugin_end()
        self._drop_filters()

    def adopted(self, xmpp: BaseXMPP) -> None:
        """Serve another role object: the one before it failed."""
        self.xmpp = xmpp
        for mode, function, order in self.kept.get(FILTERS, ()):
            xmpp.add_filter(mode, function, order)

    # for subclasses to use

    @property
    def stanza(self) -> ModuleType:
        """The module of the plugin's stanza classes: ``stanza`` in its package, or its own."""
        own = sys.modules[type(self).__module__]
        package = own.__name__ if hasattr(own, "__path__") else own.__name__.rpartition(".")[0]
        return sys.modules.get(f"{package}.stanza", own)

    @property
    def api(self) -> APIWrapper:
        """The plugin's hooks for programs."""
        return self.xmpp.api.wrap(self.name)

    @property
    def kept(self) -> dict[str, Any]:
        """What outlasts this object: a plugin that restarts finds it again."""
        slot = self._slot
        if slot is None:
            mine: dict[str, Any] = self.__dict__.setdefault("_kept", {})
            return mine
        return slot.keep()

    @property
    def _slot(self) -> PluginSlot | None:
        slot: PluginSlot | None = self.__dict__.get("_found_slot")
        if slot is None:
            slot = self.xmpp.plugin.slots.get(self.name)
            if slot is not None:
                self.__dict__["_found_slot"] = slot  # found also after the plugin was disabled
        return slot

    def other(self, name: str) -> Any:
        """Return another plugin's object if it is there at this moment, else None.

        For ``plugin_end``: at the end of a session the others may have ended before.
        """
        slot = self.xmpp.plugin.slots.get(name)
        return None if slot is None else slot.instance

    def handle(self, name: str, pattern: str | MatcherBase, function: Callable[[Any], Any]) -> None:
        """Have stanzas handled in this plugin's actor.

        Args:
            name: the handler's name.
            pattern: a stanza path, or a matcher.
            function: called with each stanza that matches; may be a coroutine function.
        """
        matcher = stanza_path(pattern) if isinstance(pattern, str) else pattern
        self.xmpp.register_handler(Callback(name, matcher, function))

    def add_filter(
        self, mode: str, function: Callable[[Any], Any], order: int | None = None
    ) -> None:
        """Add a stanza filter that goes when the plugin goes; see ``XMLStream.add_filter``."""
        self.xmpp.add_filter(mode, function, order)
        self.kept.setdefault(FILTERS, []).append((mode, function, order))

    def _drop_filters(self) -> None:
        for mode, function, _order in self.kept.pop(FILTERS, ()):
            try:
                self.xmpp.del_filter(mode, function)
            except ValueError:
                continue  # gone with the role object it was added to

    # for subclasses to override

    def plugin_init(self) -> None:
        """Register handlers; for subclasses."""

    def plugin_end(self) -> None:
        """Undo what plugin_init did beyond registering handlers; for subclasses."""

    def session_bind(self, jid: JID) -> None:
        """Called each time a new session has its JID; for subclasses."""

    def post_init(self) -> None:
        """Called after plugin_init; for subclasses with circular dependencies."""
