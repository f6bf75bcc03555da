"""An XMPP framework for fleets: every connection is a supervised tree of actors.

Start with ``ClientXMPP`` or ``ComponentXMPP``; ``docs/architecture.md`` shows what is beneath.

Names are imported when they are first used: a program that needs only the XML layer, or the
embedded server, does not load actors.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actorxmpp.actors.users import UserActor
    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.clientxmpp import ClientXMPP
    from actorxmpp.componentxmpp import ComponentXMPP
    from actorxmpp.exceptions import ActorXMPPError, IqError, IqTimeout, PresenceError, XMPPError
    from actorxmpp.jid import JID, InvalidJID
    from actorxmpp.net.tls import TlsPolicy
    from actorxmpp.plugins.base import BasePlugin
    from actorxmpp.protocol.countingqueue import QueuePolicy
    from actorxmpp.settings import OnHandlerError, SessionSettings
    from actorxmpp.stanza import Iq, Message, Presence
    from actorxmpp.status import SessionState
    from actorxmpp.stream import XMLStream
    from actorxmpp.xmlstream import (
        ET,
        Callback,
        CoroutineCallback,
        ElementBase,
        MatchXPath,
        StanzaBase,
        StanzaPath,
        register_stanza_plugin,
    )

__version__ = "0.1.0"

__all__ = [
    "ET",
    "JID",
    "ActorXMPPError",
    "BasePlugin",
    "BaseXMPP",
    "Callback",
    "ClientXMPP",
    "ComponentXMPP",
    "CoroutineCallback",
    "ElementBase",
    "InvalidJID",
    "Iq",
    "IqError",
    "IqTimeout",
    "MatchXPath",
    "Message",
    "OnHandlerError",
    "Presence",
    "PresenceError",
    "QueuePolicy",
    "SessionSettings",
    "SessionState",
    "StanzaBase",
    "StanzaPath",
    "TlsPolicy",
    "UserActor",
    "XMLStream",
    "XMPPError",
    "register_stanza_plugin",
]

_HOMES = {
    "OnHandlerError": "settings",
    "SessionSettings": "settings",
    "SessionState": "status",
    "QueuePolicy": "protocol.countingqueue",
    "UserActor": "actors.users",
    "BaseXMPP": "basexmpp",
    "ClientXMPP": "clientxmpp",
    "ComponentXMPP": "componentxmpp",
    "ActorXMPPError": "exceptions",
    "IqError": "exceptions",
    "IqTimeout": "exceptions",
    "PresenceError": "exceptions",
    "XMPPError": "exceptions",
    "JID": "jid",
    "InvalidJID": "jid",
    "TlsPolicy": "net.tls",
    "BasePlugin": "plugins.base",
    "Iq": "stanza",
    "Message": "stanza",
    "Presence": "stanza",
    "XMLStream": "stream",
    "ET": "xmlstream",
    "Callback": "xmlstream",
    "CoroutineCallback": "xmlstream",
    "ElementBase": "xmlstream",
    "MatchXPath": "xmlstream",
    "StanzaBase": "xmlstream",
    "StanzaPath": "xmlstream",
    "register_stanza_plugin": "xmlstream",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])
