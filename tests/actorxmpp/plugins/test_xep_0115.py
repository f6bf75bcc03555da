"""XEP-0115: what verification strings stand for."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.plugins.xep_0030 import DiscoInfo
from actorxmpp.plugins.xep_0115.cache import CapsCache
from actorxmpp.plugins.xep_0115.verstring import generate, is_wellformed

from .wire import ET, Wire, client, until

INFO = "http://jabber.org/protocol/disco#info"
CAPS = "http://jabber.org/protocol/caps"

SIMPLE = f"""<query xmlns='{INFO}'><identity category='client' name='Exodus 0.9.1' type='pc'/>
<feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/>
<feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/></query>"""
SIMPLE_VER = "QgayPKawpkPSDYmwT/WM94uAlu0="

COMPLEX = f"""<query xmlns='{INFO}'><identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
<identity xml:lang='el' category='client' name='&#936; 0.11' type='pc'/>
<feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/>
<feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>
<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
<field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>
<field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field>
<field var='software'><value>Psi</value></field><field var='software_version'><value>0.11</value></field></x></query>"""
COMPLEX_VER = "q07IKJEyjvHSyhy//CH0CxmKi8w="


def info(xml: str) -> DiscoInfo:
    import actorxmpp.plugins.xep_0128  # forms in info

    assert actorxmpp.plugins.xep_0128
    return DiscoInfo(xml=ET.fromstring(xml))


@pytest.mark.parametrize(("xml", "ver"), [(SIMPLE, SIMPLE_VER), (COMPLEX, COMPLEX_VER)])
def test_the_strings_of_the_xep_s_examples(xml: str, ver: str) -> None:
    assert generate(info(xml), "sha-1") == ver
    assert is_wellformed(info(xml))
    assert generate(info(xml), "sha-0") is None


@pytest.mark.parametrize(
    "twice",
    [
        "<feature var='http://jabber.org/protocol/caps'/>",
        "<identity category='client' name='Exodus 0.9.1' type='pc'/>",
        "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value></field></x>"
        * 2,
        "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field></x>",
    ],
)
def test_nothing_may_be_there_twice(twice: str) -> None:
    assert not is_wellformed(info(SIMPLE.replace("</query>", f"{twice}</query>")))


def presence(ver: str, sender: str = "juliet@localhost/b") -> str:
    return f"<presence from='{sender}'><c xmlns='{CAPS}' hash='sha-1' node='urn:psi' ver='{ver}'/></presence>"


def test_a_string_is_asked_for_once_and_then_known_for_everybody() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("entity_caps")
        wire.recv(presence(SIMPLE_VER))
        wire.recv(presence(SIMPLE_VER, "nurse@localhost/k"))
        ask = f"<iq type='get' to='juliet@localhost/b'><query xmlns='{INFO}' node='urn:psi#{SIMPLE_VER}'/></iq>"
        sid = await wire.expect(ask)
        wire.recv(f"<iq type='result' id='{sid}' from='juliet@localhost/b'>{SIMPLE}</iq>")
        cache = wire["xep_0115"].cache
        await until(lambda: len(cache))
        await wire.quiet()
        disco = wire["xep_0030"]
        for jid in ("juliet@localhost/b", "nurse@localhost/k"):
            assert await disco.supports(jid, feature="http://jabber.org/protocol/muc") is True
            assert await disco.has_identity(jid, category="client", itype="pc") is True
        await wire.quiet()
        wire.recv("<presence type='unavailable' from='juliet@localhost/b'/>")
        await wire.quiet()
        assert await wire["xep_0115"].get_verstring("juliet@localhost/b") is None

    client(main, ["xep_0115"], {"xep_0115": {"cache": CapsCache()}})


def test_who_says_what_does_not_fit_the_string_is_not_believed() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(presence(COMPLEX_VER))
        sid = str((await wire.sent()).get("id"))
        wire.recv(f"<iq type='result' id='{sid}' from='juliet@localhost/b'>{SIMPLE}</iq>")
        await wire.quiet()
        assert await wire["xep_0115"].get_caps("juliet@localhost/b") is None
        assert not len(wire["xep_0115"].cache)

    client(main, ["xep_0115"], {"xep_0115": {"cache": CapsCache()}})


def test_old_strings_are_an_event_and_nothing_more() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("entity_caps_legacy")
        wire.recv(f"<presence from='a@localhost/x'><c xmlns='{CAPS}' node='n' ver='1'/></presence>")
        await wire.happened("entity_caps_legacy")
        await wire.quiet()

    client(main, ["xep_0115"])


def test_our_presence_says_what_we_can_and_the_query_proves_it() -> None:
    async def main(wire: Wire) -> None:
        wire.role.send_presence()
        caps = (await wire.sent())[-1]
        assert caps.tag == f"{{{CAPS}}}c"
        node, ver = caps.get("node"), caps.get("ver")
        wire.recv(
            f"<iq type='get' id='1' from='j@localhost/b' to='romeo@localhost/orchard'><query xmlns='{INFO}' node='{node}#{ver}'/></iq>"
        )
        reply = (await wire.sent())[0]
        assert reply.get("node") == f"{node}#{ver}"
        assert generate(DiscoInfo(xml=reply), "sha-1") == ver
        await wire["xep_0030"].add_feature("urn:example:new")
        await wire["xep_0115"].update_caps()
        assert (await wire.sent())[-1].get("ver") not in (None, ver)
        wire.role.send_presence(ptype="unavailable")
        assert not len(await wire.sent())

    client(main, ["xep_0115"])


def test_a_program_s_own_answer_is_what_the_string_is_of() -> None:
    async def main(wire: Wire) -> None:
        def mine(*_: Any) -> DiscoInfo:
            return info(SIMPLE)

        wire["xep_0030"].set_node_handler("get_info", handler=mine)
        wire.role.send_presence()
        assert (await wire.sent())[-1].get("ver") == SIMPLE_VER

    client(main, ["xep_0115"])


def test_the_cache_is_bounded() -> None:
    cache = CapsCache(2)
    for key in ("a", "b"):
        cache.store(key, info(SIMPLE))
    assert cache.retrieve("a") is not None
    cache.store("c", info(SIMPLE))
    assert cache.retrieve("b") is None
    assert len(cache) == 2
    assert cache.remove("a") is True
    assert cache.remove("a") is False
