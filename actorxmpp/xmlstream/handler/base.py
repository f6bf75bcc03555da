"""BaseHandler: a name, a matcher, and a method for the stanzas that fit.

The dispatcher calls, for each stanza and each matching handler, ``prerun`` (at once, in order) and
then ``run``; afterwards ``check_delete`` tells whether the handler is done. Nothing here knows of
threads, tasks or actors: ``run`` returns what the callback returned, and the dispatcher makes a
task of a coroutine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, ref

if TYPE_CHECKING:
    from actorxmpp.xmlstream.matcher.base import MatcherBase


class BaseHandler:
    """Takes the stanzas its matcher fits.

    Args:
        name: the handler's name, by which it is removed.
        matcher: the stanzas it takes.
        stream: a stream to register with at once.

    Attributes:
        owner: the plugin that registered it, in whose actor it runs; None is the role.
        stream: a weak reference to the stream, set when the handler is registered.
    """

    __slots__ = ("__weakref__", "_destroy", "_matcher", "_payload", "name", "owner", "stream")

    def __init__(self, name: str, matcher: MatcherBase, stream: Any = None) -> None:
        self.name = name
        self._matcher = matcher
        self._destroy = False
        self._payload: Any = None
        self.owner: str | None = None
        self.stream: ReferenceType[Any] | None = None
        if stream is not None:
            self.stream = ref(stream)
            stream.register_handler(self)

    @property
    def matcher(self) -> MatcherBase:
        """The matcher, which decides which stanzas the handler takes."""
        return self._matcher

    def match(self, xml: Any) -> bool:
        """Tell whether the handler takes a stanza."""
        return self._matcher.match(xml)

    def prerun(self, payload: Any) -> Any:
        """Take a matching stanza while the stream is being read."""
        self._payload = payload

    def run(self, payload: Any) -> Any:
        """Take a matching stanza, after ``prerun``."""
        self._payload = payload

    def check_delete(self) -> bool:
        """Tell whether the handler is done and may be removed."""
        return self._destroy
