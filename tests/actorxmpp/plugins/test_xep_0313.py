"""XEP-0313: archives."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from actorxmpp.exceptions import IqError

from .wire import Wire, client, until

MAM = "urn:xmpp:mam:2"
RSM = "http://jabber.org/protocol/rsm"


def found(queryid: str, mid: str, sender: str = "") -> str:
    source = f" from='{sender}'" * bool(sender)
    return (
        f"<message{source} to='romeo@localhost/orchard'><result xmlns='{MAM}' queryid='{queryid}' id='{mid}'>"
        "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>"
        f"<message xmlns='jabber:client' from='j@localhost'><body>{mid}</body></message></forwarded></result></message>"
    )


def fin(sid: str, first: str, last: str, complete: bool = False, sender: str = "") -> str:
    source = f" from='{sender}'" * bool(sender)
    done = " complete='true'" * complete
    return (
        f"<iq type='result' id='{sid}'{source}><fin xmlns='{MAM}'{done}><set xmlns='{RSM}'>"
        f"<first>{first}</first><last>{last}</last></set></fin></iq>"
    )


def bodies(messages: Any) -> list[str]:
    return [each["mam_result"]["forwarded"]["stanza"]["body"] for each in messages]


def test_one_page_and_no_forged_messages() -> None:
    async def main(wire: Wire) -> None:
        start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        future = wire["xep_0313"].retrieve(start=start, with_jid="j@localhost", rsm={"max": 2})
        sid = await wire.expect(
            f"<iq type='set'><query xmlns='{MAM}' queryid='*'><x xmlns='jabber:x:data' type='submit'>"
            f"<field var='FORM_TYPE' type='hidden'><value>{MAM}</value></field>"
            "<field var='start'><value>2020-01-01T00:00:00Z</value></field><field var='with'><value>j@localhost</value></field></x>"
            f"<set xmlns='{RSM}'><max>2</max></set></query></iq>"
        )
        before = len(wire.role.session.roles.index)
        wire.recv(found(sid, "1", "romeo@localhost"))
        wire.recv(found(sid, "forged", "mallory@localhost"))
        wire.recv(found("other", "unasked"))
        wire.recv(found(sid, "2"))
        wire.recv(fin(sid, "1", "2"))
        reply = await future
        assert bodies(reply["mam"]["results"]) == ["1", "2"]
        assert reply["mam"]["results"][0]["mam_result"]["forwarded"]["delay"]["stamp"].year == 2020
        assert len(wire.role.session.roles.index) == before - 1

    client(main, ["xep_0313"])


@pytest.mark.parametrize("reverse", [False, True])
def test_page_after_page(reverse: bool) -> None:
    async def main(wire: Wire) -> None:
        async def read() -> list[str]:
            return bodies(
                [
                    each
                    async for each in wire["xep_0313"].iterate(
                        "room@chat.localhost", rsm={"max": 2}, reverse=reverse
                    )
                ]
            )

        task = asyncio.ensure_future(read())
        pages = [("3", "4"), ("1", "2")] if reverse else [("1", "2"), ("3", "4")]
        for number, (first, last) in enumerate(pages):
            ask = await wire.sent()
            page = ask[0].find(f"{{{RSM}}}set")
            if number:
                edge = page.find(f"{{{RSM}}}before" if reverse else f"{{{RSM}}}after")
                assert edge.text == (pages[0][0] if reverse else pages[0][1])
            sid = str(ask.get("id"))
            for mid in (first, last):
                wire.recv(found(sid, mid, "room@chat.localhost"))
            wire.recv(fin(sid, first, last, bool(number), "room@chat.localhost"))
        assert await task == (["4", "3", "2", "1"] if reverse else ["1", "2", "3", "4"])
        await wire.quiet()

    client(main, ["xep_0313"])


def test_a_total_and_an_error_leave_nothing_registered() -> None:
    async def main(wire: Wire) -> None:
        index = wire.role.session.roles.index
        before = len(index)

        async def read(total: int | None) -> list[str]:
            return bodies([each async for each in wire["xep_0313"].iterate(total=total)])

        task = asyncio.ensure_future(read(1))
        sid = str((await wire.sent()).get("id"))
        wire.recv(found(sid, "1"))
        wire.recv(found(sid, "2"))
        wire.recv(fin(sid, "1", "2"))
        assert await task == ["1"]
        task = asyncio.ensure_future(read(None))
        sid = str((await wire.sent()).get("id"))
        wire.recv(
            f"<iq type='error' id='{sid}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        with pytest.raises(IqError, match="item-not-found"):
            await task
        assert len(index) == before

    client(main, ["xep_0313"])


def test_pages_by_iterator_fields_and_metadata() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0313"]

        async def read() -> list[list[str]]:
            return [bodies(page["mam"]["results"]) async for page in plugin.retrieve(iterator=True)]

        task = asyncio.ensure_future(read())
        sid = str((await wire.sent()).get("id"))
        wire.recv(
            f"<iq type='result' id='{sid}'><fin xmlns='{MAM}' complete='true'><set xmlns='{RSM}'><count>0</count></set></fin></iq>"
        )
        assert await task == []
        task2 = asyncio.ensure_future(plugin.get_fields())
        sid = await wire.expect(f"<iq type='get'><query xmlns='{MAM}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}'><query xmlns='{MAM}'><x xmlns='jabber:x:data' type='form'><field var='with' type='jid-single'/></x></query></iq>"
        )
        assert set((await task2).get_fields()) == {"with"}
        meta = plugin.get_archive_metadata()
        sid = await wire.expect(f"<iq type='get'><metadata xmlns='{MAM}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}'><metadata xmlns='{MAM}'><start id='a' timestamp='2008-08-22T21:09:04Z'/><end id='b' timestamp='2020-04-20T14:34:21Z'/></metadata></iq>"
        )
        answer = (await meta)["mam_metadata"]
        assert (answer["start"]["id"], answer["end"]["timestamp"].year) == ("a", 2020)

    client(main, ["xep_0313"])


def test_a_callback_gets_answers_and_errors() -> None:
    async def main(wire: Wire) -> None:
        got: list[Any] = []
        wire["xep_0313"].retrieve(callback=got.append)
        wire.recv(fin(str((await wire.sent()).get("id")), "1", "1"))
        await until(lambda: got)
        wire["xep_0313"].retrieve(callback=got.append)
        sid = (await wire.sent()).get("id")
        wire.recv(
            f"<iq type='error' id='{sid}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        await until(lambda: len(got) == 2)
        assert [each["type"] for each in got] == ["result", "error"]

    client(main, ["xep_0313"])
