"""The side that offers commands (XEP-0050 section 3)."""

from __future__ import annotations

import inspect
import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0050.sessions import as_payload, describe, new_session
from actorxmpp.plugins.xep_0050.stanza import NS, Command
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    import asyncio

    from actorxmpp.stanza import Iq
    from actorxmpp.types import OptJidStr

__all__ = ["Provider"]

Handler = Any
"""Called with the IQ or the content, and the session; returns the session; may be a coroutine."""


class Provider(BasePlugin):
    """Runs commands for others."""

    sessions: Any
    commands: dict[tuple[str, str], tuple[str, Handler, Handler, float]]
    _timers: dict[str, asyncio.TimerHandle]

    def add_command(
        self,
        jid: OptJidStr = None,
        node: str | None = None,
        name: str = "",
        handler: Handler = None,
        *,
        timeout: float = 0,
        timeout_handler: Handler = None,
    ) -> None:
        """Offer a command.

        Args:
            jid: which of our JIDs offers it; this session's own by default.
            node: the command's node.
            name: its name for people.
            handler: called with the IQ and the session; decides who may run it (raise
                ``XMPPError``), sets ``payload``, ``next``, ``has_next``, ... and returns the
                session.
            timeout: seconds after which a step nobody answered ends the command; 0 is never.
            timeout_handler: called with the session then.
        """
        disco = self.xmpp.plugin["xep_0030"]
        node = node or ""
        item = str(jid or self.xmpp.boundjid.full)
        disco.add_identity("automation", "command-list", "Ad-Hoc commands", node=NS, jid=jid)
        disco.add_item(item, name, node=NS, subnode=node, ijid=jid)
        disco.add_identity("automation", "command-node", name, node=node, jid=jid)
        for feature in (NS, "jabber:x:data"):
            disco.add_feature(feature, node=node, jid=jid)
        command = (name, handler, timeout_handler, timeout)
        self.api.run("set_command", jid or None, node, None, command)

    def _own(self, jid: Any) -> str:
        return "" if str(jid) == self.xmpp.boundjid.full else str(jid)

    def _set_command(self, jid: Any, node: str, _ifrom: Any, command: Any) -> None:
        self.commands[self._own(jid), node] = command

    def _get_command(self, jid: Any, node: str, _ifrom: Any, _args: Any) -> Any:
        return self.commands.get((self._own(jid), node))

    def new_session(self) -> str:
        """Make the id of a command under way; nobody else can guess it."""
        return secrets.token_hex(16)

    # steps

    async def _step(self, iq: Iq) -> None:
        command = iq["command"]
        sessionid = command["sessionid"]
        if not sessionid:
            await self._start(iq)
            return
        session = self.sessions.get(sessionid)
        if session is None or session["from"] != iq["from"] or session["node"] != command["node"]:
            raise _bad("bad-sessionid")
        step = self._STEPS.get(command["action"])
        if step is None:
            raise _bad("malformed-action")
        self._arm(session, iq)
        await step(self, iq, session)

    async def _start(self, iq: Iq) -> None:
        found = await self.api.run("get_command", iq["to"], iq["command"]["node"], iq["from"])
        if not found or found[1] is None:
            raise XMPPError("item-not-found")
        if iq["command"]["action"] not in ("execute", "next", "complete"):
            raise _bad("bad-action")
        session = new_session(iq, self.new_session())
        await self._answer(iq, await _call(found[1], iq, session), session["id"])

    async def _next(self, iq: Iq, session: dict[str, Any]) -> None:
        handler = session.get("next")
        if handler is None:
            raise _bad("bad-action")
        following = await _call(handler, self._content(iq, session), session)
        await self._answer(iq, following, session["id"])

    async def _prev(self, iq: Iq, session: dict[str, Any]) -> None:
        handler = session.get("prev")
        if handler is None or not session.get("allow_prev"):
            raise _bad("bad-action")
        previous = await _call(handler, self._content(iq, session), session)
        await self._answer(iq, previous, session["id"])

    async def _complete(self, iq: Iq, session: dict[str, Any]) -> None:
        if session.get("has_next") and not session.get("allow_complete"):
            raise _bad("bad-action")
        handler = session.get("next")
        done = session
        if handler is not None:
            done = await _call(handler, self._content(iq, session), session) or session
        self._finish(iq, done, session["id"], "completed")

    async def _cancel(self, iq: Iq, session: dict[str, Any]) -> None:
        handler = session.get("cancel")
        if handler is not None:
            await _call(handler, iq, session)
        self._finish(iq, {**session, "payload": None}, session["id"], "canceled")

    def _content(self, iq: Iq, session: dict[str, Any]) -> Any:
        """What was submitted, of the kinds the step before offered."""
        wanted = session["interfaces"]
        return as_payload(each for each in iq["command"] if each.plugin_attrib in wanted)

    # answers

    async def _answer(self, iq: Iq, session: dict[str, Any] | None, sessionid: str) -> None:
        if session is None or session.get("next") is None:
            self._finish(iq, session or {}, sessionid, "completed")
            return
        self.sessions[sessionid] = session
        self._arm(session, iq)
        actions = ["complete"]
        if session.get("has_next"):
            actions = ["next", "complete"] if session.get("allow_complete") else ["next"]
        if session.get("allow_prev"):
            actions.insert(0, "prev")
        reply = self._reply(iq, session, sessionid, "executing")
        reply["command"]["actions"] = actions
        reply.send()

    def _finish(self, iq: Iq, session: dict[str, Any], sessionid: str, status: str) -> None:
        self.sessions.pop(sessionid, None)
        self._disarm(sessionid)
        self._reply(iq, session, sessionid, status).send()

    def _reply(self, iq: Iq, session: dict[str, Any], sessionid: str, status: str) -> Iq:
        payload = session.get("payload")
        items = [] if payload is None else payload if isinstance(payload, list) else [payload]
        session["payload"] = payload
        describe(session, items)
        reply = iq.reply()
        command = reply["command"]
        command["node"] = iq["command"]["node"]
        command["sessionid"] = sessionid
        command["status"] = status
        for item in items:
            register_stanza_plugin(Command, type(item), iterable=True)
            command.append(item)
        command["notes"] = session.get("notes") or ()
        return reply

    # time

    def _arm(self, session: dict[str, Any], iq: Iq) -> None:
        """Begin waiting for the next step."""
        self._disarm(session["id"])
        command = self.commands.get((self._own(session["to"]), session["node"]))
        if command is not None and command[3] > 0:
            timer = self.xmpp.loop.call_later(command[3], self._timed_out, session, iq, command[2])
            self._timers[session["id"]] = timer

    def _disarm(self, sessionid: str) -> None:
        timer = self._timers.pop(sessionid, None)
        if timer is not None:
            timer.cancel()

    def _timed_out(self, session: dict[str, Any], iq: Iq, handler: Handler) -> None:
        self._timers.pop(session["id"], None)
        if self.sessions.pop(session["id"], None) is None:
            return
        del iq
        self.xmpp.event("command_timeout", session)
        if handler is not None:
            result = handler(session)
            if inspect.isawaitable(result):
                self.xmpp.wrap(result)

    _STEPS: ClassVar[dict[str, Any]] = {
        "execute": _next,
        "next": _next,
        "prev": _prev,
        "complete": _complete,
        "cancel": _cancel,
    }


def _bad(condition: str) -> XMPPError:
    """An error of XEP-0050 section 4.4."""
    return XMPPError("bad-request", extension=condition, extension_ns=NS)


async def _call(handler: Handler, argument: Any, session: dict[str, Any]) -> Any:
    result = handler(argument, session)
    return await result if inspect.isawaitable(result) else result
