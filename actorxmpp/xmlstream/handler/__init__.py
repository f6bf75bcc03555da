"""Handlers: the code run for a stanza that matches."""

from actorxmpp.xmlstream.handler.base import BaseHandler
from actorxmpp.xmlstream.handler.callback import Callback, CoroutineCallback
from actorxmpp.xmlstream.handler.collector import Collector
from actorxmpp.xmlstream.handler.waiter import CoroutineWaiter, Waiter, XMLWaiter
from actorxmpp.xmlstream.handler.xmlcallback import XMLCallback

__all__ = [
    "BaseHandler",
    "Callback",
    "Collector",
    "CoroutineCallback",
    "CoroutineWaiter",
    "Waiter",
    "XMLCallback",
    "XMLWaiter",
]
