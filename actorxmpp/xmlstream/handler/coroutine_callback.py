"""CoroutineCallback, where slixmpp programs import it from."""

from actorxmpp.xmlstream.handler.callback import CoroutineCallback

__all__ = ["CoroutineCallback"]
