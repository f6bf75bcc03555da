"""XEP-0202: what time it is."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
import datetime as dt

from actorxmpp.plugins.xep_0202 import EntityTime

from .wire import Wire, client

NS = "urn:xmpp:time"
NOW = dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=-6, minutes=-30)))


def test_the_time_is_said() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(
            f"<iq type='get' id='1' from='a@localhost/x' to='romeo@localhost/orchard'><time xmlns='{NS}'/></iq>"
        )
        await wire.expect(
            f"<iq type='result' to='a@localhost/x'><time xmlns='{NS}'><tzo>-06:30</tzo><utc>2020-01-02T09:34:05Z</utc></time></iq>"
        )

    client(main, ["xep_0202"], {"xep_0202": {"local_time": lambda jid: NOW}})


def test_the_clock_and_asking() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(
            f"<iq type='get' id='1' from='a@localhost/x' to='romeo@localhost/orchard'><time xmlns='{NS}'/></iq>"
        )
        said = EntityTime(xml=(await wire.sent())[0])
        assert abs(said["utc"] - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=60)
        assert said["tzo"].utcoffset(None) == dt.timedelta(hours=2)
        task = asyncio.ensure_future(wire["xep_0202"].get_entity_time("a@localhost/x"))
        sid = await wire.expect(f"<iq type='get' to='a@localhost/x'><time xmlns='{NS}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}' from='a@localhost/x'><time xmlns='{NS}'><tzo>-06:00</tzo><utc>2006-12-19T17:58:35Z</utc></time></iq>"
        )
        assert (await task)["entity_time"]["time"].isoformat() == "2006-12-19T11:58:35-06:00"

    client(main, ["xep_0202"], {"xep_0202": {"tz_offset": 2}})


def test_what_is_no_time_is_none() -> None:
    time = EntityTime()
    assert (time["time"], time["utc"], time["tzo"]) == (None, None, None)
    time["utc"] = "soon"
    time["tzo"] = 90
    assert time["utc"] is None
    assert time["tzo"].utcoffset(None) == dt.timedelta(minutes=90)
