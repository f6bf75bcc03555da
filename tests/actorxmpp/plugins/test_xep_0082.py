"""XEP-0082: dates and times."""

# ruff: noqa: DTZ001  stanzas are written as on the wire

from __future__ import annotations

import datetime as dt

import pytest

from actorxmpp.plugins import xep_0082


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1969-07-21T02:56:15Z", dt.datetime(1969, 7, 21, 2, 56, 15, tzinfo=dt.UTC)),
        ("1969-07-20T21:56:15-05:00", dt.datetime(1969, 7, 21, 2, 56, 15, tzinfo=dt.UTC)),
        ("2020-01-01T00:00:00.123Z", dt.datetime(2020, 1, 1, 0, 0, 0, 123000, tzinfo=dt.UTC)),
        ("2020-01-01", dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        ("20200101T01:02:03", dt.datetime(2020, 1, 1, 1, 2, 3, tzinfo=dt.UTC)),
    ],
)
def test_reading(text: str, value: dt.datetime) -> None:
    assert xep_0082.parse(text) == value


@pytest.mark.parametrize("text", ["", "yesterday", "2020-13-01", "12:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        xep_0082.parse(text)


def test_writing() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    assert (
        xep_0082.format_datetime(dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=zone))
        == "2020-01-02T01:04:05Z"
    )
    assert (
        xep_0082.format_datetime(dt.datetime(2020, 1, 2, 3, 4, 5, 6000))
        == "2020-01-02T03:04:05.006Z"
    )
    assert xep_0082.format_date(dt.datetime(2020, 1, 2)) == "2020-01-02"
    assert xep_0082.format_time(dt.time(1, 2, 3, tzinfo=dt.UTC)) == "01:02:03Z"
    assert xep_0082.format_time(dt.time(1, 2, 3, tzinfo=zone)) == "01:02:03+02:00"
    assert xep_0082.date(2020, 1, 2) == "2020-01-02"
    assert xep_0082.time(1, 2, 3, 0) == "01:02:03Z"
    assert xep_0082.datetime(2020, 1, 2, 3, 4, 5, 0, offset=3600) == "2020-01-02T02:04:05Z"
    assert xep_0082.datetime(obj=True).tzinfo is dt.UTC
