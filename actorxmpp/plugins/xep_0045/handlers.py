"""What rooms send: presences, messages, invitations, as tables and events."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0045.joining import GONE_FOR_GOOD, Join, SelfStatus, Waiting
from actorxmpp.plugins.xep_0045.rooms import AVAILABLE, Rooms
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.xmlstream.matcher import Key, KeyKind, MatcherBase

if TYPE_CHECKING:
    import asyncio

    from actorxmpp.stanza import Message, Presence

__all__ = ["Handlers", "MessageOfType"]

REJOIN = FullJitter(base=5.0, cap=600.0)
"""Seconds before a room that ended is entered again: it may be restarting, with many occupants."""

_RANDOM = random.Random()


class MessageOfType(MatcherBase):
    """Fits messages of one type that have a certain child; costs one look-up, whatever the type.

    Args:
        criteria: ``type/child``.
    """

    __slots__ = ("_child", "_type")

    def __init__(self, criteria: str) -> None:
        super().__init__(criteria)
        self._type, _, self._child = criteria.partition("/")

    @property
    def wanted_type(self) -> str:
        """The type."""
        return self._type

    def match(self, xml: Any) -> bool:
        """Whether the type is right; the index has seen the child."""
        return bool(xml.xml.get("type") == self._type)

    def index_keys(self) -> tuple[Key, ...]:
        """The child's name."""
        return (Key(KeyKind.PATH, "message", self._child),)


class Handlers(Rooms):
    """Takes what rooms send."""

    rejoin_rooms: bool
    joins: dict[tuple[JID | None, JID], Join]
    _waiting: dict[tuple[JID | None, JID], Waiting]
    _timers: dict[tuple[JID | None, JID], asyncio.TimerHandle]

    def _key(self, stanza: Any) -> tuple[JID | None, JID]:
        side = JID(stanza["to"]) if self.multi_from else None
        return side, JID(stanza["from"].bare)

    # presence

    def _handle_presence(self, presence: Presence) -> None:
        if presence["type"] == "error":
            return  # the event presence_error brings it
        self.xmpp.event("groupchat_presence", presence)
        key = self._key(presence)
        side, room = key
        occupants = self.rooms.get(side, {}).get(room)
        if occupants is None:
            return
        waiting = self._waiting.get(key)
        if waiting is not None and presence["type"] in AVAILABLE:
            waiting.saw_presence(presence)
        changed = self._note(occupants, presence)
        codes = presence["muc"]["status_codes"]
        if SelfStatus.SELF in codes:
            self._self_presence(key, presence, codes)
            self.xmpp.event(f"muc::{room}::self-presence", presence)
        self.xmpp.event(f"muc::{room}::presence", presence)
        if changed is False and SelfStatus.NICK_CHANGED not in codes:
            self.xmpp.event(f"muc::{room}::got_offline", presence)
        elif changed:
            self.xmpp.event(f"muc::{room}::got_online", presence)

    def _self_presence(
        self, key: tuple[JID | None, JID], presence: Presence, codes: set[int]
    ) -> None:
        side, room = key
        join = self.joins.get(key)
        if presence["type"] in AVAILABLE:
            nick = presence["from"].resource  # the room may have changed it (code 210)
            self.our_nicks.setdefault(side, {})[room] = nick
            if join is not None:
                join.nick, join.attempts = nick, 0
            return
        if SelfStatus.NICK_CHANGED in codes:
            self.our_nicks.setdefault(side, {})[room] = presence["muc"]["item_nick"]
            return
        self._leave(side, room)
        technical = codes & {SelfStatus.TECHNICAL, SelfStatus.SERVICE_SHUTDOWN}
        if join is None:
            return
        if technical and self.rejoin_rooms:
            self._rejoin_later(key)
        elif codes & GONE_FOR_GOOD or not technical:
            del self.joins[key]

    def _rejoin_later(self, key: tuple[JID | None, JID]) -> None:
        join = self.joins.get(key)
        if join is None or key in self._timers:
            return
        delay = REJOIN.delay(join.attempts, _RANDOM)
        join.attempts += 1
        self._timers[key] = self.xmpp.loop.call_later(delay, self._rejoin_now, key)

    def _rejoin_now(self, key: tuple[JID | None, JID]) -> None:
        self._timers.pop(key, None)
        if key in self.joins and self.xmpp.sessionstarted:
            self._send_join(key)

    def _send_join(self, key: tuple[JID | None, JID]) -> None:
        raise NotImplementedError

    def _handle_join(self, presence: Presence) -> None:
        """Somebody wants to enter a room of this component."""
        if presence["type"] != "error":
            self.xmpp.event("groupchat_join", presence)

    def _handle_presence_error(self, presence: Presence) -> None:
        key = self._key(presence)
        if key not in self._waiting and key not in self.joins and key[1] not in self._all_rooms():
            return
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.failed(presence)
        elif key in self.joins and not self.rooms.get(key[0], {}).get(key[1]):
            self._refused(key, presence)
        self.xmpp.event(f"muc::{key[1]}::presence-error", presence)

    def _refused(self, key: tuple[JID | None, JID], presence: Presence) -> None:
        """A room was not entered again: later, if that may help."""
        self._leave(*key)
        if presence["error"]["type"] == "wait" or presence["error"]["condition"] in (
            "remote-server-timeout",
            "remote-server-not-found",
        ):
            self._rejoin_later(key)
        else:
            del self.joins[key]

    def _all_rooms(self) -> set[JID]:
        return {room for rooms in self.rooms.values() for room in rooms}

    # messages

    def _handle_message(self, message: Message) -> None:
        key = self._key(message)
        waiting, join = self._waiting.get(key), self.joins.get(key)
        if waiting is not None:
            waiting.saw_message(message)
        if join is not None:
            join.last_seen = dt.datetime.now(dt.UTC)
        self.xmpp.event("groupchat_message", message)
        self.xmpp.event(f"muc::{key[1]}::message", message)

    def _handle_subject(self, message: Message) -> None:
        names = {child.tag.rpartition("}")[2] for child in message.xml}
        if "body" in names or "thread" in names:
            return  # a message with a subject changes none (XEP-0045 section 8.1)
        key = self._key(message)
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.saw_subject(message)
        self.xmpp.event("groupchat_subject", message)
        self.xmpp.event(f"muc::{key[1]}::groupchat_subject", message)

    def _handle_error_message(self, message: Message) -> None:
        if message["from"].bare in self._all_rooms():
            self.xmpp.event("groupchat_message_error", message)
            self.xmpp.event(f"muc::{message['from'].bare}::message_error", message)

    def _handle_user_message(self, message: Message) -> None:
        """Something a room says in a message of its own, by the first child that fits."""
        if message["type"] == "error":
            return
        names = {child.tag.rpartition("}")[2] for child in message["muc"].xml}
        for name, event, room_event in self._USER_EVENTS:
            if name in names:
                self.xmpp.event(event, message)
                if room_event:
                    self.xmpp.event(f"muc::{message['from'].bare}::{room_event}", message)
                return

    _USER_EVENTS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("invite", "groupchat_invite", ""),
        ("decline", "groupchat_decline", ""),
        ("item", "groupchat_affiliation_change", "affiliation_change"),
        ("status", "groupchat_config_status", "config_status"),
    )
