"""Rosters: entries, subscription tables, presence, storage, bounds."""

from __future__ import annotations

import itertools
import sys
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.roster import Roster, RosterItem, RosterNode
from actorxmpp.roster import item as item_module
from actorxmpp.roster import multi as multi_module
from actorxmpp.roster import single as single_module
from actorxmpp.roster.states import CLIENT, COMPONENT, DIRECTIONS
from actorxmpp.stanza import Iq, Presence


class Xmpp:
    """A role object that writes down what is sent and raised."""

    default_ns = "jabber:client"
    use_message_ids = use_presence_ids = False

    def __init__(self, component=False, db=None):
        self.is_component = component
        self.boundjid = JID("me@example.net/r")
        self.sentpresence = False
        self.sent = []
        self.events = []
        self.requests = []
        self.roster = Roster(self, db)

    def Presence(self, **kwargs):
        return Presence(self, **kwargs)

    def Iq(self):
        return Iq(self, sid="1")

    def send(self, stanza):
        self.sent.append((stanza["type"], str(stanza["to"]), str(stanza["from"])))

    def send_iq(self, iq, callback, timeout, timeout_callback):
        self.requests.append(iq)
        return "awaitable"

    def send_presence(self, **kwargs):
        self.sent.append(("sent", kwargs))

    def event(self, name, data=None):
        self.events.append(name)


def incoming(kind="", sender="a@b/r", show="", status="", priority=""):
    attribute = f"type='{kind}'" if kind else ""
    parts = "".join(
        f"<{name}>{value}</{name}>"
        for name, value in (("show", show), ("status", status), ("priority", priority))
        if value
    )
    text = f"<presence xmlns='jabber:client' from='{sender}' {attribute}>{parts}</presence>"
    return Presence(xml=ET.fromstring(text), recv=True)


@pytest.fixture
def xmpp():
    return Xmpp()


def test_entries_are_made_when_asked_for(xmpp):
    roster = xmpp.roster["me@example.net"]
    assert isinstance(roster, RosterNode)
    assert xmpp.roster[None] is xmpp.roster[JID("me@example.net/x")] is roster
    entry = roster["A@B/c"]
    assert isinstance(entry, RosterItem)
    assert roster[JID("a@b")] is entry
    assert roster.keys() == list(roster) == ["a@b"]
    assert len(roster) == 1
    assert roster.has_jid("a@b/other")
    assert "a@b" in roster
    assert "x@y" not in roster
    del roster["a@b/c"]
    assert not roster.has_jid("a@b")
    with pytest.raises(InvalidJID):
        _ = roster["@@"]


def test_fields():
    entry = Xmpp().roster["me@example.net"]["a@b"]
    assert entry["name"] == ""
    assert entry["groups"] == []
    entry["groups"].append("x")
    assert entry["groups"] == ["x"]
    entry["name"] = "A"
    for flag in ("from", "to", "pending_in", "pending_out", "whitelisted", "removed"):
        assert entry[flag] is False
        for value in (True, "true", "1", "on", "YES"):
            entry[flag] = value
            assert entry[flag] is True
        for value in (False, "no", "0", ""):
            entry[flag] = value
            assert entry[flag] is False
    with pytest.raises(KeyError):
        _ = entry["nonsense"]
    with pytest.raises(KeyError):
        entry["nonsense"] = 1
    assert "'name': 'A'" in repr(entry)


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [(0, 0, "none"), (1, 0, "from"), (0, 1, "to"), (1, 1, "both")],
)
def test_subscription_follows(theirs, ours, expected):
    entry = Xmpp().roster["me@example.net"]["a@b"]
    entry["from"], entry["to"] = bool(theirs), bool(ours)
    entry["subscription"] = "nonsense"
    assert entry["subscription"] == expected


def test_groups(xmpp):
    roster = xmpp.roster[None]
    roster.add("a@b", groups=["x", "y"])
    roster.add("c@d", name="C", groups=["x"], afrom=True, ato=True, pending_in=True)
    roster.add("e@f", pending_out=True, whitelisted=True, save=True)
    assert roster.groups() == {"x": ["a@b", "c@d"], "y": ["a@b"], "": ["e@f"]}
    assert roster["c@d"]["subscription"] == "both"
    assert roster["e@f"]["whitelisted"]


