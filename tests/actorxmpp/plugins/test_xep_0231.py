"""XEP-0231: small pieces of data."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import hashlib

import pytest

from actorxmpp.plugins.xep_0231 import BitsOfBinary
from actorxmpp.plugins.xep_0231.cache import CACHE_BYTES, CACHE_SECONDS, Cache
from actorxmpp.plugins.xep_0231.stanza import NS, fits, make_cid

from .wire import Wire, client, component, condition

CID = "sha1+a9993e364706816aba3e25717850c26c9cd0d89d@bob.xmpp.org"
DATA = f"<data xmlns='{NS}' cid='{CID}' type='text/plain'>YWJj</data>"
ASK = f"<data xmlns='{NS}' cid='{CID}'/>"


def test_data_is_offered_until_it_is_taken_back() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0231"]
        assert await plugin.set_bob(b"abc", "text/plain") == CID
        ask = f"<iq from='juliet@localhost/b' to='romeo@localhost/orchard' type='get' id='1'>{ASK}</iq>"
        wire.recv(ask)
        await wire.expect(f"<iq to='juliet@localhost/b' type='result'>{DATA}</iq>")
        await plugin.del_bob(CID)
        wire.recv(ask)
        assert condition(await wire.sent()) == "item-not-found"
        wire.recv(ask.replace("'get'", "'set'"))
        assert condition(await wire.sent()) == "bad-request"

    client(main, ["xep_0231"])


def test_a_component_offers_data_at_all_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        await wire["xep_0231"].set_bob(b"abc", "text/plain", max_age=60)
        wire.recv(
            f"<iq from='juliet@localhost/b' to='user@gw.localhost' type='get' id='1'>{ASK}</iq>"
        )
        said = DATA.replace("type=", "max-age='60' type=")
        await wire.expect(
            f"<iq from='user@gw.localhost' to='juliet@localhost/b' type='result'>{said}</iq>"
        )

    component(main, ["xep_0231"])


def test_data_is_fetched_once() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0231"]
        asked = wire.role.loop.create_task(plugin.get_bob("juliet@localhost/b", CID))
        number = await wire.expect(f"<iq to='juliet@localhost/b' type='get' id='*'>{ASK}</iq>")
        wire.recv(f"<iq from='juliet@localhost/b' type='result' id='{number}'>{DATA}</iq>")
        assert (await asked)["bob"]["data"] == b"abc"
        await wire.quiet()
        assert (await plugin.get_bob("juliet@localhost/b", CID))["bob"]["data"] == b"abc"
        asked = wire.role.loop.create_task(plugin.get_bob("juliet@localhost/b", CID, cached=False))
        assert (await wire.sent()).get("type") == "get"
        asked.cancel()

    client(main, ["xep_0231"])


@pytest.mark.parametrize("stanza", ["message", "presence"])
def test_data_that_comes_is_an_event(stanza: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch("bob")
        wire.recv(f"<{stanza} from='juliet@localhost/b'>{DATA}</{stanza}>")
        assert (await wire.happened("bob"))["bob"]["data"] == b"abc"
        wire.recv(f"<{stanza} from='juliet@localhost/b' type='error'>{DATA}</{stanza}>")
        await wire.quiet()
        assert not wire.events

    client(main, ["xep_0231"])


def test_what_one_person_sent_is_not_shown_to_others() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("bob")
        wire.recv(f"<message from='juliet@localhost/b'>{DATA}</message>")
        await wire.happened("bob")
        wire.recv(f"<iq from='mallory@localhost/x' type='get' id='1'>{ASK}</iq>")
        assert condition(await wire.sent()) == "item-not-found"

    client(main, ["xep_0231"])


def test_data_under_a_name_that_is_not_its_hash_is_not_kept() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("bob")
        forged = DATA.replace("YWJj", "bm90IGFiYw==")
        wire.recv(f"<message from='mallory@localhost/x'>{forged}</message>")
        await wire.happened("bob")
        asked = wire.role.loop.create_task(wire["xep_0231"].get_bob("juliet@localhost/b", CID))
        assert (await wire.sent()).get("to") == "juliet@localhost/b"
        asked.cancel()

    client(main, ["xep_0231"])


def bob(data: bytes, max_age: int | None = None) -> BitsOfBinary:
    made = BitsOfBinary()
    made["cid"] = make_cid(data)
    made["data"] = data
    made["max_age"] = max_age
    return made


@pytest.mark.parametrize(
    ("max_age", "seconds"), [(None, CACHE_SECONDS), (10, 10), (10**9, CACHE_SECONDS), (0, 0)]
)
def test_data_is_kept_as_long_as_it_says(max_age: int | None, seconds: int) -> None:
    cache = Cache()
    cache.put(bob(b"abc", max_age), now=5.0)
    if seconds:
        assert cache.get(CID, now=4.0 + seconds) is not None
    assert cache.get(CID, now=5.0 + seconds) is None
    assert len(cache) == 0


def test_the_oldest_data_goes_when_there_is_too_much() -> None:
    cache = Cache()
    quarter = CACHE_BYTES // 4 * 3 // 4
    pieces = [bob(bytes([number]) * quarter) for number in range(5)]
    for piece in pieces:
        cache.put(piece, now=0.0)
    assert len(cache) == 4
    assert cache.get(pieces[0]["cid"], now=0.0) is None
    cache.put(pieces[-1], now=0.0)
    assert len(cache) == 4
    for piece in pieces:
        cache.drop(piece["cid"])
    assert (len(cache), cache._size) == (0, 0)


def test_names_are_hashes_by_functions_that_are_known() -> None:
    assert make_cid(b"abc") == CID
    assert fits(CID, b"abc")
    assert fits(f"sha-256+{hashlib.sha256(b'abc').hexdigest()}@bob.xmpp.org", b"abc")
    for wrong in ("", "sha1+00@bob.xmpp.org", "crc+1@bob.xmpp.org", "a@b"):
        assert not fits(wrong, b"abc")


def test_data_and_age_that_can_not_be_read() -> None:
    made = BitsOfBinary()
    assert (made["data"], made["max_age"]) == (b"", None)
    made.xml.text = "a"
    made.xml.set("max-age", "-1")
    assert (made["data"], made["max_age"]) == (b"", None)
    del made["data"], made["max_age"]
    assert str(made) == f'<data xmlns="{NS}" />'
