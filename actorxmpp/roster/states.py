"""Subscription states: how an incoming stanza changes and answers them (RFC 6121 appendix A).

A subscription has two directions, each *held* or not and *pending* or not. ``subscribe`` and
``unsubscribe`` are about theirs to us (``from``, ``pending_in``), ``subscribed`` and
``unsubscribed`` about ours to them (``to``, ``pending_out``). A component keeps this state itself;
for a client the server does, and the client only follows.
"""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """The new state of one direction of a subscription.

    Attributes:
        held: whether it is granted now.
        pending: whether a request is pending now.
        answer: the presence type to answer with, or None.
        event: the event to raise, or None.
    """

    held: bool
    pending: bool
    answer: str | None = None
    event: str | None = None


_REQUEST = "roster_subscription_request"
_AUTHORIZED = "roster_subscription_authorized"
_REMOVE = "roster_subscription_remove"
_REMOVED = "roster_subscription_removed"

DIRECTIONS: dict[str, tuple[str, str]] = {
    "subscribe": ("from", "pending_in"),
    "unsubscribe": ("from", "pending_in"),
    "subscribed": ("to", "pending_out"),
    "unsubscribed": ("to", "pending_out"),
}
"""Presence type -> the fields of the direction it is about."""

COMPONENT: dict[str, dict[tuple[bool, bool], Outcome]] = {
    "subscribe": {
        (False, False): Outcome(False, True, event=_REQUEST),
        (False, True): Outcome(False, True),
        (True, False): Outcome(True, False, answer="subscribed"),
        (True, True): Outcome(True, True, answer="subscribed"),
    },
    "subscribed": {
        (False, False): Outcome(False, False),
        (False, True): Outcome(True, False, event=_AUTHORIZED),
        (True, False): Outcome(True, False),
        (True, True): Outcome(True, True),
    },
    "unsubscribe": {
        (False, False): Outcome(False, False),
        (False, True): Outcome(False, False, answer="unsubscribed"),
        (True, False): Outcome(False, False, answer="unsubscribed", event=_REMOVE),
        (True, True): Outcome(False, True, answer="unsubscribed", event=_REMOVE),
    },
    "unsubscribed": {
        (False, False): Outcome(False, False),
        (False, True): Outcome(False, False),
        (True, False): Outcome(False, False, event=_REMOVED),
        (True, True): Outcome(False, True, event=_REMOVED),
    },
}
"""Presence type -> (held, pending) -> outcome, for a component."""

CLIENT: dict[str, dict[tuple[bool, bool], Outcome]] = {
    "subscribe": {
        (False, False): Outcome(False, True, event=_REQUEST),
        (False, True): Outcome(False, True, event=_REQUEST),
        (True, False): Outcome(True, False, event=_REQUEST),
        (True, True): Outcome(True, True, event=_REQUEST),
    },
    "subscribed": {
        (held, pending): Outcome(held, pending, event=_AUTHORIZED)
        for held in (False, True)
        for pending in (False, True)
    },
    "unsubscribe": {
        (False, False): Outcome(False, False, event=_REMOVE),
        (False, True): Outcome(False, False, event=_REMOVE),
        (True, False): Outcome(False, False, event=_REMOVE),
        (True, True): Outcome(False, True, event=_REMOVE),
    },
    "unsubscribed": {
        (held, pending): Outcome(held, pending, event=_REMOVED)
        for held in (False, True)
        for pending in (False, True)
    },
}
"""The same for a client: the server answers and decides; each stanza it passes on is an event."""