# subscriptions

TYPES = sorted(DIRECTIONS)
STATES = list(itertools.product([False, True], repeat=4))


@pytest.mark.parametrize("component", [False, True], ids=["client", "component"])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("state", STATES)
def test_every_subscription_stanza_in_every_state(component, kind, state):
    xmpp = Xmpp(component)
    entry = xmpp.roster["me@example.net"]["a@b"]
    fields = ("from", "pending_in", "to", "pending_out")
    for field, value in zip(fields, state, strict=True):
        entry[field] = value
    before = {field: entry[field] for field in fields}
    getattr(entry, f"handle_{kind}")(incoming(kind))
    held, pending = DIRECTIONS[kind]
    outcome = (COMPONENT if component else CLIENT)[kind][before[held], before[pending]]
    assert (entry[held], entry[pending]) == (outcome.held, outcome.pending)
    for field in set(fields) - {held, pending}:
        assert entry[field] == before[field]
    assert xmpp.events == ([outcome.event] if outcome.event else [])
    assert [kind for kind, _, _ in xmpp.sent] == ([outcome.answer] if outcome.answer else [])
    if not component:
        assert xmpp.sent == []


@pytest.mark.parametrize(
    ("kind", "state", "held", "pending", "event"),
    [
        # RFC 6121 appendix A.3, for an entity that keeps the state itself
        ("subscribe", (False, False), False, True, "roster_subscription_request"),
        ("subscribe", (False, True), False, True, None),
        ("subscribe", (True, False), True, False, None),
        ("subscribed", (False, True), True, False, "roster_subscription_authorized"),
        ("subscribed", (False, False), False, False, None),
        ("unsubscribe", (True, False), False, False, "roster_subscription_remove"),
        ("unsubscribe", (False, True), False, False, None),
        ("unsubscribed", (True, False), False, False, "roster_subscription_removed"),
        ("unsubscribed", (False, True), False, False, None),
    ],
)
def test_the_table_says_what_the_rfc_says(kind, state, held, pending, event):
    outcome = COMPONENT[kind][state]
    assert (outcome.held, outcome.pending, outcome.event) == (held, pending, event)


def test_the_tables_are_complete():
    for table in (CLIENT, COMPONENT):
        assert set(table) == set(DIRECTIONS)
        for rows in table.values():
            assert set(rows) == set(itertools.product([False, True], repeat=2))


def test_what_we_send(xmpp):
    roster = xmpp.roster[None]
    roster.subscribe("a@b")
    assert roster["a@b"]["pending_out"]
    roster.unsubscribe("a@b")
    roster["a@b"].authorize()
    assert roster["a@b"]["from"]
    roster["a@b"].unauthorize()
    assert not roster["a@b"]["from"]
    kinds = [sent[0] for sent in xmpp.sent]
    assert kinds == [
        "subscribe",
        "unsubscribe",
        "subscribed",
        "sent",
        "unsubscribed",
        "unavailable",
    ]
    assert xmpp.sent[0] == ("subscribe", "a@b", "")


def test_a_component_says_who_it_speaks_for():
    xmpp = Xmpp(component=True)
    xmpp.roster["bot@gw.example"].subscribe("a@b")
    assert xmpp.sent == [("subscribe", "a@b", "bot@gw.example")]
    with pytest.raises(ValueError, match="pfrom"):
        xmpp.roster.send_presence()
    xmpp.roster["bot@gw.example"].send_presence(pshow="xa")
    assert xmpp.sent[-1] == ("sent", {"pshow": "xa", "pfrom": "bot@gw.example"})
    xmpp.roster["bot@gw.example"]["a@b"].send_presence()
    assert xmpp.sent[-1] == ("sent", {"pfrom": "bot@gw.example", "pto": "a@b"})
    assert xmpp.roster["bot@gw.example"].remove("a@b") is None


