"""As much of a stream as handlers ask for, and what the dispatcher does with a handler."""

from __future__ import annotations

from actorxmpp.xmlstream import StanzaPath

MATCHER = StanzaPath("message")


class Stream:
    """As much of a stream as handlers ask for; its clock is moved by hand."""

    def __init__(self, loop=None):
        self.loop = loop
        self.handlers = []
        self.removed = []
        self.timers = {}
        self.failures = []

    def register_handler(self, handler):
        self.handlers.append(handler)

    def remove_handler(self, name):
        self.removed.append(name)
        return True

    def schedule(self, name, seconds, callback):
        self.timers[name] = (seconds, callback)

    def cancel_schedule(self, name):
        self.timers.pop(name, None)

    def exception(self, error):
        self.failures.append(error)


def handle(handler, stanza):
    """What the dispatcher does."""
    assert handler.match(stanza)
    handler.prerun(stanza)
    return handler.run(stanza)
