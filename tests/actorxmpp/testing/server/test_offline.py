"""Messages for those who are away: kept in order, stamped, bounded."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

import pytest

from actorxmpp.testing.server.offline import OfflineStore, is_kept

NOON = datetime(2024, 5, 6, 12, 0, 0, tzinfo=UTC)


def message(text: str = "", kind: str = "chat") -> Element:
    return fromstring(f"<message xmlns='jabber:client' type='{kind}'><body>{text}</body></message>")


def store(**limits: int) -> OfflineStore:
    return OfflineStore("localhost", now=lambda: NOON, **limits)


def test_messages_come_back_once_in_order_and_stamped() -> None:
    offline = store()
    for text in ("one", "two"):
        assert offline.put("romeo@localhost", message(text))
    taken = offline.take("romeo@localhost")
    assert [one.findtext("{jabber:client}body") for one in taken] == ["one", "two"]
    delay = taken[0].find("{urn:xmpp:delay}delay")
    assert delay is not None
    assert delay.attrib == {"from": "localhost", "stamp": "2024-05-06T12:00:00Z"}
    assert offline.take("romeo@localhost") == []
    assert len(offline) == 0


def test_one_account_has_its_limit() -> None:
    offline = store(per_user=2)
    assert [offline.put("romeo@localhost", message()) for _ in range(3)] == [True, True, False]
    assert offline.put("juliet@localhost", message())


def test_all_accounts_together_have_a_limit_and_room_comes_back() -> None:
    offline = store(total=2)
    assert offline.put("a@localhost", message())
    assert offline.put("b@localhost", message())
    assert not offline.put("c@localhost", message())
    offline.take("a@localhost")
    assert offline.put("c@localhost", message())


@pytest.mark.parametrize(
    ("xml", "kept"),
    [
        ("<message xmlns='jabber:client'/>", True),
        ("<message xmlns='jabber:client' type='normal'><body>x</body></message>", True),
        ("<message xmlns='jabber:client' type='chat'><body>x</body></message>", True),
        ("<message xmlns='jabber:client' type='headline'><body>x</body></message>", False),
        ("<message xmlns='jabber:client' type='groupchat'><body>x</body></message>", False),
        ("<message xmlns='jabber:client' type='error'/>", False),
        (
            (
                "<message xmlns='jabber:client' type='chat'>"
                "<active xmlns='http://jabber.org/protocol/chatstates'/></message>"
            ),
            False,
        ),
    ],
)
def test_what_is_worth_keeping(xml: str, kept: bool) -> None:
    assert is_kept(fromstring(xml)) is kept
