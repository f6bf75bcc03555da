"""Presence subscriptions as a table: the nine states of RFC 6121 appendix A and its eight events.

A state is a set of flags; an event is one row saying which flags it needs, which stop it, which it
takes away and which it adds. `apply` is a pure function of state and event; who is notified of it
is `presence.py`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag
from typing import Final


class State(Flag):
    """What holds between the owner of a roster and one contact."""

    NONE = 0
    TO = 1
    """The owner sees the contact's presence."""
    FROM = 2
    """The contact sees the owner's presence."""
    ASKED = 4
    """The owner asked for the contact's presence: "pending out", ``ask='subscribe'``."""
    PENDING = 8
    """The contact asked for the owner's presence: "pending in"."""


class Event(Enum):
    """A subscription stanza, seen from the roster it passes: sent by its owner, or received."""

    SENT_SUBSCRIBE = "sent subscribe"
    SENT_UNSUBSCRIBE = "sent unsubscribe"
    SENT_SUBSCRIBED = "sent subscribed"
    SENT_UNSUBSCRIBED = "sent unsubscribed"
    GOT_SUBSCRIBE = "got subscribe"
    GOT_UNSUBSCRIBE = "got unsubscribe"
    GOT_SUBSCRIBED = "got subscribed"
    GOT_UNSUBSCRIBED = "got unsubscribed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One event's row.

    Attributes:
        needs: at least one of these flags must be set for the event to change anything (none: no
            condition).
        stopped_by: any of these flags makes it change nothing.
        clears: flags taken away.
        sets: flags added.
        always_passes: the stanza goes on to the other side even when nothing changes here.
    """

    needs: State = State.NONE
    stopped_by: State = State.NONE
    clears: State = State.NONE
    sets: State = State.NONE
    always_passes: bool = False


_IN = State.FROM | State.PENDING
_OUT = State.TO | State.ASKED

RULES: Final[dict[Event, Rule]] = {
    Event.SENT_SUBSCRIBE: Rule(stopped_by=State.TO, sets=State.ASKED, always_passes=True),
    Event.SENT_UNSUBSCRIBE: Rule(clears=_OUT, always_passes=True),
    Event.SENT_SUBSCRIBED: Rule(needs=State.PENDING, clears=State.PENDING, sets=State.FROM),
    Event.SENT_UNSUBSCRIBED: Rule(needs=_IN, clears=_IN),
    Event.GOT_SUBSCRIBE: Rule(stopped_by=_IN, sets=State.PENDING),
    Event.GOT_UNSUBSCRIBE: Rule(needs=_IN, clears=_IN),
    Event.GOT_SUBSCRIBED: Rule(needs=State.ASKED, clears=State.ASKED, sets=State.TO),
    Event.GOT_UNSUBSCRIBED: Rule(needs=_OUT, clears=_OUT),
}

KINDS: Final = ("subscribe", "unsubscribe", "subscribed", "unsubscribed")
"""The presence types that are about subscriptions."""

SENT: Final = {kind: Event(f"sent {kind}") for kind in KINDS}
"""Presence type to the event at its sender's roster."""

GOT: Final = {kind: Event(f"got {kind}") for kind in KINDS}
"""Presence type to the event at its receiver's roster."""

ATTRIBUTE: Final[dict[State, str]] = {
    State.NONE: "none",
    State.TO: "to",
    State.FROM: "from",
    State.TO | State.FROM: "both",
}
"""The ``subscription`` attribute of a roster item, for its TO and FROM flags."""


def apply(event: Event, state: State) -> tuple[State, bool]:
    """Return the state after `event`, and whether its stanza passes on.

    Args:
        event: what was sent by or has arrived for the owner of the roster.
        state: the state before.
    """
    rule = RULES[event]
    if rule.stopped_by & state or (rule.needs and not rule.needs & state):
        return state, rule.always_passes
    after = (state & ~rule.clears) | rule.sets
    return after, True
