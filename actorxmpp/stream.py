"""XMLStream: the part of the public API that knows no XMPP, put together from its concerns.

It owns no socket and no parser: it is held by the session's dispatcher and speaks to the other
actors through the session's context. All methods may be called before the session exists;
``connect()`` starts it. From another thread than the loop's, ``send`` and ``event`` hand over to
the loop; everything else is for the loop's own thread.
"""

from __future__ import annotations

from actorxmpp.roles.sessions import Sessions

__all__ = ["XMLStream"]


class XMLStream(Sessions):
    """A stream of XML in both directions, with handlers, events, filters and timers.

    Attributes:
        default_ns: the namespace of stanzas on this stream.
        response_timeout: seconds an IQ waits for its reply unless told otherwise.
        sessionstarted: whether stanzas can be exchanged right now.
    """

    response_timeout = 30.0
