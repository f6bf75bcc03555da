"""The bytes that open and close a stream, and stream errors (RFC 6120, 4.7 to 4.9).

Where it stands: negotiation sends the headers; the parser stage sends the closing tag, and an
error when the tokenizer reports a violation.

Rules: every value put into XML passes `escape`; nothing else in the package builds attributes.
"""

from __future__ import annotations

import re
from typing import Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.errors import STREAM_DECISIONS

STREAM_CLOSE: Final = b"</stream:stream>"

_ESCAPES: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "'": "&apos;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(value: str) -> str:
    """Make `value` fit for an attribute or for text.

    Raises:
        ValueError: If it holds a character XML can't carry; the value itself is not named,
            it may be a secret.
    """
    if _ILLEGAL.search(value):
        raise ValueError("a value for the stream holds a character that XML does not allow")
    return value.translate(_ESCAPES)


def client_header(to: str, *, from_: str = "", lang: str = "en") -> bytes:
    """The header a client opens a stream with.

    Args:
        to: The server's domain.
        from_: The account's bare JID. Leave it out before TLS: it would tell who connects
            (RFC 6120, 4.7.1).
        lang: The default language of human-readable text.
    """
    sender = f" from='{escape(from_)}'" if from_ else ""
    return (
        f"<?xml version='1.0'?><stream:stream xmlns='{ns.CLIENT}' xmlns:stream='{ns.STREAMS}'"
        f" version='1.0' to='{escape(to)}'{sender} xml:lang='{escape(lang)}'>"
    ).encode()


def component_header(jid: str) -> bytes:
    """The header a component opens a stream with: `to` is its own JID (XEP-0114)."""
    return (
        f"<?xml version='1.0'?><stream:stream xmlns='{ns.COMPONENT}'"
        f" xmlns:stream='{ns.STREAMS}' to='{escape(jid)}'>"
    ).encode()


def stream_error(condition: str, text: str = "") -> bytes:
    """A stream error, with the closing tag that must follow it (RFC 6120, 4.9.1.1).

    Args:
        condition: A name from RFC 6120, 4.9.3, for instance a `StreamViolation.condition`.
            Names the RFC lacks become `undefined-condition`.
        text: Words for people; may be empty.
    """
    if condition not in STREAM_DECISIONS:
        condition = "undefined-condition"
    words = f"<text xmlns='{ns.STREAM_ERRORS}'>{escape(text)}</text>" if text else ""
    return (
        f"<stream:error><{condition} xmlns='{ns.STREAM_ERRORS}'/>{words}</stream:error>"
    ).encode() + STREAM_CLOSE
