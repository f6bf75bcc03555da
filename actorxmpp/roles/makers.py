"""Making and sending the three stanzas of XMPP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp import stanza
from actorxmpp.roles.core import RoleCore

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.jid import JID
    from actorxmpp.xmlstream.stanzabase import ElementBase

    JidStr = str | JID

__all__ = ["Makers"]


class Makers(RoleCore):
    """``Message()``, ``make_message()``, ``send_message()`` and their like."""

    default_lang: str | None = None

    def Message(self, *args: Any, **kwargs: Any) -> stanza.Message:  # noqa: N802  the stanza's name
        """Make a message that belongs to this stream; takes what ``Message`` takes."""
        message = stanza.Message(self, *args, **kwargs)
        if self.default_lang:
            message["lang"] = self.default_lang
        return message

    def Iq(self, *args: Any, **kwargs: Any) -> stanza.Iq:  # noqa: N802  the stanza's name
        """Make an IQ that belongs to this stream; takes what ``Iq`` takes."""
        return stanza.Iq(self, *args, **kwargs)

    def Presence(self, *args: Any, **kwargs: Any) -> stanza.Presence:  # noqa: N802  the stanza's name
        """Make a presence that belongs to this stream; takes what ``Presence`` takes."""
        presence = stanza.Presence(self, *args, **kwargs)
        if self.default_lang:
            presence["lang"] = self.default_lang
        return presence

    # IQ

    def make_iq(
        self,
        id: str | None = None,
        ifrom: JidStr | None = None,
        ito: JidStr | None = None,
        itype: str | None = None,
        iquery: str | None = None,
    ) -> stanza.Iq:
        """Make an IQ.

        Args:
            id: its id; a new one by default.
            ifrom: its sender.
            ito: its recipient.
            itype: ``get``, ``set``, ``result`` or ``error``.
            iquery: the namespace of a ``query`` element to add.
        """
        iq = self.Iq()
        if id is not None:
            iq["id"] = str(id)
        if ito:
            iq["to"] = ito
        if ifrom:
            iq["from"] = ifrom
        if itype:
            iq["type"] = itype
        if iquery:
            iq["query"] = iquery
        return iq

    def make_iq_get(
        self,
        queryxmlns: str | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
        """Make an IQ of type ``get``, with a ``query`` of that namespace if one is given."""
        return self._fill_iq(iq, "get", ito, ifrom, queryxmlns)

    def make_iq_result(
        self,
        id: str | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
        """Make an IQ of type ``result``."""
        made = self._fill_iq(iq, "result", ito, ifrom, None)
        if id is not None:
            made["id"] = id
        return made

    def make_iq_set(
        self,
        sub: ElementBase | Element | None = None,
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
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
        iq: stanza.Iq | None = None,
    ) -> stanza.Iq:
        """Make an IQ of type ``error`` (RFC 6120 section 8.3)."""
        made = self._fill_iq(iq, "error", ito, ifrom, None)
        made["id"] = id
        made["error"]["type"] = type
        made["error"]["condition"] = condition
        if text:
            made["error"]["text"] = text
        return made

    def make_iq_query(
        self,
        iq: stanza.Iq | None = None,
        xmlns: str = "",
        ito: JidStr | None = None,
        ifrom: JidStr | None = None,
    ) -> stanza.Iq:
        """Make an IQ with a ``query`` element, or add one."""
        return self._fill_iq(iq, None, ito, ifrom, xmlns)

    def _fill_iq(
        self,
        iq: stanza.Iq | None,
        itype: str | None,
        ito: JidStr | None,
        ifrom: JidStr | None,
        query: str | None,
    ) -> stanza.Iq:
        made = self.make_iq() if iq is None else iq
        if itype:
            made["type"] = itype
        if query:
            made["query"] = query
        if ito:
            made["to"] = ito
        if ifrom:
            made["from"] = ifrom
        return made

    # message

    def make_message(
        self,
        mto: JidStr,
        mbody: str | None = None,
        msubject: str | None = None,
        mtype: str | None = None,
        mhtml: Any = None,
        mfrom: JidStr | None = None,
        mnick: str | None = None,
    ) -> stanza.Message:
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
        if mbody is not None:
            message["body"] = mbody
        if msubject is not None:
            message["subject"] = msubject
        if mnick is not None:
            message["nick"] = mnick
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

    def make_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: JidStr | None = None,
        ptype: str | None = None,
        pfrom: JidStr | None = None,
        pnick: str | None = None,
    ) -> stanza.Presence:
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
        presence = self.Presence(stype=ptype, sfrom=pfrom, sto=pto)
        if pshow is not None:
            presence["type"] = pshow
        if pfrom is None and getattr(self, "is_component", False):
            presence["from"] = self.boundjid.full  # type: ignore[attr-defined]
        if ppriority is not None:
            presence["priority"] = ppriority
        if pstatus is not None:
            presence["status"] = pstatus
        if pnick is not None:
            presence["nick"] = pnick
        return presence

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
