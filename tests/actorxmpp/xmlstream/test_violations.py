"""Violations: which stream error expat's errors are (RFC 6120 section 4.9.3)."""

from __future__ import annotations

from xml.parsers.expat import errors

import pytest

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.stanza import StreamError
from actorxmpp.xmlstream.violations import EXPAT_CONDITIONS, StreamViolation, from_expat


@pytest.mark.parametrize("error", sorted(EXPAT_CONDITIONS))
def test_each_error_of_expat_has_a_defined_condition(error):
    violation = from_expat(error)
    assert violation.condition in StreamError.conditions
    assert violation.text == EXPAT_CONDITIONS[error][1]


@pytest.mark.parametrize("error", [errors.XML_ERROR_SYNTAX, "something new in expat"])
def test_any_other_error_is_not_well_formed(error):
    assert str(from_expat(error)) == f"not-well-formed: {error}"


def test_a_violation_holds_what_was_complete_before():
    violation = StreamViolation("bad-format", "text between stanzas")
    assert isinstance(violation, ActorXMPPError)
    assert violation.events == []
    assert str(violation) == "bad-format: text between stanzas"
