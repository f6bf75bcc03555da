"""Running a room: configuration, roles and affiliations (XEP-0045 sections 8 to 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0045.stanza import NS_ADMIN, NS_OWNER, MUCAdminItem
from actorxmpp.xmlstream import ET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.stanza import Iq
    from actorxmpp.types import JidStr, MucAffiliation, MucRole, OptJidStr

__all__ = ["AFFILIATIONS", "ROLES", "Admin"]

AFFILIATIONS = ("outcast", "member", "admin", "owner", "none")
ROLES = ("moderator", "participant", "visitor", "none")


class Admin(BasePlugin):
    """What admins and owners do. Each raises IqError if the room refuses."""

    # configuration

    async def get_room_config(self, room: JidStr, ifrom: OptJidStr = None, **iqkwargs: Any) -> Form:
        """Fetch the form of a room's configuration (section 10.2).

        Raises:
            ValueError: if the room sends no form.
        """
        iq = self.xmpp.make_iq_get(NS_OWNER, ito=room, ifrom=ifrom)
        reply = await iq.send(**iqkwargs)
        form: Form | None = reply["mucowner_query"].get_plugin("form", check=True)
        if form is None:
            raise ValueError(f"the room {room} sent no form")
        return form

    async def set_room_config(
        self,
        room: JidStr,
        config: Form | None = None,
        *,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Configure a room (section 10.2); without a form, accept the defaults (section 10.1.2)."""
        form = Form() if config is None else config
        form["type"] = "submit"
        return await self._owner(room, form, ifrom, iqkwargs)

    async def cancel_config(self, room: JidStr, *, ifrom: OptJidStr = None, **iqkwargs: Any) -> Iq:
        """Give up configuring; a new room ends (section 10.1.3)."""
        form = Form()
        form["type"] = "cancel"
        return await self._owner(room, form, ifrom, iqkwargs)

    async def _owner(
        self, room: JidStr, form: Form, ifrom: OptJidStr, iqkwargs: dict[str, Any]
    ) -> Iq:
        query = ET.Element(f"{{{NS_OWNER}}}query")
        query.append(form.xml)
        reply: Iq = await self.xmpp.make_iq_set(query, ito=room, ifrom=ifrom).send(**iqkwargs)
        return reply

    async def destroy(
        self,
        room: JidStr,
        reason: str = "",
        altroom: OptJidStr = None,
        *,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """End a room (section 10.9).

        Args:
            room: the room.
            reason: why.
            altroom: where to go instead.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ito=room, ifrom=ifrom)
        iq.enable("mucowner_query")
        query = iq["mucowner_query"]
        query.enable("destroy")
        if altroom:
            query["destroy"]["jid"] = str(altroom)
        if reason:
            query["destroy"]["reason"] = reason
        reply: Iq = await iq.send(**iqkwargs)
        return reply

    # affiliations

    async def set_affiliation(
        self,
        room: JidStr,
        affiliation: MucAffiliation,
        *,
        jid: OptJidStr = None,
        nick: str | None = None,
        reason: str = "",
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Change somebody's affiliation (sections 9.1 to 9.8, 10.3 to 10.6).

        Args:
            room: the room.
            affiliation: ``outcast``, ``none``, ``member``, ``admin`` or ``owner``.
            jid: whose, by the real address.
            nick: whose, by the nickname.
            reason: why.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.

        Raises:
            ValueError: if there is no such affiliation, or nobody is named.
        """
        _check(affiliation, AFFILIATIONS, "affiliation")
        if not (jid or nick):
            raise ValueError("one of jid or nick says whose affiliation it is")
        item = MUCAdminItem()
        item["affiliation"] = affiliation
        item["nick"] = nick
        item["jid"] = None if jid is None else str(jid)
        item["reason"] = reason
        return await self._admin(room, [item], ifrom, iqkwargs)

    async def get_affiliation_list(
        self,
        room: JidStr,
        affiliation: MucAffiliation,
        *,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> list[JID]:
        """Return the real addresses of those with an affiliation (sections 9.2, 9.5, 10.5...)."""
        _check(affiliation, AFFILIATIONS, "affiliation")
        reply = await self._list(room, "affiliation", affiliation, ifrom, iqkwargs)
        return [JID(item["jid"]) for item in reply["mucadmin_query"] if item["jid"]]

    async def send_affiliation_list(
        self,
        room: JidStr,
        affiliations: Iterable[tuple[JidStr, MucAffiliation]],
        *,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Change several affiliations at once, given as (JID, affiliation)."""
        items = []
        for jid, affiliation in affiliations:
            _check(affiliation, AFFILIATIONS, "affiliation")
            item = MUCAdminItem()
            item["jid"] = str(jid)
            item["affiliation"] = affiliation
            items.append(item)
        return await self._admin(room, items, ifrom, iqkwargs)

    async def get_users_by_affiliation(
        self, room: JidStr, affiliation: MucAffiliation = "member", *, ifrom: OptJidStr = None
    ) -> Iq:
        """Return the whole answer about those with an affiliation."""
        _check(affiliation, AFFILIATIONS, "affiliation")
        return await self._list(room, "affiliation", affiliation, ifrom, {})

    # roles

    async def set_role(
        self,
        room: JidStr,
        nick: str,
        role: MucRole,
        *,
        reason: str = "",
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Change an occupant's role; ``none`` is a kick (sections 8.2 to 8.4, 9.6, 9.7).

        Raises:
            ValueError: if there is no such role.
        """
        _check(role, ROLES, "role")
        item = MUCAdminItem()
        item["nick"] = nick
        item["role"] = role
        item["reason"] = reason
        return await self._admin(room, [item], ifrom, iqkwargs)

    async def get_roles_list(
        self, room: JidStr, role: MucRole, *, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> list[str]:
        """Return the nicknames of those with a role (sections 8.5, 9.8)."""
        _check(role, ROLES, "role")
        reply = await self._list(room, "role", role, ifrom, iqkwargs)
        return [item["nick"] for item in reply["mucadmin_query"] if item["nick"]]

    async def send_role_list(
        self,
        room: JidStr,
        roles: Iterable[tuple[str, MucRole]],
        *,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Change several roles at once, given as (nickname, role)."""
        items = []
        for nick, role in roles:
            _check(role, ROLES, "role")
            item = MUCAdminItem()
            item["nick"] = nick
            item["role"] = role
            items.append(item)
        return await self._admin(room, items, ifrom, iqkwargs)

    async def _list(
        self, room: JidStr, what: str, value: str, ifrom: OptJidStr, iqkwargs: dict[str, Any]
    ) -> Iq:
        query = ET.Element(f"{{{NS_ADMIN}}}query")
        ET.SubElement(query, f"{{{NS_ADMIN}}}item", {what: value})
        iq = self.xmpp.make_iq_get(ito=room, ifrom=ifrom)
        iq.append(query)
        reply: Iq = await iq.send(**iqkwargs)
        return reply

    async def _admin(
        self,
        room: JidStr,
        items: Iterable[MUCAdminItem],
        ifrom: OptJidStr,
        iqkwargs: dict[str, Any],
    ) -> Iq:
        query = ET.Element(f"{{{NS_ADMIN}}}query")
        query.extend(item.xml for item in items)
        reply: Iq = await self.xmpp.make_iq_set(query, ito=room, ifrom=ifrom).send(**iqkwargs)
        return reply


def _check(value: str, allowed: tuple[str, ...], what: str) -> None:
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of the {what}s {', '.join(allowed)}")
