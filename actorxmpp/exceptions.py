"""The exceptions of the public API, and the root of this library's own tree.

Everything this library raises on purpose is an ``ActorXMPPError``. ``XMPPError`` and its children
describe stanza errors (RFC 6120 section 8.3): raised in a handler they become the error reply,
raised by an awaited IQ they are the peer's answer. Where it makes sense an error is also the
built-in kind a caller would catch (``InvalidJID`` is a ``ValueError``).

    ActorXMPPError
    ├─ XMPPError            a stanza error: condition, type, text
    │  ├─ IqError           the peer answered an IQ with an error
    │  ├─ IqTimeout         the peer did not answer in time
    │  │  └─ RequestDisconnected   the connection was lost before the answer came
    │  └─ PresenceError     a presence of type error
    ├─ StreamViolation      the peer broke the rules of the XML stream (xmlstream.tokenizer)
    ├─ SerializeError       something that can't be written as XML (also a ValueError)
    ├─ InvalidJID           not an XMPP address (also a ValueError)
    ├─ NotConnectedError    there is no stream to send on
    ├─ SendQueueFull        too much waits to be sent already
    ├─ StanzaTooLarge       a stanza larger than can be sent (also a ValueError)
    ├─ StanzaNotSent        a stanza that will not reach the peer, with the stanza
    ├─ PluginNotFound       no plugin of that name exists, or it is not enabled (also a KeyError)
    └─ PluginUnavailable    a plugin that is not there now
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actorxmpp.types import ErrorConditions, ErrorTypes, JidStr


class ActorXMPPError(Exception):
    """The root of every error this library raises on purpose."""


class SerializeError(ActorXMPPError, ValueError):
    """An element holds what XML can't carry: a control character, half a surrogate, a bad name."""


class InvalidJID(ActorXMPPError, ValueError):
    """Text that is not an XMPP address (RFC 7622)."""


class NotConnectedError(ActorXMPPError):
    """A stanza was to be sent, and there is no stream."""


class SendQueueFull(ActorXMPPError):
    """A stanza was to be sent while stanzas can't flow, and the queue for that is full."""


class StanzaTooLarge(ActorXMPPError, ValueError):
    """A stanza is larger than this library, or the server (XEP-0478), takes.

    Args:
        size: Its bytes.
        limit: How many it may have.
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"a stanza of {size} bytes; the limit is {limit}")
        self.size = size
        self.limit = limit


class PluginNotFound(ActorXMPPError, KeyError):
    """No plugin of that name exists, or it is not enabled.

    Args:
        name: The plugin's name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"there is no plugin {self.name!r}, or it is not enabled"


class StanzaNotSent(ActorXMPPError):
    """A stanza was not, and will not be, delivered to the stream.

    Args:
        stanza: The stanza, for the caller to keep or send again.
        reason: What happened, in a few words.
    """

    def __init__(self, stanza: Any, reason: str = "") -> None:
        super().__init__(reason or "the stanza was not sent")
        self.stanza = stanza
        self.reason = reason


class PluginUnavailable(ActorXMPPError):
    """A plugin was called while it was not running.

    Args:
        name: The plugin's name, such as ``xep_0030``.
        reason: Why, in a few words.
    """

    def __init__(self, name: str, reason: str = "") -> None:
        super().__init__(f"plugin {name} is not available" + (f": {reason}" if reason else ""))
        self.name = name
        self.reason = reason


#: Condition -> the error type RFC 6120 section 8.3.3 recommends for it.
DEFAULT_ERROR_TYPES: Mapping[str, ErrorTypes] = {
    "bad-request": "modify",
    "conflict": "cancel",
    "feature-not-implemented": "cancel",
    "forbidden": "auth",
    "gone": "modify",
    "internal-server-error": "wait",
    "item-not-found": "cancel",
    "jid-malformed": "modify",
    "not-acceptable": "modify",
    "not-allowed": "cancel",
    "not-authorized": "auth",
    "payment-required": "auth",
    "policy-violation": "modify",
    "recipient-unavailable": "wait",
    "redirect": "modify",
    "registration-required": "auth",
    "remote-server-not-found": "cancel",
    "remote-server-timeout": "wait",
    "resource-constraint": "wait",
    "service-unavailable": "cancel",
    "subscription-required": "auth",
    "undefined-condition": "cancel",
    "unexpected-request": "modify",
}


class XMPPError(ActorXMPPError):
    """A stanza error: raise it in a handler and the peer gets it as the reply.

    Args:
        condition: The defined condition (RFC 6120 section 8.3.3).
        text: A sentence for people.
        etype: The error type; by default the one that goes with the condition.
        extension: Name of an application-specific condition element to add.
        extension_ns: Its namespace.
        extension_args: Its attributes.
        clear: Whether the error reply drops the request's content.
        by: The address of the entity that made the error.

    Raises:
        ValueError: ``condition`` is not one of the defined conditions.
    """

    def __init__(
        self,
        condition: ErrorConditions = "undefined-condition",
        text: str = "",
        etype: ErrorTypes | None = None,
        extension: str | None = None,
        extension_ns: str | None = None,
        extension_args: dict[str, str] | None = None,
        clear: bool = True,
        by: JidStr | None = None,
    ) -> None:
        if condition not in DEFAULT_ERROR_TYPES:
            raise ValueError(f"{condition!r} is not a stanza error condition of RFC 6120")
        super().__init__(condition, text)
        self.condition: ErrorConditions = condition
        self.text = text
        self.etype: ErrorTypes = etype or DEFAULT_ERROR_TYPES[condition]
        self.extension = extension
        self.extension_ns = extension_ns
        self.extension_args = {} if extension_args is None else extension_args
        self.clear = clear
        self.by = by

    def format(self) -> str:
        """Returns the error on one line: type, condition, text and extension."""
        parts = (self.etype, self.condition, self.text, self.extension)
        return ": ".join(part for part in parts if part)

    def __str__(self) -> str:
        return self.format()


class IqTimeout(XMPPError):
    """No answer to an IQ arrived in time.

    Args:
        iq: The request that was not answered.
    """

    def __init__(self, iq: Any) -> None:
        super().__init__("remote-server-timeout", etype="cancel")
        self.iq = iq


class RequestDisconnected(IqTimeout):
    """The connection was lost before the answer to an IQ came.

    It is an ``IqTimeout`` too, so that programs which wait for one handle it.

    Args:
        iq: The request.
        reason: What became of the connection.
    """

    def __init__(self, iq: Any, reason: str) -> None:
        super().__init__(iq)
        self.text = reason


class IqError(XMPPError):
    """The peer answered an IQ with an error.

    A condition this library doesn't know counts as ``undefined-condition`` (RFC 6120 section
    8.3.3.21); the stanza keeps what was really sent.

    Args:
        iq: The answer, of type ``error``.
    """

    def __init__(self, iq: Any) -> None:
        super().__init__(**_error_of(iq))
        self.iq = iq


class PresenceError(XMPPError):
    """A presence of type ``error`` came back, for example when a room refused us.

    Args:
        pres: The presence.
    """

    def __init__(self, pres: Any) -> None:
        super().__init__(**_error_of(pres))
        self.presence = pres


def _error_of(stanza: Any) -> dict[str, Any]:
    """Returns the XMPPError arguments that describe an error stanza."""
    error = stanza["error"]
    condition = error["condition"]
    if condition not in DEFAULT_ERROR_TYPES:
        condition = "undefined-condition"
    return {"condition": condition, "text": error["text"], "etype": error["type"] or None}
