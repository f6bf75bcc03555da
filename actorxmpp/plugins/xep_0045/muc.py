"""The plugin: entering and leaving rooms, talking in them, inviting others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0045.admin import Admin
from actorxmpp.plugins.xep_0045.handlers import Handlers, MessageOfType
from actorxmpp.plugins.xep_0045.joining import Join, JoinResult, Waiting
from actorxmpp.plugins.xep_0045.stanza import NS
from actorxmpp.plugins.xep_0082 import format_datetime

if TYPE_CHECKING:
    import datetime as dt

    from actorxmpp.stanza import Presence
    from actorxmpp.types import JidStr, OptJidStr, PresenceArgs

__all__ = ["XEP_0045"]

_GROUPCHAT = MessageOfType("groupchat/body")
_SUBJECT = MessageOfType("groupchat/subject")
_ERROR = MessageOfType("error/error")


class XEP_0045(Handlers, Admin):
    """Multi-User Chat, for occupants, admins and owners; a component sees who wants to enter.

    Rooms are entered again after each new session, asking for the history since the last message,
    and when a room comes back after a technical problem. Who was kicked or banned stays out.

    Configuration: ``multi_from`` (False), a component enters rooms with several of its JIDs;
    ``rejoin_rooms`` (True).

    Events, with the stanza: ``groupchat_presence``, ``groupchat_message``, ``groupchat_subject``,
    ``groupchat_message_error``, ``groupchat_invite``, ``groupchat_decline``,
    ``groupchat_config_status``, ``groupchat_affiliation_change``, ``groupchat_join``; and for one
    room ``muc::ROOM::`` with ``presence``, ``self-presence``, ``got_online``, ``got_offline``,
    ``presence-error``, ``message``, ``message_error``, ``groupchat_subject``, ``config_status``,
    ``affiliation_change``.
    """

    name = "xep_0045"
    description = "XEP-0045: Multi-User Chat"
    xep_version = "1.35.5"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0203"}
    features = (NS,)
    multi_from: bool
    rejoin_rooms: bool
    default_config: ClassVar[dict[str, Any]] = {"multi_from": False, "rejoin_rooms": True}

    def plugin_init(self) -> None:
        """Take what rooms send."""
        self.rooms = self.kept.setdefault("rooms", {})
        self.our_nicks = self.kept.setdefault("our_nicks", {})
        self.joins = self.kept.setdefault("joins", {})
        self._waiting = {}
        self._timers = {}
        self.handle("MUCPresence", "presence/muc", self._handle_presence)
        self.handle("MUCPresenceJoin", "presence/muc_join", self._handle_join)
        self.handle("MUCUser", "message/muc", self._handle_user_message)
        self.handle("MUCMessage", _GROUPCHAT, self._handle_message)
        self.handle("MUCSubject", _SUBJECT, self._handle_subject)
        self.handle("MUCError", _ERROR, self._handle_error_message)
        self.xmpp.add_event_handler("presence_error", self._handle_presence_error)
        if self.joins:
            self._watch_sessions()

    def plugin_end(self) -> None:
        """Forget the rooms."""
        for timer in self._timers.values():
            timer.cancel()
        self.joins.clear()

    # entering and leaving

    def make_join_stanza(
        self,
        room: JidStr,
        nick: str,
        *,
        password: str | None = None,
        maxchars: int | None = None,
        maxstanzas: int | None = None,
        seconds: int | None = None,
        since: dt.datetime | None = None,
        presence_options: PresenceArgs | None = None,
    ) -> Presence:
        """Make the presence that enters a room (XEP-0045 section 7.2).

        Of the limits of history the first that is given counts.

        Args:
            room: the room.
            nick: our nickname there.
            password: the room's.
            maxchars: characters of history at most.
            maxstanzas: messages of history at most.
            seconds: how far history goes back.
            since: from when on history is wanted.
            presence_options: what ``make_presence`` takes.
        """
        options: dict[str, Any] = {**(presence_options or {}), "pto": f"{JID(room).bare}/{nick}"}
        options.pop("ptype", None)
        presence = self.xmpp.make_presence(**options)
        presence.enable("muc_join")
        if password is not None:
            presence["muc_join"]["password"] = password
        limits = {
            "maxchars": maxchars,
            "maxstanzas": maxstanzas,
            "seconds": seconds,
            "since": None if since is None else format_datetime(since),
        }
        for name, value in limits.items():
            if value is not None:
                presence["muc_join"]["history"][name] = str(value)
                break
        return presence

    async def join_muc_wait(
        self,
        room: JidStr,
        nick: str,
        *,
        password: str | None = None,
        maxchars: int | None = None,
        maxstanzas: int | None = None,
        seconds: int | None = None,
        since: dt.datetime | None = None,
        presence_options: PresenceArgs | None = None,
        timeout: float | None = 300,
    ) -> JoinResult:
        """Enter a room and wait until we are in.

        Args:
            room: the room.
            nick: our nickname there.
            password: the room's.
            maxchars: characters of history at most.
            maxstanzas: messages of history at most.
            seconds: how far history goes back.
            since: from when on history is wanted.
            presence_options: what ``make_presence`` takes; a component gives ``pfrom``.
            timeout: seconds to wait; None waits as long as it takes.

        Returns:
            Our presence, the subject, the other occupants, the history.

        Raises:
            PresenceError: if the room refuses.
            TimeoutError: if it does not answer in time.
            ValueError: if a component does not say from which of its JIDs.
        """
        if self.xmpp.is_component and not (presence_options or {}).get("pfrom"):
            raise ValueError("a component says with pfrom which of its JIDs enters")
        presence = self.make_join_stanza(
            room,
            nick,
            password=password,
            maxchars=maxchars,
            maxstanzas=maxstanzas,
            seconds=seconds,
            since=since,
            presence_options=presence_options,
        )
        key = self._begin(room, nick, password, presence_options)
        waiting = self._waiting[key] = Waiting(self.xmpp.loop.create_future())
        entered = False
        try:
            presence.send()
            result = await asyncio.wait_for(waiting.future, timeout)
            entered = True
            return result
        finally:
            if self._waiting.get(key) is waiting:
                del self._waiting[key]
            if not entered:
                self.joins.pop(key, None)
                self._leave(*key)

    def join_muc(
        self,
        room: JidStr,
        nick: str,
        maxhistory: str = "0",
        password: str = "",
        pstatus: str = "",
        pshow: str = "",
        pfrom: OptJidStr = "",
    ) -> None:
        """Enter a room without waiting; events tell what comes of it.

        Args:
            room: the room.
            nick: our nickname there.
            maxhistory: messages of history at most; empty is as many as the room likes.
            password: the room's.
            pstatus: see ``make_presence``.
            pshow: see ``make_presence``.
            pfrom: from which of a component's JIDs.
        """
        given = {"pstatus": pstatus, "pshow": pshow, "pfrom": pfrom}
        options: Any = {name: value for name, value in given.items() if value}
        self._begin(room, nick, password or None, options)
        self.make_join_stanza(
            room,
            nick,
            password=password or None,
            maxstanzas=int(maxhistory) if maxhistory else None,
            presence_options=options,
        ).send()

    join_groupchat = join_muc
    join_groupchat_wait = join_muc_wait

    def _begin(
        self, room: JidStr, nick: str, password: str | None, options: PresenceArgs | None
    ) -> tuple[JID | None, JID]:
        given: dict[str, Any] = dict(options or {})
        key = (self._side(given.get("pfrom")), JID(JID(room).bare))
        self._enter(*key, nick)
        if not self.joins:
            self._watch_sessions()
        self.joins[key] = Join(nick, password, given)
        return key

    def _watch_sessions(self) -> None:
        self.xmpp.del_event_handler("session_start", self._new_session)
        self.xmpp.add_event_handler("session_start", self._new_session)

    def _new_session(self, _event: Any) -> None:
        """The rooms know nothing of a new session: enter them again."""
        self.rooms.clear()
        self.our_nicks.clear()
        if self.rejoin_rooms:
            for key in list(self.joins):
                self._send_join(key)

    def rejoin(self, room: JidStr, pfrom: OptJidStr = None) -> None:
        """Enter a room again in which we are not any more, though it did not tell.

        Raises:
            ValueError: if we never entered it.
        """
        key = (self._side(pfrom), JID(JID(room).bare))
        if key not in self.joins:
            raise ValueError(f"the room {room} was not entered before")
        self._send_join(key)

    def _send_join(self, key: tuple[JID | None, JID]) -> None:
        join = self.joins[key]
        self._enter(*key, join.nick)
        options: Any = join.options
        self.make_join_stanza(
            key[1],
            join.nick,
            password=join.password,
            maxstanzas=0 if join.last_seen is None else None,
            since=join.last_seen,
            presence_options=options,
        ).send()

    def leave_muc(self, room: JidStr, nick: str, msg: str = "", pfrom: OptJidStr = None) -> None:
        """Leave a room (XEP-0045 section 7.14), with some words."""
        presence = self.xmpp.make_presence(
            ptype="unavailable", pto=f"{JID(room).bare}/{nick}", pfrom=pfrom, pstatus=msg or None
        )
        presence.send()
        key = (self._side(pfrom), JID(JID(room).bare))
        self.joins.pop(key, None)
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        self._leave(*key)

    async def set_self_nick(
        self,
        room: JidStr,
        new_nick: str,
        timeout: float = 60,
        presence_options: PresenceArgs | None = None,
    ) -> str:
        """Change our nickname (XEP-0045 section 7.6); returns the new one as the room gave it.

        Raises:
            PresenceError: if the room refuses.
            TimeoutError: if it does not answer in time.
        """
        options: dict[str, Any] = dict(presence_options or {})
        key = (self._side(options.get("pfrom")), JID(JID(room).bare))
        presence = self.make_join_stanza(room, new_nick, presence_options=presence_options)
        del presence["muc_join"]
        waiting = self._waiting[key] = Waiting(self.xmpp.loop.create_future())
        event = f"muc::{key[1]}::self-presence"

        def changed(seen: Presence) -> None:
            if seen["type"] != "unavailable" and not waiting.future.done():
                waiting.future.set_result(JoinResult(seen, None, [], []))  # type: ignore[arg-type]

        self.xmpp.add_event_handler(event, changed)
        try:
            presence.send()
            result = await asyncio.wait_for(waiting.future, timeout)
            nick: str = result.presence["from"].resource
            return nick
        finally:
            self.xmpp.del_event_handler(event, changed)
            if self._waiting.get(key) is waiting:
                del self._waiting[key]

    # talking

    def set_subject(self, room: JidStr, subject: str, *, mfrom: OptJidStr = None) -> None:
        """Change a room's subject (XEP-0045 section 8.1)."""
        message = self.xmpp.make_message(room, mtype="groupchat", mfrom=mfrom)
        message["subject"] = subject
        message.send()

    def invite(
        self, room: JidStr, jid: JidStr, reason: str = "", *, mfrom: OptJidStr = None
    ) -> None:
        """Invite somebody through the room (XEP-0045 section 7.8.2)."""
        message = self.xmpp.make_message(room, mfrom=mfrom)
        message["muc"]["invite"]["to"] = jid
        if reason:
            message["muc"]["invite"]["reason"] = reason
        message.send()

    def invite_server(
        self, room: JidStr, jid: JidStr, invite_from: JidStr, reason: str = ""
    ) -> None:
        """Pass an invitation on, as a component that is the room (section 7.8.2)."""
        message = self.xmpp.make_message(jid, mfrom=room)
        message["muc"]["invite"]["from"] = invite_from
        if reason:
            message["muc"]["invite"]["reason"] = reason
        message.send()

    def decline(
        self, room: JidStr, jid: JidStr, reason: str = "", *, mfrom: OptJidStr = None
    ) -> None:
        """Decline an invitation (XEP-0045 section 7.8.2)."""
        message = self.xmpp.make_message(room, mfrom=mfrom)
        message["muc"]["decline"]["to"] = jid
        if reason:
            message["muc"]["decline"]["reason"] = reason
        message.send()

    def request_voice(
        self, room: JidStr, role: str = "participant", *, mfrom: OptJidStr = None
    ) -> None:
        """Ask to be allowed to speak (XEP-0045 section 7.13)."""
        message = self.xmpp.make_message(room, mfrom=mfrom)
        form = message["form"]
        form["type"] = "submit"
        form.add_field("FORM_TYPE", "hidden", value=f"{NS}#request")
        form.add_field("muc#role", "list-single", value=role)
        message.send()
