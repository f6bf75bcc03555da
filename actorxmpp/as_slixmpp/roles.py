"""``ClientXMPP`` and ``ComponentXMPP`` as slixmpp programs expect them.

The differences are few: where a session connects unless told otherwise (``defaults.py``), plugins
that don't exist here, and a login that is refused for good, which ends a slixmpp program's session
instead of parking it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actorxmpp import clientxmpp, componentxmpp
from actorxmpp.as_slixmpp.defaults import session_settings
from actorxmpp.as_slixmpp.table import PLUGIN_MODULES
from actorxmpp.basexmpp import BaseXMPP
from actorxmpp.exceptions import PluginNotFound
from actorxmpp.plugins.base import BasePlugin, register_plugin

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["ClientXMPP", "ComponentXMPP"]

logger = logging.getLogger(__name__)


class MissingPlugin(BasePlugin):
    """Stands for a plugin of slixmpp's that doesn't exist here: enabling it does nothing.

    Programs enable plugins they never use; one that does use it gets an ``AttributeError`` that
    says what is missing.
    """

    def __getattr__(self, key: str) -> Any:
        """Say that the plugin is missing.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(f"actorxmpp has no plugin {type(self).name} yet: no {key!r}")


class SlixRole(BaseXMPP):
    """What both roles of slixmpp programs share."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("settings", session_settings())
        super().__init__(*args, **kwargs)
        self.add_event_handler("parked", self._parked)

    def register_plugin(
        self,
        plugin: str,
        pconfig: dict[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> None:
        """Enable a plugin; one that slixmpp has and we don't is replaced by one that does nothing.

        Raises:
            PluginNotFound: if slixmpp has no such plugin either.
        """
        try:
            super().register_plugin(plugin, pconfig, module)
        except PluginNotFound:
            if plugin not in PLUGIN_MODULES or module is not None:
                raise
            logger.warning("actorxmpp has no plugin %s yet; the program goes on without", plugin)
            register_plugin(type(plugin, (MissingPlugin,), {"name": plugin}))
            super().register_plugin(plugin, pconfig)

    def _parked(self, reason: str) -> None:
        """Nobody unparks a session of a slixmpp program: it ends."""
        self.disconnect(reason=reason)


class ClientXMPP(SlixRole, clientxmpp.ClientXMPP):
    """A client of a slixmpp program; see ``actorxmpp.ClientXMPP``."""


class ComponentXMPP(SlixRole, componentxmpp.ComponentXMPP):
    """A component of a slixmpp program; see ``actorxmpp.ComponentXMPP``.

    Programs pass the port on as they got it, often as text; and the default server of clients is
    none for components, which listen elsewhere.
    """

    def __init__(
        self,
        jid: str,
        secret: str,
        host: str | None = None,
        port: int | str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("settings", replace(session_settings(), server=None))
        super().__init__(jid, secret, host, None if port is None else int(port), *args, **kwargs)

    def _fix_error_ns(self) -> None:
        """Nothing to do, as tests of components expect: errors have the right namespace here."""

    @property
    def server_host(self) -> str | None:
        """Where the server is, if the program said so."""
        return None if self.settings.server is None else self.settings.server[0]

    @property
    def server_port(self) -> int | None:
        """The port there."""
        return None if self.settings.server is None else self.settings.server[1]
