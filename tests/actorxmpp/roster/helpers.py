"""A role object that writes down what rosters do, presences for it, and a datastore."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from actorxmpp.jid import JID
from actorxmpp.roster import Roster
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
