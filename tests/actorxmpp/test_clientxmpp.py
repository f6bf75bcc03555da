"""ClientXMPP without a network: how it logs in, and its roster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.exceptions import XMPPError
from actorxmpp.protocol.client import ClientNegotiation
from actorxmpp.protocol.settings import ResumeRequest
from actorxmpp.store.base import RosterSnapshot, StoredItem

JID = "romeo@example.net/orchard"
PUSH = (
    "<iq xmlns='jabber:client' type='set' id='push' from='{}'>"
    "<query xmlns='jabber:iq:roster' ver='{}'>{}</query></iq>"
)
JULIET = (
    "<item jid='juliet@example.net' name='Juliet' subscription='both'><group>Friends</group></item>"
)


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """A loop for what is asked for outside of one; nothing runs on it."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    asyncio.set_event_loop(None)
    made.close()


def client(jid: str = JID, password: str | None = "secret", **kwargs: Any) -> ClientXMPP:
    return ClientXMPP(jid, password, **kwargs)


def settings_of(role: ClientXMPP, *args: Any) -> Any:
    negotiation = role.make_negotiation(*args)
    assert isinstance(negotiation, ClientNegotiation)
    return negotiation.settings


def push(role: ClientXMPP, items: str, sender: str = "", version: str = "v2") -> bool:
    stanza = role.build_stanza(fromstring(PUSH.format(sender, version, items)))
    return role.handle_builtin(stanza)


def known(role: ClientXMPP) -> dict[str, str]:
    roster = role.client_roster
    return {
        jid: roster[jid]["subscription"] for jid in roster if roster[jid]["subscription"] != "none"
    }


# -- logging in --------------------------------------------------------------------------------


def test_it_logs_in_as_it_was_made() -> None:
    wanted = settings_of(client(lang="de"))
    assert (wanted.domain, wanted.username, wanted.resource) == ("example.net", "romeo", "orchard")
    assert (wanted.password, wanted.lang) == ("secret", "de")
    assert (wanted.require_tls, wanted.anonymous, wanted.external) == (True, False, False)
    assert wanted.allowed_mechanisms is None


def test_a_domain_alone_is_anonymous() -> None:
    wanted = settings_of(client("example.net", None))
    assert (wanted.anonymous, wanted.password) == (True, None)


def test_a_mechanism_may_be_asked_for_and_a_weaker_one_than_last_time_is_refused() -> None:
    request = ResumeRequest("old", 3)
    wanted = settings_of(client(sasl_mech="SCRAM-SHA-1"), "SCRAM-SHA-256", request)
    assert wanted.allowed_mechanisms == {"SCRAM-SHA-1"}
    assert (wanted.known_mechanism, wanted.resume) == ("SCRAM-SHA-256", request)


def test_a_password_may_be_changed_and_is_not_shown() -> None:
    role = client()
    role.password = "other"
    assert role.credentials["password"] == settings_of(role).password == "other"
    assert "other" not in repr(settings_of(role))


def test_a_certificate_of_our_own_is_offered() -> None:
    role = client()
    tls = replace(role.settings.tls, client_cert="cert.pem")
    role.settings = replace(role.settings, tls=tls)
    assert settings_of(role).external is True


# -- the roster --------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["", "romeo@example.net", JID])
def test_a_push_from_our_own_account_is_taken_and_answered(sender: str) -> None:
    role = client()
    seen: list[Any] = []
    role.add_event_handler("roster_update", seen.append)
    assert push(role, JULIET, sender) is True
    assert known(role) == {"juliet@example.net": "both"}
    assert role.client_roster["juliet@example.net"]["groups"] == ["Friends"]
    assert role.client_roster.version == "v2"
    assert len(seen) == 1
    (answer,) = role.session.stream.queue.waiting
    assert fromstring(answer.data).get("type") == "result"


@pytest.mark.parametrize("stranger", ["mallory@example.net", "example.net", "example.org"])
def test_a_push_from_anyone_else_is_refused(stranger: str) -> None:
    role = client()
    with pytest.raises(XMPPError) as caught:
        push(role, JULIET, stranger)
    assert caught.value.condition == "service-unavailable"
    assert known(role) == {}


def test_an_item_may_be_removed_and_one_that_makes_no_sense_is_passed_over() -> None:
    role = client()
    push(role, JULIET)
    push(role, "<item jid='x@example.net' subscription='friend'/>")
    assert known(role) == {"juliet@example.net": "both"}
    push(role, "<item jid='juliet@example.net' subscription='remove'/>", version="v3")
    assert known(role) == {}
    assert role.client_roster.version == "v3"


@pytest.mark.parametrize("whole", [True, False])
def test_the_whole_roster_replaces_what_was_known_no_change_keeps_it(whole: bool) -> None:
    async def main() -> None:
        role = client()
        push(role, JULIET)
        role.features = frozenset(("{urn:xmpp:features:rosterver}ver",))
        fetched = role.get_roster()
        request = fromstring(role.session.stream.queue.waiting[-1].data)
        query = request.find("{jabber:iq:roster}query")
        assert query is not None
        assert query.get("ver") == "v2"
        inside = (
            "<query xmlns='jabber:iq:roster'><item jid='a@b' subscription='to'/></query>"
            if whole
            else ""
        )
        reply = f"<iq xmlns='jabber:client' type='result' id='{request.get('id')}'>{inside}</iq>"
        role.handle_builtin(role.build_stanza(fromstring(reply)))
        await fetched
        assert known(role) == ({"a@b": "to"} if whole else {"juliet@example.net": "both"})

    asyncio.run(main())


def test_a_roster_is_kept_for_another_process() -> None:
    role = client()
    assert role.roster_snapshot() is None
    push(role, JULIET)
    snapshot = role.roster_snapshot()
    assert snapshot == RosterSnapshot(
        "v2", (StoredItem("juliet@example.net", "Juliet", "both", False, ("Friends",)),)
    )
    assert role.roster_snapshot() is snapshot, "it is made anew only when it has changed"
    other = client()
    other.restore_roster(snapshot)
    assert known(other) == known(role)
    assert other.client_roster.version == "v2"
    assert other.client_roster["juliet@example.net"]["groups"] == ["Friends"]
    assert other.roster_snapshot() is snapshot


def test_a_roster_without_a_version_is_not_kept() -> None:
    role = client()
    push(role, JULIET, version="")
    assert role.roster_snapshot() is None
