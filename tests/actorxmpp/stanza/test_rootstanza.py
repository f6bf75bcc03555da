"""RootStanza: how a failure in a handler is answered (RFC 6120 section 8.3)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from actorxmpp.exceptions import IqError, IqTimeout, SendQueueFull, XMPPError
from actorxmpp.stanza import Iq

from .helpers import received


def request(stream, kind="set"):
    return received(
        stream, f"<iq xmlns='NS' type='{kind}' id='7' from='a@b/c' to='gw'><q xmlns='u:x'/></iq>"
    )


def answer(stream):
    (text,) = stream.sent
    around = f"<s xmlns='{stream.default_ns}'>{text}</s>"
    return Iq(stream, xml=ET.fromstring(around)[0], recv=True)


def test_an_xmpp_error_is_the_answer(stream):
    error = XMPPError(
        "conflict",
        text="taken",
        etype="wait",
        extension="resource",
        extension_ns="urn:x",
        extension_args={"a": "1"},
        clear=False,
        by="gw.example",
    )
    request(stream).exception(error)
    iq = answer(stream)
    assert (iq["type"], iq["id"], iq["to"]) == ("error", "7", "a@b/c")
    assert iq["error"]["condition"] == "conflict"
    assert iq["error"]["text"] == "taken"
    assert iq["error"]["type"] == "wait"
    assert iq["error"]["by"] == "gw.example"
    assert iq["error"].namespace == stream.default_ns
    assert iq["error"].xml.find("{urn:x}resource").get("a") == "1"
    assert iq.xml.find("{u:x}q") is not None
    assert stream.failures == []


def test_another_s_error_is_not_passed_on(stream, caplog):
    inner = Iq()
    inner["error"]["condition"] = "forbidden"
    inner["error"]["text"] = "private matter"
    request(stream).exception(IqError(inner))
    assert answer(stream)["error"]["condition"] == "undefined-condition"
    assert "private" not in stream.sent[0]
    assert "not caught" in caplog.text


def test_another_s_timeout_is_one(stream):
    request(stream).exception(IqTimeout(Iq()))
    assert answer(stream)["error"]["condition"] == "remote-server-timeout"
    assert answer(stream)["error"]["type"] == "wait"


def test_an_unexpected_failure_is_an_internal_server_error(stream):
    failure = ZeroDivisionError("secret detail")
    request(stream).exception(failure)
    assert answer(stream)["error"]["condition"] == "internal-server-error"
    assert "secret" not in stream.sent[0]
    assert stream.failures == [failure]


@pytest.mark.parametrize("kind", ["error", "result"])
@pytest.mark.parametrize("failure", [XMPPError("conflict"), ZeroDivisionError(), IqTimeout(None)])
def test_answers_are_not_answered(stream, kind, failure):
    request(stream, kind).exception(failure)
    assert stream.sent == []


@pytest.mark.parametrize("failure", [XMPPError("conflict"), ValueError("bug"), None])
def test_an_answer_for_which_there_is_no_room_fails_nobody(stream, failure):
    def full(_stanza):
        raise SendQueueFull("3 wait")

    stream.send = full
    if failure is None:
        request(stream).unhandled()
    else:
        request(stream).exception(failure)
