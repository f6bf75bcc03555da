"""The plugin: switches stream management on, and shows where it stands.

The work is done by the session itself, which counts stanzas where they are written and where they
are dealt with (``actorxmpp/protocol/managed.py``): it has to survive what a plugin does not.
"""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.actors import messages as m
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0198 import stanza
from actorxmpp.protocol.streammanagement import MAX_UNACKED, WINDOW, SmOptions, SmState

__all__ = ["XEP_0198"]


class XEP_0198(BasePlugin):
    """Stream Management, for clients.

    Configuration:

    - ``window`` (10): stanzas after which an acknowledgement is asked for; 3 s after the last one
      it is asked for anyway.
    - ``allow_resume`` (True): ask for a session that can be resumed.
    - ``max_resume`` (None): seconds we would like the server to keep the session.
    - ``max_unacked`` (10,000): stanzas that may wait for an acknowledgement; more wait in the
      send queue.

    Events: ``sm_enabled``, ``sm_failed``, ``sm_disabled``, ``session_resumed``; for each stanza
    ``stanza_acked``, ``stanza_resent``, ``stanza_not_sent``.

    ``last_ack``, ``sm_id``, ``handled`` and ``seq`` are what they are for slixmpp's programs:
    they show the state, and can't be set.
    """

    name = "xep_0198"
    description = "XEP-0198: Stream Management"
    xep_version = "1.6.3"
    dependencies: ClassVar[set[str]] = set()
    window: int
    allow_resume: bool
    max_resume: int | None
    max_unacked: int
    default_config: ClassVar[dict[str, Any]] = {
        "window": WINDOW,
        "allow_resume": True,
        "max_resume": None,
        "max_unacked": MAX_UNACKED,
    }

    def plugin_init(self) -> None:
        """Use stream management from the next new session on."""
        if self.xmpp.is_component:
            return  # XEP-0114 has no stream features
        for stanza_class in (
            stanza.Enabled,
            stanza.Resumed,
            stanza.Failed,
            stanza.Ack,
            stanza.RequestAck,
        ):
            self.xmpp.register_stanza(stanza_class)
        options = SmOptions(
            enabled=True,
            resume=self.allow_resume,
            max_seconds=self.max_resume,
            window=self.window,
            max_unacked=self.max_unacked,
        )
        self.xmpp.session.manage_stream(options)

    def plugin_end(self) -> None:
        """Begin no new session with it; the present one goes on as it began."""
        self.xmpp.session.manage_stream(SmOptions(enabled=False))

    @property
    def enabled(self) -> bool:
        """Whether the present stream is managed."""
        sm = self.xmpp.session.stream.sm
        return sm is not None and sm.state is SmState.ENABLED

    @property
    def sm_id(self) -> str | None:
        """The session's id, if it can be resumed."""
        sm = self.xmpp.session.stream.sm
        return sm.previd or None if sm is not None else None

    @property
    def handled(self) -> int:
        """How many of the server's stanzas were handled, modulo 2**32."""
        managed = self.xmpp.session.stream.managed
        return 0 if managed is None else managed.handled_count

    @property
    def last_ack(self) -> int:
        """How many of our stanzas the server has acknowledged, modulo 2**32."""
        sm = self.xmpp.session.stream.sm
        return 0 if sm is None else sm.acked_count

    @property
    def seq(self) -> int:
        """How many stanzas we have sent, modulo 2**32."""
        sm = self.xmpp.session.stream.sm
        return 0 if sm is None else (sm.acked_count + sm.unacked) % 2**32

    def request_ack(self, event: Any = None) -> None:
        """Ask the server now how many stanzas it has handled."""
        del event
        session = self.xmpp.session
        if self.enabled and session.parser is not None:
            session.parser.tell(m.Probe())

    def send_ack(self) -> None:
        """Tell the server how many stanzas were handled."""
        session = self.xmpp.session
        if session.parser is not None:
            session.parser.tell(m.SendAck(session.stream.epoch))
