"""Every public name slixmpp programs use exists here and is called the same way."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from pathlib import Path

import pytest

from actorxmpp.jid import JID
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase

_SPEC = importlib.util.spec_from_file_location(
    "api_table", Path(__file__).with_name("api_table.py")
)
_TABLE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_TABLE)
API = _TABLE.API

MEMBERS = [
    (path, member, parameters)
    for path, entry in API.items()
    for member, parameters in (entry.items() if isinstance(entry, dict) else [("", entry)])
]

IMPORTS = [
    "actorxmpp.exceptions:IqError",
    "actorxmpp.exceptions:IqTimeout",
    "actorxmpp.exceptions:XMPPError",
    "actorxmpp.jid:InvalidJID",
    "actorxmpp.jid:JID",
    "actorxmpp.jid:unescape_node",
    "actorxmpp.stanza.atom:AtomEntry",
    "actorxmpp.stanza.iq:Iq",
    "actorxmpp.stanza.message:Message",
    "actorxmpp.stanza:Presence",
    "actorxmpp.stanza.rootstanza:RootStanza",
    "actorxmpp.stanza.roster:Roster",
    "actorxmpp.stanza.error:Error",
    "actorxmpp.stanza.stream_error:StreamError",
    "actorxmpp.stanza.stream_features:StreamFeatures",
    "actorxmpp.stanza.handshake:Handshake",
    "actorxmpp.stanza.presence:Presence",
    "actorxmpp.xmlstream.handler:Callback",
    "actorxmpp.xmlstream.handler:CoroutineCallback",
    "actorxmpp.xmlstream.handler.base:BaseHandler",
    "actorxmpp.xmlstream.handler.callback:Callback",
    "actorxmpp.xmlstream.handler.collector:Collector",
    "actorxmpp.xmlstream.handler.waiter:Waiter",
    "actorxmpp.xmlstream.handler.coroutine_callback:CoroutineCallback",
    "actorxmpp.xmlstream.handler.xmlcallback:XMLCallback",
    "actorxmpp.xmlstream.handler.xmlwaiter:XMLWaiter",
    "actorxmpp.xmlstream.matcher:MatchXPath",
    "actorxmpp.xmlstream.matcher.base:MatcherBase",
    "actorxmpp.xmlstream.matcher.id:MatcherId",
    "actorxmpp.xmlstream.matcher.idsender:MatchIDSender",
    "actorxmpp.xmlstream.matcher.many:MatchMany",
    "actorxmpp.xmlstream.matcher.stanzapath:StanzaPath",
    "actorxmpp.xmlstream.matcher.xmlmask:MatchXMLMask",
    "actorxmpp.xmlstream.matcher.xpath:MatchXPath",
    "actorxmpp.xmlstream.stanzabase:ET",
    "actorxmpp.xmlstream.stanzabase:ElementBase",
    "actorxmpp.xmlstream.stanzabase:StanzaBase",
    "actorxmpp.xmlstream.stanzabase:register_stanza_plugin",
    "actorxmpp.xmlstream.stanzabase:XML_NS",
    "actorxmpp.xmlstream.tostring:escape",
    "actorxmpp.xmlstream.tostring:tostring",
    "actorxmpp.xmlstream.tostring:tostring_fmt",
    "actorxmpp.xmlstream.tostring:highlight",
    "actorxmpp.xmlstream:ElementBase",
    "actorxmpp.xmlstream:ET",
    "actorxmpp.xmlstream:JID",
    "actorxmpp.xmlstream:StanzaBase",
    "actorxmpp.xmlstream:highlight",
    "actorxmpp.xmlstream:register_stanza_plugin",
    "actorxmpp.xmlstream:tostring",
    "actorxmpp.roster:Roster",
    "actorxmpp.roster:RosterNode",
    "actorxmpp.roster:RosterItem",
    "actorxmpp.roster.multi:Roster",
    "actorxmpp.roster.single:RosterNode",
    "actorxmpp.roster.item:RosterItem",
    "actorxmpp.types:JidStr",
    "actorxmpp.types:OptJid",
    "actorxmpp.types:OptJidStr",
    "actorxmpp.types:PresenceTypes",
    "actorxmpp.types:PresenceShows",
    "actorxmpp.types:MessageTypes",
    "actorxmpp.types:IqTypes",
    "actorxmpp.types:MucRole",
    "actorxmpp.types:MucAffiliation",
    "actorxmpp.types:FilterString",
    "actorxmpp.types:ErrorConditions",
    "actorxmpp.types:ErrorTypes",
    "actorxmpp.types:ClientTypes",
    "actorxmpp.types:HatTuple",
    "actorxmpp.types:ResourceDict",
    "actorxmpp.types:MAMDefault",
    "actorxmpp.types:PresenceArgs",
    "actorxmpp.types:MucRoomItem",
    "actorxmpp.types:MucRoomItemKeys",
    "actorxmpp.types:RosterState",
    "actorxmpp.types:RosterDBProtocol",
    "actorxmpp.types:ExtPresenceShows",
]


def resolve(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"actorxmpp.{module}"), name)


@pytest.mark.parametrize(("path", "member", "parameters"), MEMBERS)
def test_member_exists_with_the_same_call_shape(path, member, parameters):
    thing = resolve(path)
    if member:
        assert hasattr(thing, member), f"{path} has no {member}"
        thing = getattr(thing, member)
    if parameters == "-":
        return
    assert callable(thing)
    if "*" in parameters:
        return
    wanted = parameters.split()
    ours = list(inspect.signature(thing).parameters.values())
    positional = [p for p in ours if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    found = [p.name for p in positional]
    assert found[: len(wanted)] == wanted, f"{path}.{member}{found}"
    for extra in [p for p in ours if p.name not in wanted]:
        optional = extra.default is not extra.empty or extra.kind in (
            extra.VAR_KEYWORD,
            extra.VAR_POSITIONAL,
        )
        assert optional, f"{path}.{member} needs {extra.name}"


@pytest.mark.parametrize("path", IMPORTS)
def test_import_path(path):
    module, _, name = path.partition(":")
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize(
    "name",
    [
        "bare",
        "domain",
        "full",
        "host",
        "jid",
        "local",
        "node",
        "resource",
        "server",
        "user",
        "username",
    ],
)
def test_jid_parts(name):
    assert isinstance(getattr(JID("a@b/c"), name), str)


@pytest.mark.parametrize(
    "name",
    [
        "xml",
        "parent",
        "plugins",
        "iterables",
        "loaded_plugins",
        "tag",
        "stream",
        "namespace",
        "values",
    ],
)
def test_attributes_of_stanza_objects(name):
    assert hasattr(Message(), name)


def test_parents_are_weak_references():
    message = Message()
    error = message["error"]
    assert isinstance(error, ElementBase)
    assert error.parent() is message
    assert message.parent is None


def test_xmlstream_names_that_need_asyncio_are_found_lazily():
    import actorxmpp.xmlstream as package

    assert "XMLStream" not in vars(package)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = package.Nothing
