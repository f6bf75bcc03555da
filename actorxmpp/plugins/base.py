"""BasePlugin, and where plugin classes are found.

A plugin is one object per session. It registers its stanza handlers and event handlers in
``plugin_init``; they run in an actor of the plugin's own (``actorxmpp/actors/plugin.py``), which is
restarted with a new object when one of them fails.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import PluginNotFound

if TYPE_CHECKING:
    from types import ModuleType

    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.jid import JID

__all__ = ["BasePlugin", "find_plugin", "load_plugin", "register_plugin"]

_REGISTRY: dict[str, type[BasePlugin]] = {}


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
        module: where it is; ``actorxmpp.plugins.NAME`` by default.

    Raises:
        PluginNotFound: if there is no such module.
    """
    if module is None or isinstance(module, str):
        path = module or f"actorxmpp.plugins.{name}"
        try:
            module = importlib.import_module(path)
        except ModuleNotFoundError as error:
            if error.name is not None and path.startswith(error.name):
                raise PluginNotFound(name) from None
            raise
    candidate = getattr(module, name, None)
    if isinstance(candidate, type) and issubclass(candidate, BasePlugin):
        register_plugin(candidate, name)


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
        dependencies: names of plugins that are enabled before this one.
        stanza: the module of the plugin's stanza classes.
        default_config: settings and their defaults.
        xmpp: the role the plugin serves.
        config: the settings in force.
    """

    name: str = ""
    description: str = ""
    dependencies: ClassVar[set[str]] = set()
    default_config: ClassVar[dict[str, Any]] = {}
    stanza: Any = None

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

    def init(self) -> None:
        """Bring the plugin up; called once, by the session."""
        if type(self).session_bind is not BasePlugin.session_bind:
            self.xmpp.add_event_handler("session_bind", self.session_bind)
            if self.xmpp.sessionstarted:
                self.session_bind(self.xmpp.boundjid)
        self.plugin_init()
        self.post_init()

    def end(self) -> None:
        """Take the plugin down; called once, by the session."""
        self.plugin_end()

    def plugin_init(self) -> None:
        """Register handlers; for subclasses."""

    def plugin_end(self) -> None:
        """Undo what plugin_init did beyond registering handlers; for subclasses."""

    def session_bind(self, jid: JID) -> None:
        """Called each time a new session has its JID; for subclasses."""

    def post_init(self) -> None:
        """Called after plugin_init; for subclasses with circular dependencies."""
