from __future__ import annotations

import inspect
import pickle
import re
from xml.etree.ElementTree import Element, fromstring

import pytest

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.protocol import errors
from actorxmpp.protocol.errors import (
    MAX_TEXT,
    Decision,
    InvalidTransition,
    ProtocolError,
    SaslFailure,
    Source,
    StepTimeout,
    StreamErrorReceived,
    StreamNegotiationError,
    TlsRequired,
    decide,
)

RFC_STREAM_CONDITIONS = 25
SASL_NAMES = """aborted account-disabled credentials-expired encryption-required
incorrect-encoding invalid-authzid invalid-mechanism malformed-request mechanism-too-weak
not-authorized temporary-auth-failure"""
RFC_SASL_CONDITIONS = set(SASL_NAMES.split())


@pytest.mark.parametrize(
    ("condition", "source", "decision"),
    [
        ("conflict", Source.STREAM, Decision.PARK),
        ("policy-violation", Source.STREAM, Decision.PARK),
        ("host-unknown", Source.STREAM, Decision.PARK),
        ("system-shutdown", Source.STREAM, Decision.RETRY),
        ("resource-constraint", Source.STREAM, Decision.GO_SLOW),
        ("see-other-host", Source.STREAM, Decision.RETRY),
        ("not-authorized", Source.SASL, Decision.PARK),
        ("temporary-auth-failure", Source.SASL, Decision.RETRY),
        ("mechanism-downgrade", Source.SASL, Decision.GO_SLOW),
        ("server-not-authenticated", Source.SASL, Decision.GO_SLOW),
        ("conflict", Source.BIND, Decision.PARK),
        ("not-authorized", Source.HANDSHAKE, Decision.PARK),
        ("tls-required", Source.TLS, Decision.GO_SLOW),
        ("certificate", "tls", Decision.GO_SLOW),
        ("timeout", Source.LOCAL, Decision.RETRY),
    ],
)
def test_decisions(condition: str, source: Source | str, decision: Decision) -> None:
    assert decide(condition, source) is decision


def test_the_tables_cover_the_rfc() -> None:
    assert len(errors.STREAM_DECISIONS) == RFC_STREAM_CONDITIONS
    assert set(errors.SASL_DECISIONS) >= RFC_SASL_CONDITIONS


@pytest.mark.parametrize("source", Source)
def test_an_unknown_condition_is_retried(source: Source) -> None:
    assert decide("never-heard-of", source) is Decision.RETRY


def test_an_unknown_source_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        decide("conflict", "nowhere")


def stream_error(inside: str) -> Element:
    return fromstring(f"<error xmlns='http://etherx.jabber.org/streams'>{inside}</error>")


NS = "urn:ietf:params:xml:ns:xmpp-streams"


def test_a_stream_error_is_read() -> None:
    error = StreamErrorReceived.from_element(
        stream_error(
            f"<conflict xmlns='{NS}'/><text xmlns='{NS}'>Replaced</text><app xmlns='urn:x'/>"
        )
    )
    assert (error.condition, error.text, error.application) == (
        "conflict",
        "Replaced",
        "{urn:x}app",
    )
    assert error.decision is Decision.PARK
    assert str(error) == "stream error: conflict (Replaced)"


def test_see_other_host_names_the_host() -> None:
    inside = f"<see-other-host xmlns='{NS}'> [2001:db8::1]:5222 </see-other-host>"
    assert StreamErrorReceived.from_element(stream_error(inside)).redirect == "[2001:db8::1]:5222"


@pytest.mark.parametrize("inside", ["", "<x/>", f"<text xmlns='{NS}'/>"])
def test_a_stream_error_without_condition_is_undefined(inside: str) -> None:
    error = StreamErrorReceived.from_element(stream_error(inside))
    assert error.condition == "undefined-condition"
    assert error.decision is Decision.RETRY


def test_a_peers_text_is_cut() -> None:
    inside = f"<reset xmlns='{NS}'/><text xmlns='{NS}'>{'x' * 10_000}</text>"
    assert len(StreamErrorReceived.from_element(stream_error(inside)).text) == MAX_TEXT


def test_the_tree_is_the_one_drawn_in_the_docstring() -> None:
    drawn = re.findall(r"^[ │├└─]*?([A-Z]\w+)(?: |$)", errors.__doc__ or "", re.MULTILINE)
    real = [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value)
        and issubclass(value, ProtocolError)
        and value.__module__ == errors.__name__
    ]
    assert sorted(set(drawn) & set(real)) == sorted(real)
    assert issubclass(ProtocolError, ActorXMPPError)
    for child in (StreamErrorReceived, SaslFailure, TlsRequired, StepTimeout):
        assert issubclass(child, StreamNegotiationError)
    assert not issubclass(InvalidTransition, StreamNegotiationError)


@pytest.mark.parametrize(
    "error",
    [
        StreamNegotiationError("reset", "text", source=Source.STREAM),
        SaslFailure("not-authorized", mechanism="PLAIN"),
        StepTimeout("no answer"),
        TlsRequired(text="stripped"),
    ],
)
def test_an_error_shows_its_condition(error: StreamNegotiationError) -> None:
    assert error.condition in str(error)
    assert error.condition in repr(error)


def test_errors_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(SaslFailure("not-authorized", "no", mechanism="PLAIN")))
    assert (error.condition, error.text) == ("not-authorized", "no")
    assert (error.decision, error.mechanism) == (Decision.PARK, "PLAIN")
