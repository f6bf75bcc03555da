"""The exceptions of the public API."""

from __future__ import annotations

import pytest

from actorxmpp import exceptions
from actorxmpp.exceptions import (
    DEFAULT_ERROR_TYPES,
    ActorXMPPError,
    InvalidJID,
    IqError,
    IqTimeout,
    PluginUnavailable,
    PresenceError,
    SerializeError,
    StanzaNotSent,
    XMPPError,
)
from actorxmpp.stanza import Error, Iq, Presence


@pytest.mark.parametrize("condition", sorted(DEFAULT_ERROR_TYPES))
def test_a_condition_has_its_type(condition):
    error = XMPPError(condition)
    assert error.etype in Error.types
    assert str(error) == error.format() == f"{error.etype}: {condition}"


def test_xmpp_error_arguments():
    error = XMPPError(
        "conflict",
        text="taken",
        etype="wait",
        extension="resource",
        extension_ns="urn:x",
        extension_args={"a": "1"},
        clear=False,
        by="a@b",
    )
    assert error.format() == "wait: conflict: taken: resource"
    assert (error.extension_ns, error.extension_args, error.clear, error.by) == (
        "urn:x",
        {"a": "1"},
        False,
        "a@b",
    )
    assert XMPPError().condition == "undefined-condition"


def test_a_condition_must_be_defined():
    with pytest.raises(ValueError, match="made-up"):
        XMPPError("made-up")


def error_stanza(stanza_class, condition):
    stanza = stanza_class()
    stanza["error"]["condition"] = condition
    stanza["error"]["text"] = "no"
    stanza["error"]["type"] = "auth"
    return stanza


def test_errors_of_stanzas():
    iq = error_stanza(Iq, "forbidden")
    error = IqError(iq)
    assert (error.condition, error.text, error.etype, error.iq) == ("forbidden", "no", "auth", iq)
    presence = error_stanza(Presence, "conflict")
    assert PresenceError(presence).presence is presence
    assert IqTimeout(iq).iq is iq
    assert IqTimeout(iq).condition == "remote-server-timeout"


def test_an_unknown_condition_from_the_peer_is_an_undefined_one():
    iq = Iq()
    iq["error"]
    del iq["error"]["condition"]
    assert IqError(iq).condition == "undefined-condition"


def test_one_root():
    for name, item in vars(exceptions).items():
        if isinstance(item, type) and issubclass(item, Exception):
            assert issubclass(item, ActorXMPPError), name
    assert issubclass(InvalidJID, ValueError)
    assert issubclass(SerializeError, ValueError)


def test_texts():
    assert "xep_0030" in str(PluginUnavailable("xep_0030", "restarting"))
    lost = StanzaNotSent("stanza", "stream ended")
    assert (lost.stanza, lost.reason, str(lost)) == ("stanza", "stream ended", "stream ended")
