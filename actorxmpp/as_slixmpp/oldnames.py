"""Names of slixmpp's stream that programs read or set, said in this framework's terms.

Only what means something here: TLS contexts, sockets and parsers are none of a program's business,
and a program that touches them is told so by an ``AttributeError``.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.context import SessionState
from actorxmpp.basexmpp import BaseXMPP

if TYPE_CHECKING:
    from actorxmpp.jid import JID

__all__ = ["OldNames"]


class OldNames(BaseXMPP):
    """The names.

    Attributes:
        disconnect_reason: why the last connection ended; None before that.
        session_bind_event: set while the session has its JID.
    """

    disconnect_reason: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_bind_event = asyncio.Event()
        self.add_event_handler("session_bind", self._note_bound)
        self.add_event_handler("disconnected", self._note_disconnected)

    def _note_bound(self, _jid: JID) -> None:
        self.session_bind_event.set()

    def _note_disconnected(self, reason: Any) -> None:
        self.disconnect_reason = reason
        self.session_bind_event.clear()

    @property
    def enable_plaintext(self) -> bool:
        """Whether a connection without TLS is accepted."""
        return not self.settings.require_tls

    @enable_plaintext.setter
    def enable_plaintext(self, value: bool) -> None:
        self.settings = replace(self.settings, require_tls=not value)

    @property
    def authenticated(self) -> bool:
        """Whether the login is done: stanzas can be sent."""
        return self.is_connected()

    @property
    def bound(self) -> bool:
        """Whether the session has its JID: stanzas can be sent."""
        return self.is_connected()

    @property
    def default_domain(self) -> str:
        """The domain of the JID."""
        return self.requested_jid.domain

    def is_connecting(self) -> bool:
        """Whether a connection is being made, the login included."""
        return self.session_context.status.state is SessionState.CONNECTING

    def cancel_connection_attempt(self) -> None:
        """Stop trying to connect."""
        self.abort()

    def getjidbare(self, fulljid: str) -> str:
        """Return an address without its resource."""
        return fulljid.partition("/")[0]

    def getjidresource(self, fulljid: str) -> str:
        """Return an address's resource."""
        return fulljid.partition("/")[2]
