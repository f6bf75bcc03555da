"""BaseXMPP: what clients and components have in common: addresses, rosters, IQs, plugins.

Start reading the public API here; ``XMLStream`` below it is the stream.

Without stream management a session ends with its stream. With it (XEP-0198) a session outlives the
stream: requests go on waiting for their replies, rosters are kept, and ``session_end`` is raised
only when the server has lost it.

    new session        session_bind, session_start
    stream lost        disconnected; without resumption also session_end
    resumed            session_resumed
    not resumed        sm_failed, session_end, then as for a new session

A role object that has never seen a session begin (the dispatcher restarted, or the process did)
gets ``session_bind`` and ``session_start`` after ``session_resumed``, too.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from xml.etree.ElementTree import Element

from actorxmpp import stanza as stanzas
from actorxmpp.api import APIRegistry
from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.jid import JID, InvalidJID
from actorxmpp.plugins import default_plugins
from actorxmpp.plugins.manager import PluginHandle, PluginManager
from actorxmpp.protocol import namespaces as ns
from actorxmpp.roles.aliases import with_short_names
from actorxmpp.roles.iqs import Requests
from actorxmpp.roster import Roster
from actorxmpp.stanza import Iq, Message, Presence
from actorxmpp.stream import XMLStream

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from types import ModuleType

    from actorxmpp.actors import messages as m
    from actorxmpp.actors.rolestate import RoleHost
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.settings import SessionSettings
    from actorxmpp.store import RosterSnapshot
    from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

    JidStr = str | JID

__all__ = ["BaseXMPP"]

T = TypeVar("T", bound="ElementBase")

logger = logging.getLogger(__name__)

SUBSCRIPTION_TYPES = frozenset(("subscribe", "subscribed", "unsubscribe", "unsubscribed"))
BODY_TAGS = frozenset(("{jabber:client}body", "{jabber:component:accept}body"))
SHOW_TYPES = frozenset(("available", "chat", "away", "dnd", "xa"))
ROSTER_HANDLERS = {
    "unavailable": "handle_unavailable",
    "subscribe": "handle_subscribe",
    "subscribed": "handle_subscribed",
    "unsubscribe": "handle_unsubscribe",
    "unsubscribed": "handle_unsubscribed",
    "probe": "handle_probe",
}
"""What a roster item does with a presence of each type."""


class BaseXMPP(XMLStream):
    """The base of ``ClientXMPP`` and ``ComponentXMPP``.

    Attributes:
        requested_jid: the JID as configured.
        is_component: whether this is a component.
        roster: the rosters of all the JIDs this session speaks for.
        client_roster: the roster of ``boundjid``.
        plugin: the enabled plugins.
        api: hooks by which the program takes over what plugins store or decide.
        plugin_config: configuration of plugins that are enabled without one.
        plugin_whitelist: what ``register_plugins`` enables.
        response_timeout: seconds an IQ waits for its reply unless told otherwise.
        sentpresence: whether a presence was broadcast in this session.
        use_message_ids: give messages an id.
        use_presence_ids: give presences an id.
        use_origin_id: give messages an ``origin-id`` (XEP-0359) as well.
        features: names, ``{namespace}name`` and slixmpp's, of the features the server offered.
        stanza: the module of the stanza classes.
    """

    is_component = False
    response_timeout = 30.0
    use_message_ids = True
    use_presence_ids = True
    use_origin_id = False
    sentpresence = False
    stanza: ModuleType = stanzas

    def __init__(
        self, jid: str | JID, default_ns: str, settings: SessionSettings, **_kwargs: Any
    ) -> None:
        self.requested_jid = JID(jid)
        self.boundjid = JID(jid)
        super().__init__(self.requested_jid.full, settings)
        self.default_ns = default_ns
        self._requests = Requests(
            self._state.requests, lambda: self.loop, self.send, self._call_back
        )
        self.plugin = PluginManager(self)
        self.api = APIRegistry(self)
        self.plugin_config: dict[str, dict[str, Any]] = {}
        self.plugin_whitelist: list[str] = []
        self.roster = Roster(self)
        self.roster.add(self.boundjid)
        self.client_roster = self.roster[self.boundjid]
        self.features: frozenset[str] = frozenset()
        self.add_event_handler("roster_subscription_request", self.handle_new_subscription)

    # what the actors call

    def make_negotiation(
        self, mechanism: str = "", resume: ResumeRequest | None = None
    ) -> Negotiation:
        """Say how to log in on a new stream.

        Args:
            mechanism: the SASL mechanism of the last login; a weaker one is refused.
            resume: the session to take up again (XEP-0198), if any.
        """
        raise NotImplementedError

    def roster_snapshot(self) -> RosterSnapshot | None:
        """Return the roster as a session store keeps it; clients override it."""
        return None

    def restore_roster(self, roster: RosterSnapshot) -> None:
        """Take the roster a session store had; clients override it."""

    def attach(self, actor: RoleHost) -> None:
        """Take the actor that holds this object, and the plugins that are there already."""
        super().attach(actor)
        self.plugin.adopt()

    def detach(self, reason: str) -> None:
        """Let go of the actor; requests that wait for a reply fail."""
        self._requests.end(reason)
        super().detach(reason)

    def stream_established(self, message: m.StreamEstablished) -> None:
        """The stream carries stanzas from now on."""
        bound = self.boundjid = JID(message.jid)
        self.features = with_short_names(message.features)
        self._requests.table.answer_for(frozenset(("", bound.bare, bound.full, bound.domain)))
        self.client_roster = self.roster[bound]
        super().stream_established(message)
        resumed = message.resumed
        if resumed is None:
            self._run_feature_handlers(self.features)
        else:
            self._queue.flush()
            attributes = {"previd": resumed.previd, "h": str(resumed.h)}
            element = Element(ns.clark(ns.SM, "resumed"), attributes)
            self.event("session_resumed", self.build_stanza(element))
        if self._state.told_of_session(True) or resumed is None:
            self.event("session_bind", bound)
            self._queue.flush()
            self.event("session_start", {})

    def stream_finished(self, message: m.StreamFinished) -> None:
        """The stream, or the attempt to get one, is over."""
        if message.was_established and self._stream.managed is not None:
            self.event("sm_disabled", message.reason)
        if not message.resumable:
            self._end_session(message.reason)
        elif not self._state.wanted:
            self._requests.end(message.reason)
        super().stream_finished(message)

    def session_lost(self, reason: str) -> None:
        """The server has no session to resume any more; a new one begins."""
        self.event("sm_failed", self.build_stanza(Element(ns.clark(ns.SM, "failed"))))
        self._end_session(reason)

    def session_over(self, reason: str) -> None:
        """The session has ended for good."""
        if not self._state.wanted:
            self._requests.end(reason)
        super().session_over(reason)

    def _end_session(self, reason: str) -> None:
        self._requests.end(reason)
        self.roster.reset()
        if self._state.told_of_session(False):
            self.event("session_end", reason)

    # stanzas in

    def handle_builtin(self, stanza: StanzaBase) -> bool:
        """Do what every entity has to with a stanza (RFC 6120 section 8, RFC 6121).

        Returns:
            False if it is for others alone.
        """
        handler = self._builtin.get(type(stanza))
        return handler is not None and handler(self, stanza)

    def _builtin_message(self, message: Message) -> bool:
        attributes = message.xml.attrib
        if not attributes.get("to") and not self.is_component:
            attributes["to"] = self._address
        if attributes.get("type") == "error":
            self.event("message_error", message)
            return True
        for child in message.xml:
            if child.tag in BODY_TAGS:
                if self._actor is None:
                    self.event("message", message)
                else:
                    self._actor.raise_event("message", message)
                break
        return True

    def _builtin_iq(self, iq: Iq) -> bool:
        return self._requests.complete(iq)

    def _builtin_presence(self, presence: Presence) -> bool:
        try:
            sender, to = presence["from"], presence["to"]
        except InvalidJID:
            logger.warning("a presence with an address that is no JID was dropped")
            return True
        if not self.is_component and not to.bare:
            presence["to"] = to = self.boundjid
        if self.roster[to].ignore_updates:
            return True
        ptype = presence["type"]
        if ptype in SHOW_TYPES:
            self.roster[to][sender].handle_available(presence)
        elif ptype in ROSTER_HANDLERS:
            getattr(self.roster[to][sender], ROSTER_HANDLERS[ptype])(presence)
        self.event("presence", presence)
        self.event(f"presence_{ptype}", presence)
        if ptype in SUBSCRIPTION_TYPES:
            self.event("changed_subscription", presence)
        return True

    _builtin: ClassVar[dict[type, Callable[[Any, Any], bool]]] = {
        Message: _builtin_message,
        Presence: _builtin_presence,
        Iq: _builtin_iq,
    }

    def handle_new_subscription(self, presence: Presence) -> None:
        """Approve or refuse a subscription request as ``auto_authorize`` says.

        Whitelisted contacts are approved. ``auto_authorize=None`` leaves it to the program.
        """
        roster = self.roster[presence["to"]]
        item = roster[presence["from"]]
        if item["whitelisted"] or roster.auto_authorize:
            item.authorize()
            if roster.auto_subscribe:
                item.subscribe()
        elif roster.auto_authorize is False:
            item.unauthorize()

    # IQ

    def send_iq(
        self,
        iq: stanzas.Iq,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> asyncio.Future[Iq]:
        """Send a request and wait for its reply; ``Iq.send`` calls this.

        Args:
            iq: the request; an answer is sent, and the future is done at once.
            callback: called with the reply, also with one of type ``error``.
            timeout: seconds; ``response_timeout`` by default.
            timeout_callback: called with the request if no reply comes.

        Returns:
            A future of the reply. It fails with IqError if the reply is an error, with IqTimeout
            if none comes, with RequestDisconnected if the connection is lost before one comes.

        Raises:
            TooManyIqs: if too many requests wait for replies.
        """
        seconds = self.response_timeout if timeout is None else timeout
        return self._requests.send(iq, self.new_id, callback, seconds, timeout_callback)

    def _call_back(self, callback: Callable[[Iq], Any], iq: stanzas.Iq) -> None:
        if self._actor is not None:
            self._actor.run_guarded(callback, iq, None)
        else:
            self._run(lambda: callback(iq))

    def Iq(self, *args: Any, **kwargs: Any) -> stanzas.Iq:  # noqa: N802  the stanza's name
        """Make an IQ that belongs to this stream; takes what ``Iq`` takes."""
        return stanzas.Iq(self, *args, **kwargs)

    def make_iq(
        self,
        id: str | None = None,
        ifrom: JidStr | None = None,
        ito: JidStr | None = None,
        itype: str | None = None,
        iquery: str | None = None,
    ) -> stanzas.Iq:
        """Make an IQ.

        Args:
            id: its id; a new one by default.
            ifrom: its sender.
            ito: its recipient.
            itype: ``get``, ``set``, ``result`` or ``error``.
            iquery: the namespace of a ``query`` element to add.
        """
        values = {
            "id": None if id is None else str(id),
            "to": ito or None,
            "from": ifrom or None,
            "type": itype or None,
            "query": iquery or None,
        }
        return _filled(self.Iq(), values)

    def make_iq_get(
        self,
        queryxmlns: str | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanzas.Iq | None = None,
    ) -> stanzas.Iq:
        """Make an IQ of type ``get``, with a ``query`` of that namespace if one is given."""
        return self._fill_iq(iq, "get", ito, ifrom, queryxmlns)

    def make_iq_result(
        self,
        id: str | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanzas.Iq | None = None,
    ) -> stanzas.Iq:
        """Make an IQ of type ``result``."""
        return _filled(self._fill_iq(iq, "result", ito, ifrom, None), {"id": id})

    def make_iq_set(
        self,
        sub: ElementBase | Element | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanzas.Iq | None = None,
    ) -> stanzas.Iq:
        """Make an IQ of type ``set`` around ``sub``."""
        made = self._fill_iq(iq, "set", ito, ifrom, None)
        if sub is not None:
            made.append(sub)
        return made

    def make_iq_error(
        self,
        id: str,
        type: str = "cancel",
        condition: str = "feature-not-implemented",
        text: str | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanzas.Iq | None = None,
    ) -> stanzas.Iq:
        """Make an IQ of type ``error`` (RFC 6120 section 8.3)."""
        made = _filled(self._fill_iq(iq, "error", ito, ifrom, None), {"id": id})
        _filled(made["error"], {"type": type, "condition": condition, "text": text or None})
        return made

    def make_iq_query(
        self,
        iq: stanzas.Iq | None = None,
        xmlns: str = "",
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
    ) -> stanzas.Iq:
        """Make an IQ with a ``query`` element, or add one."""
        return self._fill_iq(iq, None, ito, ifrom, xmlns)

    def _fill_iq(
        self,
        iq: stanzas.Iq | None,
        itype: str | None,
        ito: JidStr | None,
        ifrom: JidStr | None,
        query: str | None,
    ) -> stanzas.Iq:
        values = {
            "type": itype,
            "query": query or None,
            "to": ito or None,
            "from": ifrom or None,
        }
        return _filled(self.make_iq() if iq is None else iq, values)

    def make_query_roster(self, iq: stanzas.Iq | None = None) -> Element:
        """Make a roster query, inside an IQ if one is given."""
        query = Element("{jabber:iq:roster}query")
        if iq is not None:
            iq.xml.append(query)
        return query

    # message

    def Message(self, *args: Any, **kwargs: Any) -> stanzas.Message:  # noqa: N802  the stanza's name
        """Make a message that belongs to this stream; takes what ``Message`` takes."""
        return _filled(stanzas.Message(self, *args, **kwargs), {"lang": self.default_lang or None})

    def make_message(
        self,
        mto: JidStr,
        mbody: str | None = None,
        msubject: str | None = None,
        mtype: str | None = None,
        mhtml: Any = None,
        mfrom: JidStr | None = None,
        mnick: str | None = None,
    ) -> stanzas.Message:
        """Make a message.

        Args:
            mto: its recipient.
            mbody: its text.
            msubject: its subject.
            mtype: ``chat``, ``normal``, ``groupchat``, ``headline`` or ``error``.
            mhtml: an XHTML-IM body; needs the plugin xep_0071.
            mfrom: its sender; for components.
            mnick: the sender's nickname; needs the plugin xep_0172.
        """
        message = self.Message(sto=mto, stype=mtype, sfrom=mfrom)
        _filled(message, {"body": mbody, "subject": msubject, "nick": mnick})
        if mhtml is not None:
            message["html"]["body"] = mhtml
        return message

    def send_message(
        self,
        mto: JidStr,
        mbody: str | None = None,
        msubject: str | None = None,
        mtype: str | None = None,
        mhtml: Any = None,
        mfrom: JidStr | None = None,
        mnick: str | None = None,
    ) -> None:
        """Make a message and send it; see ``make_message``."""
        self.make_message(mto, mbody, msubject, mtype, mhtml, mfrom, mnick).send()

    # presence

    def Presence(self, *args: Any, **kwargs: Any) -> stanzas.Presence:  # noqa: N802  the stanza's name
        """Make a presence that belongs to this stream; takes what ``Presence`` takes."""
        return _filled(stanzas.Presence(self, *args, **kwargs), {"lang": self.default_lang or None})

    def make_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: JidStr | None = None,
        ptype: str | None = None,
        pfrom: JidStr | None = None,
        pnick: str | None = None,
    ) -> stanzas.Presence:
        """Make a presence.

        Args:
            pshow: ``away``, ``chat``, ``dnd`` or ``xa``.
            pstatus: a sentence about it.
            ppriority: -128 to 127 (RFC 6121 section 4.7.2.3).
            pto: its recipient; none is a broadcast.
            ptype: ``unavailable``, ``subscribe``, ...
            pfrom: its sender; for components.
            pnick: the sender's nickname; needs the plugin xep_0172.
        """
        if pfrom is None and self.is_component:
            pfrom = self.boundjid.full
        presence = self.Presence(stype=ptype, sfrom=pfrom, sto=pto)
        values = {"type": pshow, "priority": ppriority, "status": pstatus, "nick": pnick}
        return _filled(presence, values)

    def send_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: JidStr | None = None,
        ptype: str | None = None,
        pfrom: JidStr | None = None,
        pnick: str | None = None,
    ) -> None:
        """Make a presence and send it; see ``make_presence``."""
        self.make_presence(pshow, pstatus, ppriority, pto, ptype, pfrom, pnick).send()

    def send_presence_subscription(
        self,
        pto: JidStr,
        pfrom: JidStr | None = None,
        ptype: str = "subscribe",
        pnick: str | None = None,
    ) -> None:
        """Ask for, grant or end a presence subscription (RFC 6121 section 3)."""
        self.make_presence(ptype=ptype, pfrom=pfrom, pto=pto, pnick=pnick).send()

    # plugins

    def register_plugin(
        self,
        plugin: str,
        pconfig: dict[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> None:
        """Enable a plugin.

        Args:
            plugin: its name, ``xep_NNNN``.
            pconfig: its configuration.
            module: where it is, if it is not one of ours.

        Raises:
            PluginNotFound: if there is no such plugin.
        """
        self.plugin.enable(plugin, pconfig or self.plugin_config.get(plugin), module)

    def register_plugins(self) -> None:
        """Enable all plugins in ``plugin_whitelist``, or all there are."""
        for name in self.plugin_whitelist or default_plugins():
            self.register_plugin(name)

    def init_plugins(self) -> None:
        """Nothing to do: plugins are complete when they are registered."""

    def __getitem__(self, key: str) -> PluginHandle:
        """Return a plugin's handle.

        Raises:
            PluginNotFound: if it is not enabled.
        """
        return self.plugin[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return a plugin's handle, or the default if it is not enabled."""
        return self.plugin.get(key, default)

    # the JID

    @property
    def boundjid(self) -> JID:
        """The JID of this session, as the server bound it."""
        return self._boundjid

    @boundjid.setter
    def boundjid(self, value: JID) -> None:
        self._boundjid = value
        self._address = value.full

    @property
    def jid(self) -> str:
        """The bare JID."""
        return self.boundjid.bare

    @property
    def fulljid(self) -> str:
        """The full JID."""
        return self.boundjid.full

    @property
    def resource(self) -> str:
        """The resource of the JID."""
        return self.boundjid.resource

    @property
    def username(self) -> str:
        """The local part of the JID."""
        return self.boundjid.local

    @property
    def server(self) -> str:
        """The domain of the JID."""
        return self.boundjid.domain

    @property
    def default_domain(self) -> str:
        """The domain of the JID."""
        return self.requested_jid.domain

    @property
    def stream_header(self) -> str:
        """The opening tag of a stream, as it was before TLS."""
        return (
            f"<stream:stream to='{self.requested_jid.domain}' xmlns:stream='{self.stream_ns}' "
            f"xmlns='{self.default_ns}' version='1.0'>"
        )

    def set_jid(self, jid: str | JID) -> None:
        """Claim another JID; before connecting."""
        self.boundjid = JID(jid)

    def getjidbare(self, fulljid: str) -> str:
        """Return an address without its resource."""
        return fulljid.partition("/")[0]

    def getjidresource(self, fulljid: str) -> str:
        """Return an address's resource."""
        return fulljid.partition("/")[2]

    # rosters

    @property
    def auto_authorize(self) -> bool | None:
        """Whether subscription requests are approved (True), refused (False) or left (None)."""
        return self.roster.auto_authorize

    @auto_authorize.setter
    def auto_authorize(self, value: bool | None) -> None:
        self.roster.auto_authorize = value

    @property
    def auto_subscribe(self) -> bool:
        """Whether an approved contact is asked for a subscription in turn."""
        return self.roster.auto_subscribe

    @auto_subscribe.setter
    def auto_subscribe(self, value: bool) -> None:
        self.roster.auto_subscribe = value

    # failures, and running

    def exception(self, exception: BaseException) -> None:
        """Called with each exception a handler of the role did not catch; logs it."""
        if isinstance(exception, IqTimeout):
            logger.error("%s: a request timed out and nobody caught it", self.boundjid)
        elif isinstance(exception, IqError):
            logger.error("%s: a request failed and nobody caught it: %s", self.boundjid, exception)
        else:
            logger.error("%s: a handler failed", self.boundjid, exc_info=exception)

    def run(self, host: str | None = None, port: int | None = None) -> None:
        """Connect and run until the session ends, or the process is told to stop.

        SIGINT and SIGTERM end the session in order; a second signal ends it at once.

        Args:
            host: where to connect instead of what DNS says.
            port: the port there.
        """
        from actorxmpp.roles.running import run  # the only part that takes over the process

        run(self, host, port)

    async def serve(self, host: str | None = None, port: int | None = None) -> str:
        """Connect and wait until the session has ended for good; returns the reason."""
        self.connect(host, port)
        ended: asyncio.Future[str] = self.disconnected
        return await ended


def _filled(stanza: T, values: dict[str, Any]) -> T:
    """Set interfaces of a stanza; those that are None are left as they are."""
    for name, value in values.items():
        if value is not None:
            stanza[name] = value
    return stanza
