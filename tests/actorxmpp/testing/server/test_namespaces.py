"""The fixed pieces of stream XML: well-formed, escaped, and what the RFCs say they are."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp.testing.server import namespaces as ns

STREAM = f"<stream:stream xmlns='{ns.CLIENT}' xmlns:stream='{ns.STREAM}'>".encode()


@pytest.mark.parametrize(
    ("default", "version"), [(ns.CLIENT, "1.0"), (ns.COMPONENT, None)], ids=["client", "component"]
)
def test_a_header_opens_a_stream(default: str, version: str | None) -> None:
    header = fromstring(ns.stream_header(default, "a'b", "id") + b"</stream:stream>")
    assert header.tag == f"{{{ns.STREAM}}}stream"
    assert (header.get("from"), header.get("id"), header.get("version")) == ("a'b", "id", version)


def test_a_stream_error_has_condition_text_and_the_applications_own() -> None:
    data = ns.stream_error("undefined-condition", "<so>", "<own xmlns='urn:own'/>")
    (error,) = fromstring(STREAM + data)
    assert [child.tag for child in error] == [
        f"{{{ns.STREAM_ERRORS}}}undefined-condition",
        f"{{{ns.STREAM_ERRORS}}}text",
        "{urn:own}own",
    ]
    assert error[1].text == "<so>"


def test_a_sasl_failure_has_its_condition() -> None:
    failure = fromstring(ns.sasl_failure("not-authorized"))
    assert failure[0].tag == f"{{{ns.SASL}}}not-authorized"


@pytest.mark.parametrize(("handled", "h"), [(None, None), (0, "0"), (7, "7")])
def test_a_refusal_of_stream_management_says_the_count_if_known(
    handled: int | None, h: str | None
) -> None:
    failed = fromstring(ns.sm_failed("item-not-found", handled))
    assert failed.get("h") == h
    assert failed[0].tag == f"{{{ns.STANZA_ERRORS}}}item-not-found"


@pytest.mark.parametrize("condition", ns.ERROR_TYPES)
def test_an_error_goes_back_with_its_type(condition: str) -> None:
    stanza = fromstring("<iq xmlns='jabber:client' type='get' id='1' from='a@b/c' to='d'/>")
    reply = ns.error_answer(stanza, condition, "why")
    assert reply.attrib == {"type": "error", "id": "1", "from": "d", "to": "a@b/c"}
    error = reply[0]
    assert error.get("type") == ns.ERROR_TYPES[condition]
    assert [child.tag.rpartition("}")[2] for child in error] == [condition, "text"]


def test_an_answer_leaves_out_what_was_not_there() -> None:
    stanza = fromstring("<iq xmlns='jabber:client' type='get' id='1'/>")
    assert ns.answer(stanza, "result").attrib == {"type": "result", "id": "1"}
