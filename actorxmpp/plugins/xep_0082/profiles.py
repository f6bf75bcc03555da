"""Dates and times as XMPP writes them (XEP-0082 section 3). Without a time zone, UTC is meant."""

from __future__ import annotations

import datetime as dt

__all__ = ["date", "datetime", "format_date", "format_datetime", "format_time", "parse", "time"]

Offset = int | dt.tzinfo | None


def parse(time_str: str) -> dt.datetime:
    """Read a date, or a date and time.

    Returns:
        An aware datetime; midnight UTC of a date.

    Raises:
        ValueError: if it is neither.
    """
    value = dt.datetime.fromisoformat(time_str.strip())
    return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)


def format_date(time_obj: dt.datetime | dt.date) -> str:
    """Write a date: ``1776-07-04``."""
    return (time_obj.date() if isinstance(time_obj, dt.datetime) else time_obj).isoformat()


def format_time(time_obj: dt.datetime | dt.time) -> str:
    """Write a time of day: ``16:00:00Z``, with milliseconds if it has any."""
    if isinstance(time_obj, dt.datetime):
        time_obj = time_obj.timetz()
    return _zulu(time_obj.isoformat(_precision(time_obj.microsecond)), time_obj.utcoffset())


def format_datetime(time_obj: dt.datetime) -> str:
    """Write a date and time, in UTC: ``1969-07-21T02:56:15Z``."""
    if time_obj.tzinfo is not None:
        time_obj = time_obj.astimezone(dt.UTC)
    text = time_obj.isoformat("T", _precision(time_obj.microsecond))
    return _zulu(text, time_obj.utcoffset())


def _precision(microsecond: int) -> str:
    if not microsecond:
        return "seconds"
    return "microseconds" if microsecond % 1000 else "milliseconds"


def _zulu(text: str, offset: dt.timedelta | None) -> str:
    if offset is None:
        return f"{text}Z"
    return f"{text[:-6]}Z" if not offset else text


def _zone(offset: Offset) -> dt.tzinfo:
    if isinstance(offset, dt.tzinfo):
        return offset
    return dt.timezone(dt.timedelta(seconds=offset)) if offset else dt.UTC


def date(
    year: int | None = None,
    month: int | None = None,
    day: int | None = None,
    obj: bool = False,
) -> str | dt.date:
    """Make a date; what is not given is today's.

    Args:
        year: four digits.
        month: from 1.
        day: from 1.
        obj: return an object instead of text.
    """
    today = dt.datetime.now(dt.UTC)
    value = dt.date(year or today.year, month or today.month, day or today.day)
    return value if obj else format_date(value)


def time(
    hour: int | None = None,
    min: int | None = None,
    sec: int | None = None,
    micro: int | None = None,
    offset: Offset = None,
    obj: bool = False,
) -> str | dt.time:
    """Make a time of day; what is not given is now's.

    Args:
        hour: 0 to 23.
        min: minutes.
        sec: seconds.
        micro: microseconds.
        offset: seconds from UTC, or a time zone.
        obj: return an object instead of text.
    """
    now = dt.datetime.now(dt.UTC)
    value = dt.time(
        now.hour if hour is None else hour,
        now.minute if min is None else min,
        now.second if sec is None else sec,
        now.microsecond if micro is None else micro,
        _zone(offset),
    )
    return value if obj else format_time(value)


def datetime(
    year: int | None = None,
    month: int | None = None,
    day: int | None = None,
    hour: int | None = None,
    min: int | None = None,
    sec: int | None = None,
    micro: int | None = None,
    offset: Offset = None,
    separators: bool = True,
    obj: bool = False,
) -> str | dt.datetime:
    """Make a date and time; arguments as of ``date`` and ``time``.

    Args:
        year: four digits.
        month: from 1.
        day: from 1.
        hour: 0 to 23.
        min: minutes.
        sec: seconds.
        micro: microseconds.
        offset: seconds from UTC, or a time zone.
        separators: accepted for compatibility.
        obj: return an object instead of text.
    """
    del separators
    the_date = date(year, month, day, obj=True)
    the_time = time(hour, min, sec, micro, offset, obj=True)
    assert isinstance(the_date, dt.date)
    assert isinstance(the_time, dt.time)
    value = dt.datetime.combine(the_date, the_time)
    return value if obj else format_datetime(value)
