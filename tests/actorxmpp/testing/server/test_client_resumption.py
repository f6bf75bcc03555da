"""Stream management on a client's stream (XEP-0198), byte for byte, written without our client."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp.testing.server.faults import Faults
from actorxmpp.testing.server.management import ManagementOptions

SM = "urn:xmpp:sm:3"
ENABLE = f"<enable xmlns='{SM}' resume='true'/>"
REQUEST = f"<r xmlns='{SM}'/>"
AVAILABLE = "<presence/>"


def hello(number: int = 1, to: str = "romeo@localhost/r") -> str:
    return f"<message to='{to}' type='chat' id='m{number}'><body>{number}</body></message>"


def bodies(xml: str) -> list[str]:
    return re.findall("<body>(.*?)</body>", xml)


def attributes(xml: str, name: str) -> dict[str, str]:
    """The attributes of the first element of a name."""
    found = re.search(f"<{name} [^>]*>", xml)
    assert found is not None, xml
    return fromstring(found[0] if found[0].endswith("/>") else f"{found[0]}</{name}>").attrib


async def enabled(server: Any, user: str = "romeo", resource: str = "r") -> tuple[Any, str]:
    """A client with stream management, and the id to resume by."""
    peer = await server.client(user, resource)
    answer = await peer.say(ENABLE, until="/>")
    return peer, attributes(answer, "enabled").get("id", "")


async def logged_in(server: Any, user: str = "romeo") -> Any:
    """A client that has to bind or to resume next."""
    peer = await server.connect()
    await peer.log_in(user, None)
    peer.text = ""
    return peer


def resume(previd: str, h: int = 0) -> str:
    return f"<resume xmlns='{SM}' previd='{previd}' h='{h}'/>"


@pytest.mark.parametrize(
    ("wish", "options", "answer"),
    [
        ("", {}, {}),
        ("resume='true'", {}, {"resume": "true", "max": "300"}),
        ("resume='1' max='60'", {}, {"resume": "true", "max": "60"}),
        ("resume='true' max='900'", {}, {"resume": "true", "max": "300"}),
        ("resume='true' max='0'", {}, {}),
        ("resume='true' max='soon'", {}, {"resume": "true", "max": "300"}),
        ("resume='true'", {"resume_seconds": 0}, {}),
        (
            "resume='true'",
            {"location": "[::1]:5222"},
            {"resume": "true", "max": "300", "location": "[::1]:5222"},
        ),
    ],
)
def test_it_is_enabled_as_far_as_both_want(
    server: Any, wish: str, options: dict[str, Any], answer: dict[str, str]
) -> None:
    async def story() -> None:
        server.state.management = ManagementOptions(**options)
        peer = await server.client("romeo", "r")
        found = attributes(await peer.say(f"<enable xmlns='{SM}' {wish}/>", until="/>"), "enabled")
        assert bool(found.pop("id", None)) == ("resume" in answer)
        assert found == answer

    server.run(story())


@pytest.mark.parametrize("offered", [True, False])
def test_it_is_a_stream_feature_when_it_is_offered(server: Any, offered: bool) -> None:
    async def story() -> None:
        server.state.management = ManagementOptions(offered=offered)
        peer = await server.connect()
        features = await peer.log_in("romeo", None)
        assert (f"<sm xmlns='{SM}'/>" in features) == offered

    server.run(story())


def test_it_is_enabled_once_and_after_bind_only(server: Any) -> None:
    async def story() -> None:
        early = await logged_in(server)
        assert "<unexpected-request" in await early.say(ENABLE, until="</failed>")
        peer, previd = await enabled(server)
        assert "<unexpected-request" in await peer.say(ENABLE, until="</failed>")
        assert "<unexpected-request" in await peer.say(resume(previd), until="</failed>")

    server.run(story())


def test_each_stanza_that_was_handled_is_acknowledged(server: Any) -> None:
    async def story() -> None:
        peer, _ = await enabled(server)
        answer = await peer.say(REQUEST, until=f"<a xmlns='{SM}' h='0'/>")
        answer = await peer.say(hello() * 3 + AVAILABLE + REQUEST, until="h='4'/>")
        assert bodies(answer) == ["1", "1", "1"]

    server.run(story())


def test_without_it_a_request_is_ignored(server: Any) -> None:
    async def story() -> None:
        peer = await server.client("romeo", "r")
        answer = await peer.say(f"{REQUEST}<a xmlns='{SM}' h='7'/>" + hello(), until="</message>")
        assert "<a " not in answer

    server.run(story())


def test_the_client_is_asked_after_so_many_stanzas(server: Any) -> None:
    async def story() -> None:
        server.state.management = ManagementOptions(ack_every=2)
        peer, _ = await enabled(server)
        answer = await peer.say(hello(1) + hello(2), until=REQUEST)
        assert bodies(answer) == ["1", "2"]

    server.run(story())


def test_the_client_is_asked_for_the_last_few_stanzas_after_a_while(server: Any) -> None:
    async def story() -> None:
        server.state.management = ManagementOptions(ack_seconds=0)
        peer, _ = await enabled(server)
        answer = await peer.say(hello(1) + hello(2), until=REQUEST)
        assert answer.count(REQUEST) == 1
        assert bodies(answer) == ["1", "2"]
        await peer.say(hello(3), until=REQUEST)

    server.run(story())


@pytest.mark.parametrize("h", ["4294967296", "4294967295", "1"])
def test_a_client_that_acknowledges_too_much_is_sent_away(server: Any, h: str) -> None:
    async def story() -> None:
        peer, _ = await enabled(server)
        peer.write(f"<a xmlns='{SM}' h='{h}'/>")
        end = await peer.ended()
        assert "<undefined-condition" in end
        assert f"<handled-count-too-high xmlns='{SM}' h='{h}' send-count='0'/>" in end

    server.run(story())


@pytest.mark.parametrize("h", ["", "-1", "many", "²", "9" * 5000])
def test_a_count_that_is_none_ends_the_stream(server: Any, h: str) -> None:
    async def story() -> None:
        peer, _ = await enabled(server)
        peer.write(f"<a xmlns='{SM}' h='{h}'/>")
        assert "<invalid-xml" in await peer.ended()

    server.run(story())


def test_a_lost_session_is_resumed_and_gets_what_it_missed_in_order(server: Any) -> None:
    async def story() -> None:
        peer, previd = await enabled(server)
        juliet = await server.client("juliet", "j")
        juliet.write(hello(1) + hello(2))
        await peer.heard("<body>2</body>")
        peer.connection.abort()
        await server.until(lambda: server.state.sessions.waiting)
        juliet.write(hello(3))
        await juliet.say("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>", until="/>")
        again = await logged_in(server)
        answer = await again.say(resume(previd, 1), until=REQUEST)
        assert attributes(answer, "resumed")["h"] == "0"
        assert bodies(answer) == ["2", "3"]
        assert server.state.directory.resources["romeo@localhost/r"].jid == "romeo@localhost/r"
        assert bodies(await juliet.say(hello(4, "juliet@localhost/j"), until="</body>")) == ["4"]

    server.run(story())


def test_a_session_is_resumed_before_the_server_has_noticed_the_loss(server: Any) -> None:
    async def story() -> None:
        peer, previd = await enabled(server)
        await peer.say(hello(1) + REQUEST, until="h='1'/>")
        again = await logged_in(server)
        answer = await again.say(resume(previd), until=REQUEST)
        assert (attributes(answer, "resumed")["h"], bodies(answer)) == ("1", ["1"])
        assert "<conflict" in await peer.ended()
        assert bodies(await again.say(hello(2), until="</body>")) == ["2"]
        assert list(server.state.directory.resources) == ["romeo@localhost/r"]

    server.run(story())


@pytest.mark.parametrize("user", ["romeo", "juliet"])
def test_what_is_not_there_or_not_ones_own_is_not_resumed(server: Any, user: str) -> None:
    async def story() -> None:
        peer, previd = await enabled(server)
        again = await logged_in(server, user)
        asked = "unknown" if user == "romeo" else previd
        answer = await again.say(resume(asked), until="</failed>")
        assert "<item-not-found" in answer
        assert "h=" not in answer
        assert "result" in await again.bind("other")
        assert bodies(await peer.say(hello(), until="</body>")) == ["1"]

    server.run(story())


def test_a_session_that_was_closed_in_order_is_not_resumed_and_its_count_is_told(
    server: Any,
) -> None:
    async def story() -> None:
        peer, previd = await enabled(server)
        peer.write(AVAILABLE + hello(1, "juliet@localhost") + "</stream:stream>")
        await peer.ended()
        again = await logged_in(server)
        answer = await again.say(resume(previd), until="</failed>")
        assert attributes(answer, "failed")["h"] == "2"

    server.run(story())


def test_others_see_a_lost_session_as_online_until_it_expires(server: Any) -> None:
    async def story() -> None:
        peer, previd = await enabled(server)
        await peer.say(AVAILABLE, until="<presence")
        other = await server.client("romeo", "other")
        await other.say(AVAILABLE, until="romeo@localhost/r")
        other.text = ""
        peer.connection.abort()
        await server.until(lambda: server.state.sessions.waiting)
        assert other.text == ""
        server.state.sessions.end_by_id(previd)
        assert "unavailable" in await other.heard("romeo@localhost/r")
        assert list(server.state.directory.resources) == ["romeo@localhost/other"]

    server.run(story())


def test_what_an_expired_session_never_acknowledged_goes_elsewhere_or_back(server: Any) -> None:
    async def story() -> None:
        peer, previd = await enabled(server)
        juliet = await server.client("juliet", "j")
        query = "<iq type='get' id='q' to='romeo@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>"
        juliet.write(query + hello(1) + "<presence to='romeo@localhost/r'/>")
        await peer.heard("<presence")
        peer.connection.abort()
        await server.until(lambda: server.state.sessions.waiting)
        juliet.text = ""
        server.state.sessions.end_by_id(previd)
        assert "<service-unavailable" in await juliet.heard("</iq>")
        assert len(server.state.router.offline) == 1
        again = await server.client("romeo", "new")
        assert bodies(await again.say(AVAILABLE, until="</message>")) == ["1"]

    server.run(story())


def test_who_acknowledges_nothing_is_sent_away(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actorxmpp.testing.server.management.MAX_UNACKED", 3)

    async def story() -> None:
        peer, _ = await enabled(server)
        peer.write(hello() * 10)
        assert "<resource-constraint" in await peer.ended()
        await server.until(lambda: not server.state.directory.resources)
        assert len(server.state.router.offline) >= 4

    server.run(story())


def test_a_newer_session_of_the_same_resource_ends_one_that_waits(server: Any) -> None:
    async def story() -> None:
        peer, _ = await enabled(server)
        juliet = await server.client("juliet", "j")
        peer.connection.abort()
        await server.until(lambda: server.state.sessions.waiting)
        await juliet.say(hello(1) + hello(9, "juliet@localhost/j"), until="</body>")
        newer = await server.client("romeo", "r")
        assert server.state.sessions.waiting == 0
        assert bodies(await newer.say(AVAILABLE, until="</message>")) == ["1"]

    server.run(story())


@pytest.mark.parametrize(
    ("faults", "says", "answer"),
    [
        (Faults(refuse_enable=True), ENABLE, "<failed xmlns='urn:xmpp:sm:3'><unexpected-request"),
        (Faults(before_enabled=b"<early/>"), ENABLE, "<early/><enabled "),
    ],
)
def test_faults_of_enabling(server: Any, faults: Faults, says: str, answer: str) -> None:
    async def story() -> None:
        server.state.faults = faults
        peer = await server.client("romeo", "r")
        assert answer in await peer.say(says, until=answer)

    server.run(story())


def test_faults_of_counting_and_answering(server: Any) -> None:
    async def story() -> None:
        server.state.faults = faults = Faults()
        peer, previd = await enabled(server)
        faults.lose_stanzas = True
        await peer.say(hello() + REQUEST, until="h='0'/>")
        faults.lose_stanzas, faults.drop_stanzas = False, True
        assert bodies(await peer.say(hello() + REQUEST, until="h='1'/>")) == []
        faults.drop_stanzas, faults.miscount = False, 5
        await peer.say(REQUEST, until="h='6'/>")
        faults.miscount, faults.ignore_requests = 0, True
        assert "<a" not in await peer.say(REQUEST + hello(), until="</message>")
        assert server.state.ack_requests == 4
        faults.refuse_resume = True
        again = await logged_in(server)
        assert "<item-not-found" in await again.say(resume(previd), until="</failed>")

    server.run(story())
