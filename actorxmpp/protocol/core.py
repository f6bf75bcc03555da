"""What both roles' negotiations share: guards, the stream header, errors, time-outs.

Where it stands: `ClientNegotiation` and `ComponentNegotiation` derive from `Negotiation`,
whose public methods are the whole interface to the stages around it. It does no I/O and has
no clock: its owner feeds it what happened and carries out the `Action`s it returns, in order.

Rules:

* No public method raises for anything a peer can do: failures come out as `Failed`.
* After `Established` or `Failed` every method returns an empty list, so that an answer that
  comes late (keys from a thread, a timer) does no harm.
* The number of elements a peer may send before the stream is ready is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias
from xml.etree.ElementTree import Element

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Established, Failed, RestartStream, Send
from actorxmpp.protocol.errors import (
    InvalidTransition,
    Source,
    StepTimeout,
    StreamErrorReceived,
    StreamNegotiationError,
)
from actorxmpp.protocol.header import STREAM_CLOSE, stream_error
from actorxmpp.protocol.states import (
    FINAL,
    STEP_TIMEOUT_S,
    StreamEvent,
    StreamState,
    StreamStateMachine,
)
from actorxmpp.xmlstream.tokenizer import StreamOpened

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.protocol.actions import TlsFacts
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys

MAX_ELEMENTS: Final = 64
"""Elements accepted until the stream is ready. A full login takes about ten; the rest leaves
room for stanzas that arrive early. More is a peer that keeps us busy on purpose."""

MAX_STREAM_ID: Final = 1024
"""Characters of a stream id accepted; real ones have 10 to 40."""

STREAM_TAG: Final = ns.clark(ns.STREAMS, "stream")
ERROR_TAG: Final = ns.clark(ns.STREAMS, "error")
FEATURES_TAG: Final = ns.clark(ns.STREAMS, "features")


StreamInput: TypeAlias = object
"""`StreamOpened`, `Element` or `StreamClosed`: what the tokenizer's `feed` returns."""

_UNPROTECTED: Final = frozenset({StreamState.NEW, StreamState.TLS_HANDSHAKE})
"""States in which no closing tag may be written: no stream yet, or only TLS records."""


class Negotiation:
    """The common part; see the subclasses for use."""

    __slots__ = ("_elements", "_machine", "_stream_id", "_tls")

    error_source: Source = Source.STREAM
    """Which table judges a stream error received during negotiation."""

    def __init__(self) -> None:
        self._machine = StreamStateMachine()
        self._tls: TlsFacts | None = None
        self._stream_id = ""
        self._elements = 0

    @property
    def state(self) -> StreamState:
        """Where the negotiation stands."""
        return self._machine.state

    @property
    def timeout(self) -> float | None:
        """How many seconds the present step may take before `step_timeout` is to be called."""
        return STEP_TIMEOUT_S.get(self.state)

    def connected(self, tls: TlsFacts | None = None) -> list[Action]:
        """The socket is up.

        Args:
            tls: The TLS layer when the connection began with one (XEP-0368), else None.
        """
        return self._guard(lambda: self._connected(tls))

    def receive(self, event: StreamInput) -> list[Action]:
        """The tokenizer reported something: a header, an element, or the closing tag."""
        return self._guard(lambda: self._receive(event))

    def tls_established(self, info: TlsFacts) -> list[Action]:
        """The handshake `StartTls` asked for is done, and the certificate was accepted."""
        return self._guard(lambda: self._tls_established(info))

    def keys_derived(self, keys: ScramKeys) -> list[Action]:
        """The answer to `DeriveKeys`."""
        return self._guard(lambda: self._keys_derived(keys))

    def step_timeout(self) -> list[Action]:
        """The present step took longer than `timeout`."""
        return self._guard(self._step_timeout)

    # -- for the subclasses ------------------------------------------------------------------

    def _open_stream(self) -> list[Action]:
        raise NotImplementedError

    def _opened(self, opened: StreamOpened) -> list[Action]:
        raise NotImplementedError

    def _element(self, element: Element) -> list[Action]:
        raise NotImplementedError

    def _tls_established(self, _info: TlsFacts) -> list[Action]:
        raise InvalidTransition("tls_established, but no StartTls was asked for")

    def _keys_derived(self, _keys: ScramKeys) -> list[Action]:
        raise InvalidTransition("keys_derived, but no DeriveKeys was asked for")

    def _established(self, result: Established) -> list[Action]:
        self._machine.advance(StreamEvent.READY)
        return [result]

    def _restart(self) -> list[Action]:
        return [RestartStream(), *self._open_stream()]

    def _unexpected(self, element: Element) -> StreamNegotiationError:
        text = f"{element.tag[:200]} in state {self.state.value}"
        return StreamNegotiationError("unexpected-element", text, reply="policy-violation")

    # -- inside ------------------------------------------------------------------------------

    def _guard(self, handler: Callable[[], list[Action]]) -> list[Action]:
        if self.state in FINAL:
            return []
        try:
            return handler()
        except StreamNegotiationError as error:
            return self._fail(error)
        except InvalidTransition as error:
            failure = StreamNegotiationError("invalid-transition", str(error))
            failure.__cause__ = error
            return self._fail(failure)

    def _fail(self, error: StreamNegotiationError) -> list[Action]:
        actions: list[Action] = []
        if self.state not in _UNPROTECTED:
            farewell = stream_error(error.reply) if error.reply else STREAM_CLOSE
            actions.append(Send(farewell))
        if self.state is not StreamState.FAILED:  # a refused transition has failed it already
            self._machine.advance(StreamEvent.FAIL)
        return [*actions, Failed(error)]

    def _connected(self, tls: TlsFacts | None) -> list[Action]:
        self._machine.advance(StreamEvent.CONNECTED)
        self._tls = tls
        return self._open_stream()

    def _receive(self, event: StreamInput) -> list[Action]:
        if isinstance(event, Element):
            self._count()
            if event.tag == ERROR_TAG:
                raise StreamErrorReceived.from_element(event, self.error_source)
            return self._element(event)
        if isinstance(event, StreamOpened):
            self._count()
            return self._header(event)
        text = f"the peer closed the stream in state {self.state.value}"
        raise StreamNegotiationError("stream-closed", text)

    def _header(self, opened: StreamOpened) -> list[Action]:
        if self.state is not StreamState.OPENING:
            text = f"a stream header in state {self.state.value}"
            raise StreamNegotiationError("unexpected-element", text, reply="policy-violation")
        if opened.tag != STREAM_TAG:
            raise StreamNegotiationError(
                "invalid-namespace",
                f"the stream's root is {opened.tag[:200]}",
                source=Source.STREAM,
                reply="invalid-namespace",
            )
        self._stream_id = opened.attrib.get("id", "")
        if len(self._stream_id) > MAX_STREAM_ID:
            text = f"a stream id of {len(self._stream_id)} characters"
            raise StreamNegotiationError("unexpected-element", text, reply="policy-violation")
        return self._opened(opened)

    def _count(self) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise StreamNegotiationError(
                "too-many-elements",
                f"more than {MAX_ELEMENTS} elements and the stream is still not ready",
                reply="policy-violation",
            )

    def _step_timeout(self) -> list[Action]:
        raise StepTimeout(f"no answer in {self.timeout} s, state {self.state.value}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.state.value}>"