def test_updates_go_to_the_server(xmpp):
    roster = xmpp.roster[None]
    assert roster.update("a@b", name="A", groups=["g"], timeout=5) == "awaitable"
    assert roster["a@b"]["name"] == "A"
    sent = xmpp.requests[0]["roster"]["items"]["a@b"]
    assert (sent["name"], sent["groups"]) == ("A", ["g"])
    roster["a@b"]["to"] = True
    assert roster.remove("a@b") == "awaitable"
    assert xmpp.requests[1]["roster"]["items"]["a@b"]["subscription"] == "remove"
    assert xmpp.sent[0][0] == "unsubscribe"


def test_probes():
    xmpp = Xmpp(component=True)
    entry = xmpp.roster["bot@gw.example"]["a@b"]
    entry.handle_probe(incoming("probe"))
    assert xmpp.sent == [("unsubscribed", "a@b", "bot@gw.example")]
    entry["from"] = entry["pending_out"] = True
    entry.handle_probe(incoming("probe"))
    assert [sent[0] for sent in xmpp.sent[1:]] == ["sent", "subscribe"]


# presence


def test_resources_come_and_go(xmpp):
    roster = xmpp.roster[None]
    entry = roster["a@b"]
    entry.handle_available(incoming(show="xa", status="s", priority="3"))
    entry.handle_available(incoming(show="xa", status="s", priority="3"))
    entry.handle_available(incoming(sender="a@b/other"))
    assert roster.presence("a@b", "r") == {"show": "xa", "status": "s", "priority": 3}
    assert set(roster.presence("a@b")) == {"r", "other"}
    assert roster.presence("a@b", "none") == {"show": "", "status": "", "priority": 0}
    assert roster.presence("nobody@b") == {}
    assert not roster.has_jid("nobody@b")
    entry.handle_unavailable(incoming("unavailable"))
    entry.handle_unavailable(incoming("unavailable", sender="a@b/other"))
    entry.handle_unavailable(incoming("unavailable", sender="a@b/other"))
    assert entry.resources == {}
    assert xmpp.events == [
        "got_online",
        "changed_status",
        "changed_status",
        "changed_status",
        "changed_status",
        "got_offline",
    ]


def test_reset_forgets_who_is_online(xmpp):
    xmpp.roster[None]["a@b"].handle_available(incoming())
    xmpp.roster.reset()
    assert xmpp.roster[None].presence("a@b") == {}


def test_the_last_presence_is_sent_again(xmpp):
    roster = xmpp.roster[None]
    roster.add("a@b", afrom=True)
    roster.send_last_presence()
    assert xmpp.sent == [("sent", {})]
    broadcast = Presence(xmpp)
    broadcast["show"] = "xa"
    broadcast.send()
    assert xmpp.sentpresence
    assert xmpp.events == ["sent_presence"]
    roster["a@b"].send_last_presence()
    roster.send_last_presence()
    assert [sent[:2] for sent in xmpp.sent[1:]] == [("xa", ""), ("xa", "a@b"), ("xa", "")]
    assert broadcast["to"] == ""
    directed = Presence(xmpp, sto="a@b/r")
    directed["show"] = "dnd"
    directed.send()
    roster["a@b"].send_last_presence()
    assert xmpp.sent[-1][0] == "dnd"
    Presence(xmpp).send()
    assert roster["a@b"].last_status is None


def test_subscription_stanzas_are_no_status(xmpp):
    Presence(xmpp, stype="subscribe", sto="a@b").send()
    assert xmpp.roster[None].last_status is None
    assert not xmpp.sentpresence


def test_a_broken_address_does_not_stop_sending(xmpp):
    xmpp.roster.presence_sent(Presence(xmpp, sfrom="@@"))


# settings


def test_automatic_answers_are_set_for_all(xmpp):
    node = xmpp.roster["x@y"]
    assert node.auto_authorize is True
    assert node.auto_subscribe is True
    xmpp.roster.auto_authorize = None
    xmpp.roster.auto_subscribe = False
    for owner in ("x@y", "later@y"):
        assert xmpp.roster[owner].auto_authorize is None
        assert xmpp.roster[owner].auto_subscribe is False
    assert xmpp.roster.auto_authorize is None
    assert xmpp.roster.auto_subscribe is False


def test_sessions_share_nothing():
    one, two = Xmpp(), Xmpp()
    one.roster.auto_authorize = False
    one.roster[None]["a@b"]["name"] = "A"
    assert two.roster.auto_authorize is True
    assert not two.roster[None].has_jid("a@b")


