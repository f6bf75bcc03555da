"""XMLWaiter, where slixmpp programs import it from."""

from actorxmpp.xmlstream.handler.waiter import XMLWaiter

__all__ = ["XMLWaiter"]
