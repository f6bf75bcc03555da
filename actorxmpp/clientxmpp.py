"""ClientXMPP: a client's session (RFC 6120, RFC 6121). What most bots subclass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.basexmpp import BaseXMPP
from actorxmpp.exceptions import XMPPError
from actorxmpp.jid import JID
from actorxmpp.protocol.negotiation import ClientNegotiation, ClientSettings
from actorxmpp.settings import SessionKind, SessionSettings
from actorxmpp.stanza import Iq
from actorxmpp.store.base import RosterSnapshot, StoredItem

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Container

    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.roster import RosterItem

__all__ = ["ClientXMPP"]

ROSTER_QUERY = "{jabber:iq:roster}query"
SUBSCRIPTIONS = frozenset(("to", "from", "both", "none", "remove"))


class ClientXMPP(BaseXMPP):
    """A client.

    Args:
        jid: the account; with a resource, that resource is asked for.
        password: the account's password.
        plugin_config: configuration of plugins that are enabled without one.
        plugin_whitelist: what ``register_plugins`` enables.
        lang: the default language of what is sent (``xml:lang``).
        settings: how to connect.

    Raises:
        InvalidJID: if ``jid`` is none.
    """

    session_kind = SessionKind.CLIENT

    def __init__(
        self,
        jid: str | JID,
        password: str | None = None,
        plugin_config: dict[str, dict[str, Any]] | None = None,
        plugin_whitelist: list[str] | None = None,
        escape_quotes: bool = True,
        sasl_mech: str | None = None,
        lang: str = "en",
        settings: SessionSettings | None = None,
        **kwargs: Any,
    ) -> None:
        del escape_quotes  # only old XML needed it
        super().__init__(jid, "jabber:client", settings or SessionSettings(), **kwargs)
        self.plugin_config = plugin_config or {}
        self.plugin_whitelist = plugin_whitelist or []
        self.lang = lang
        self.credentials: dict[str, str] = {}
        self._roster_changed = False
        self._roster_snapshot: RosterSnapshot | None = None
        self._sasl_mech = sasl_mech
        if password is not None:
            self.password = password

    @property
    def password(self) -> str:
        """The account's password."""
        return self.credentials.get("password", "")

    @password.setter
    def password(self, value: str) -> None:
        self.credentials["password"] = value

    def make_negotiation(
        self, mechanism: str = "", resume: ResumeRequest | None = None
    ) -> Negotiation:
        """Say how to log in on a new stream."""
        requested = self.requested_jid
        return ClientNegotiation(
            ClientSettings(
                domain=requested.domain,
                username=requested.local,
                password=self.credentials.get("password"),
                resource=requested.resource,
                require_tls=self.settings.require_tls,
                starttls=self.enable_starttls,
                external=self.settings.tls.client_cert is not None,
                anonymous=not requested.local,
                allowed_mechanisms=frozenset((self._sasl_mech,)) if self._sasl_mech else None,
                known_mechanism=mechanism,
                resume=resume,
                lang=self.lang,
            )
        )

    # rosters

    def roster_snapshot(self) -> RosterSnapshot | None:
        """The roster as the session store keeps it, made anew only when it has changed."""
        roster = self.client_roster
        if not self._roster_changed:
            return self._roster_snapshot
        if not roster.version:
            return None  # the server sends it whole anyway
        self._roster_changed = False
        items = (
            StoredItem(
                jid,
                item["name"],
                item["subscription"],
                bool(item["pending_out"]),
                tuple(item["groups"]),
            )
            for jid in roster
            if (item := roster[jid])["subscription"] != "none" or item["pending_out"]
        )
        self._roster_snapshot = RosterSnapshot(roster.version, tuple(items))
        return self._roster_snapshot

    def restore_roster(self, roster: RosterSnapshot) -> None:
        """Take the roster a session store had: the server sends only what has changed since."""
        self._roster_snapshot = roster
        self.client_roster.version = roster.version
        for item in roster.items:
            self._set_entry(item.jid, item.name, item.subscription, item.pending_out)
            self.client_roster[item.jid]["groups"] = list(item.groups)

    def get_roster(
        self, callback: Callable[[Iq], Any] | None = None, timeout: float | None = None
    ) -> asyncio.Future[Iq]:
        """Fetch the roster (RFC 6121 section 2.2); the event ``roster_update`` follows.

        Args:
            callback: called with the reply.
            timeout: seconds.

        Returns:
            A future of the reply; see ``send_iq`` for how it fails.
        """
        iq = self.Iq()
        iq["type"] = "get"
        iq.enable("roster")
        if "{urn:xmpp:features:rosterver}ver" in self.features:
            iq["roster"]["ver"] = self.client_roster.version

        def received(reply: Iq) -> Any:
            if reply["type"] == "result":
                self._take_roster(reply, whole=reply.xml.find(ROSTER_QUERY) is not None)
                self.event("roster_update", reply)
            return callback(reply) if callback is not None else None

        return self.send_iq(iq, received, timeout)

    def update_roster(self, jid: str | JID, **kwargs: Any) -> Any:
        """Add or change a roster item (RFC 6121 section 2.3).

        Args:
            jid: the contact.
            kwargs: ``name``, ``subscription``, ``groups``, ``timeout``, ``callback``.
        """
        current = self.client_roster[jid]
        return self.client_roster.update(
            jid,
            kwargs.get("name", current["name"]),
            kwargs.get("subscription"),
            kwargs.get("groups", current["groups"]),
            timeout=kwargs.get("timeout"),
            callback=kwargs.get("callback"),
        )

    def del_roster_item(self, jid: str | JID) -> Any:
        """Remove a contact from the roster (RFC 6121 section 2.5)."""
        return self.client_roster.remove(jid)

    def _builtin_iq(self, iq: Iq) -> bool:
        if iq.xml.get("type") != "set" or iq.xml.find(ROSTER_QUERY) is None:
            return super()._builtin_iq(iq)
        # RFC 6121 section 2.1.6: a push from anyone but our own account is an attack
        if iq["from"].bare not in ("", self.boundjid.bare):
            raise XMPPError("service-unavailable")
        self._take_roster(iq)
        self.event("roster_update", iq)
        iq.reply(clear=True).send()
        return True

    def _take_roster(self, iq: Iq, whole: bool = False) -> None:
        roster = self.client_roster
        query = iq["roster"]
        if whole:
            self._forget_all_but(query["items"])
        if query["ver"]:
            roster.version = query["ver"]
        for jid, item in query["items"].items():
            subscription = item["subscription"]
            if subscription not in SUBSCRIPTIONS:
                continue
            asked = item["ask"] == "subscribe"
            entry = self._set_entry(jid, item["name"], subscription, asked)
            entry["groups"] = item["groups"]
            entry.save(remove=subscription == "remove")
        self._roster_changed = True

    def _forget_all_but(self, items: Container[Any]) -> None:
        """Forget contacts that are not in the roster any more."""
        roster = self.client_roster
        for jid in list(roster):
            if roster[jid]["subscription"] != "none" and JID(jid) not in items:
                entry = self._set_entry(jid, "", "none", pending_out=False)
                entry.save(remove=True)

    def _set_entry(
        self, jid: str | JID, name: str, subscription: str, pending_out: bool
    ) -> RosterItem:
        entry = self.client_roster[jid]
        entry["name"] = name
        entry["from"] = subscription in ("from", "both")
        entry["to"] = subscription in ("to", "both")
        entry["pending_out"] = pending_out
        return entry

    _builtin = {**BaseXMPP._builtin, Iq: _builtin_iq}  # noqa: RUF012, SLF001  the base says what it is