# storage


class Database:
    def __init__(self):
        self.states = {}
        self.versions = {}

    def entries(self, owner, db_state=None):
        if owner is None:
            return sorted({key[0] for key in self.states})
        return [jid for key, jid in self.states if key == owner]

    def load(self, owner, jid, db_state):
        db_state["loaded"] = True
        return self.states.get((str(owner), str(jid)))

    def save(self, owner, jid, state, db_state):
        self.states[str(owner), str(jid)] = dict(state)

    def version(self, owner):
        return self.versions.get(str(owner), "")

    def set_version(self, owner, version):
        self.versions[str(owner)] = version


def test_entries_are_stored_and_loaded():
    db = Database()
    one = Xmpp(db=db)
    node = one.roster["me@example.net"]
    node.add("a@b", name="A", groups=["g"], ato=True, save=True)
    node.version = "v7"
    two = Xmpp(db=db)
    again = two.roster["me@example.net"]
    assert again["a@b"]["name"] == "A"
    assert again["a@b"]["groups"] == ["g"]
    assert again["a@b"]["subscription"] == "to"
    assert again.version == "v7"
    again["a@b"].save(remove=True)
    assert not again.has_jid("a@b")
    assert db.states["me@example.net", "a@b"]["removed"]


def test_changing_the_storage():
    xmpp = Xmpp()
    xmpp.roster[None].add("a@b", name="A")
    db = Database()
    db.save("me@example.net", "stored@b", {**xmpp.roster[None]["a@b"].state, "name": "S"}, {})
    db.save("other@b", "x@y", xmpp.roster[None]["a@b"].state, {})
    xmpp.roster.set_backend(db)
    assert db.states["me@example.net", "a@b"]["name"] == "A"
    assert xmpp.roster[None]["stored@b"]["name"] == "S"
    assert "other@b" in list(xmpp.roster)
    xmpp.roster.set_backend(None)
    assert xmpp.roster.db is None


def test_versions_without_storage(xmpp):
    node = xmpp.roster[None]
    assert node.version == ""
    node.version = "v1"
    assert node.version == "v1"


# bounds


def test_strangers_are_bounded(xmpp, monkeypatch):
    monkeypatch.setattr(single_module, "MAX_STRANGERS", 10)
    node = xmpp.roster[None]
    node["friend@b"]["name"] = "F"
    for number in range(100):
        node[f"u{number}@b"].handle_available(incoming(sender=f"u{number}@b/r"))
    assert len(node) == 11
    assert node.has_jid("friend@b")
    assert node.has_jid("u99@b")
    assert not node.has_jid("u0@b")


def test_resources_are_bounded(xmpp, monkeypatch):
    monkeypatch.setattr(item_module, "MAX_RESOURCES", 10)
    entry = xmpp.roster[None]["room@muc"]
    for number in range(100):
        entry.handle_available(incoming(sender=f"room@muc/n{number}"))
    assert len(entry.resources) == 10
    assert "n99" in entry.resources


def test_rosters_nobody_uses_are_bounded(monkeypatch):
    monkeypatch.setattr(multi_module, "MAX_EMPTY_NODES", 10)
    xmpp = Xmpp(component=True)
    xmpp.roster["used@gw"]["a@b"]["name"] = "A"
    for number in range(100):
        _ = xmpp.roster[f"u{number}@gw"]
    assert len(xmpp.roster) == 11
    assert xmpp.roster["used@gw"].has_jid("a@b")


def test_an_entry_is_small(xmpp):
    node = xmpp.roster[None]
    entry = node["a@b"]
    assert not hasattr(entry, "__dict__")
    assert not hasattr(node, "__dict__")
    assert not hasattr(xmpp.roster, "__dict__")
    assert sys.getsizeof(entry) <= 160
    assert entry._resources is entry._groups is entry._db_state is None


def test_reprs(xmpp):
    xmpp.roster[None]["a@b"]["name"] = "A"
    assert "a@b" in repr(xmpp.roster)
    assert xmpp.roster
    assert list(xmpp.roster.keys()) == ["me@example.net"]
