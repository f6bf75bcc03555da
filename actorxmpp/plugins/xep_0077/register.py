"""The plugin: registers with services, and registers the users of a component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0077.stanza import FORM_FIELDS, NS, Register
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0077"]

USERS_LIMIT = 100_000
"""Users kept by the store in memory; a program with more has a store of its own."""

register_stanza_plugin(Iq, Register)


class XEP_0077(BasePlugin):
    """In-Band Registration, both roles: a client with services, a component its users.

    Accounts are not made before login here: that is an administrator's task.

    A component keeps its users in memory unless the program takes over (``api``) ``user_get``,
    ``user_remove``, ``user_validate`` or ``make_registration_form``; they are called with (None,
    None, the user's JID, the IQ), ``user_validate`` with the ``Register`` stanza. ``ValueError``
    from it refuses, with its text; ``KeyError`` from ``user_remove`` says there is no such user.

    Configuration: ``form_fields`` ({"username", "password"}), what users fill in;
    ``form_instructions``; ``create_account``, ``force_registration`` and ``order``, accepted for
    compatibility.

    Events: ``user_register`` and ``user_unregister``, with the IQ that did it.
    """

    name = "xep_0077"
    description = "XEP-0077: In-Band Registration"
    xep_version = "2.4"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0066"}
    form_fields: Iterable[str]
    form_instructions: str
    default_config: ClassVar[dict[str, Any]] = {
        "create_account": False,
        "force_registration": False,
        "order": 50,
        "form_fields": {"username", "password"},
        "form_instructions": "Enter your credentials",
    }
    api_handlers: ClassVar[dict[str, str]] = {
        "user_get": "_user_get",
        "user_remove": "_user_remove",
        "user_validate": "_user_validate",
        "make_registration_form": "_make_form",
    }

    def plugin_init(self) -> None:
        """A component registers users."""
        self._users: dict[str, dict[str, Any]] = self.kept.setdefault("users", {})
        if self.xmpp.is_component:
            self.xmpp.plugin["xep_0030"].add_feature(NS)
            self.handle("registration", "iq/register", self._handle_registration)

    def plugin_end(self) -> None:
        """Don't say any more that users can register."""
        disco = self.other("xep_0030")
        if disco is not None:
            disco.del_feature(feature=NS)

    # registering users

    async def _handle_registration(self, iq: Iq) -> None:
        if iq["type"] == "get":
            form = await self.api.run("make_registration_form", None, None, iq["from"], iq)
            form.send()
        elif iq["type"] == "set" and iq["register"]["remove"]:
            await self._remove(iq)
        elif iq["type"] == "set":
            await self._register(iq)

    async def _remove(self, iq: Iq) -> None:
        try:
            await self.api.run("user_remove", None, None, iq["from"], iq)
        except KeyError:
            _refuse(iq, "item-not-found", "User not found")
            return
        iq.reply().send()
        self.xmpp.event("user_unregister", iq)

    async def _register(self, iq: Iq) -> None:
        registration = iq["register"]
        form = registration.get_plugin("form", check=True)
        if form is not None:
            for name, value in form["values"].items():
                if name in FORM_FIELDS and not registration[name] and isinstance(value, str):
                    registration[name] = value
        if not all(registration[name] for name in self.form_fields):
            _refuse(iq, "not-acceptable", "Please fill in all fields.")
            return
        try:
            await self.api.run("user_validate", None, None, iq["from"], registration)
        except ValueError as error:
            _refuse(iq, "not-acceptable", str(error))
            return
        iq.reply().send()
        self.xmpp.event("user_register", iq)

    def _user_get(self, _jid: Any, _node: Any, _ifrom: Any, iq: Any) -> dict[str, Any] | None:
        return self._users.get(iq["from"].bare)

    def _user_remove(self, _jid: Any, _node: Any, _ifrom: Any, iq: Iq) -> dict[str, Any]:
        return self._users.pop(iq["from"].bare)

    def _user_validate(self, _jid: Any, _node: Any, ifrom: JID, registration: Register) -> None:
        if ifrom.bare not in self._users and len(self._users) >= USERS_LIMIT:
            raise ValueError("No more users can register.")
        self._users[ifrom.bare] = {name: registration[name] for name in self.form_fields}

    async def _make_form(self, _jid: Any, _node: Any, ifrom: Any, iq: Iq) -> Iq:
        user = await self.api.run("user_get", None, None, ifrom, iq)
        reply = iq.reply()
        form = reply["register"]
        if user is not None:
            form["registered"] = True
        form["instructions"] = self.form_instructions
        for name in sorted(self.form_fields):
            known = "" if user is None or name == "password" else user.get(name, "")
            if known:
                form[name] = known
            else:
                form.add_field(name)
        return reply

    # registering ourselves

    def get_registration(
        self,
        jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask a service what it wants to know (XEP-0077 section 3.1).

        Args:
            jid: the service; our server by default.
            ifrom: from which of a component's JIDs.
            timeout: seconds to wait.
            callback: called with the answer.
        """
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable("register")
        return iq.send(timeout=timeout, callback=callback)

    def register(
        self,
        jid: OptJidStr = None,
        fields: dict[str, str] | None = None,
        ifrom: OptJidStr = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Register with a service (XEP-0077 section 3.1).

        Args:
            jid: the service.
            fields: what it wants to know.
            ifrom: from which of a component's JIDs.
            timeout: seconds to wait.
            callback: called with the answer.
        """
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq.enable("register")
        for name, value in (fields or {}).items():
            iq["register"][name] = value
        return iq.send(timeout=timeout, callback=callback)

    def cancel_registration(
        self,
        jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """End a registration (XEP-0077 section 3.2); with our server, our account ends."""
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["register"]["remove"] = True
        return iq.send(timeout=timeout, callback=callback)

    def change_password(
        self,
        password: str,
        jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Change our password (XEP-0077 section 3.3); only over an encrypted connection."""
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        owner = JID(ifrom) if self.xmpp.is_component and ifrom else self.xmpp.boundjid
        iq["register"]["username"] = owner.local
        iq["register"]["password"] = password
        return iq.send(timeout=timeout, callback=callback)


def _refuse(iq: Iq, condition: str, text: str) -> None:
    """Answer with an error that carries the request, as the XEP has it."""
    reply = iq.error_reply(clear=False)
    del reply["register"]["password"]
    reply["error"]["condition"] = condition
    reply["error"]["type"] = "cancel" if condition == "item-not-found" else "modify"
    reply["error"]["text"] = text
    reply.send()
