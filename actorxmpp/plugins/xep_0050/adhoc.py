"""The plugin: offers commands, and runs those of others."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.xep_0050.provider import Provider
from actorxmpp.plugins.xep_0050.sessions import Sessions
from actorxmpp.plugins.xep_0050.stanza import NS, Command
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable

    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0050"]

register_stanza_plugin(Iq, Command)


class XEP_0050(Provider):
    """Ad-Hoc Commands, both roles: ``add_command`` offers one, ``start_command`` runs another's.

    Commands under way end with the process; those offered outlast the plugin's restarts.

    Configuration: ``session_db`` (None), a mapping that keeps the commands under way.

    Events: ``command`` and one of ``command_execute``, ``command_next``, ``command_prev``,
    ``command_complete``, ``command_cancel``, with the IQ somebody sent; ``command_timeout``, with
    the session.
    """

    name = "xep_0050"
    description = "XEP-0050: Ad-Hoc Commands"
    xep_version = "1.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    features = (NS,)
    session_db: Any
    default_config: ClassVar[dict[str, Any]] = {"session_db": None}
    api_handlers: ClassVar[dict[str, str]] = {
        "set_command": "_set_command",
        "get_command": "_get_command",
    }

    def plugin_init(self) -> None:
        """Take requests to run commands."""
        self.commands = self.kept.setdefault("commands", {})
        kept = self.kept.setdefault("sessions", Sessions())
        self.sessions = kept if self.session_db is None else self.session_db
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.handle("Ad-Hoc Execute", "iq@type=set/command", self._handle_command)

    def plugin_end(self) -> None:
        """Forget the commands under way."""
        for timer in self._timers.values():
            timer.cancel()
        disco = self.other("xep_0030")
        if disco is not None:
            disco.del_items(node=NS)

    def prep_handlers(self, handlers: Any, **kwargs: Any) -> None:
        """Do nothing: a mapping that keeps commands elsewhere overrides it to prepare functions."""

    def set_backend(self, db: Any) -> None:
        """Keep the commands under way in another mapping."""
        self.sessions = db

    async def _handle_command(self, iq: Iq) -> None:
        self.xmpp.event("command", iq)
        self.xmpp.event(f"command_{iq['command']['action']}", iq)
        await self._step(iq)

    # running those of others

    def get_commands(self, jid: JidStr, **kwargs: Any) -> Awaitable[Any]:
        """Ask somebody which commands it offers (XEP-0050 section 3.1).

        Args:
            jid: whom.
            kwargs: what ``XEP_0030.get_items`` takes.
        """
        items: Awaitable[Any] = self.xmpp.plugin["xep_0030"].get_items(jid, NS, **kwargs)
        return items

    def send_command(
        self,
        jid: JidStr,
        node: str,
        ifrom: OptJidStr = None,
        action: str = "execute",
        payload: Any = None,
        sessionid: str | None = None,
        flow: bool = False,
        **kwargs: Any,
    ) -> Awaitable[Iq] | None:
        """Send one step of a command.

        Args:
            jid: who offers it.
            node: its node.
            ifrom: from which of a component's JIDs.
            action: ``execute``, ``next``, ``prev``, ``complete`` or ``cancel``.
            payload: its content, one stanza object or a list.
            sessionid: which command under way.
            flow: have the answer handled as ``start_command`` does.
            kwargs: what ``Iq.send`` takes.

        Returns:
            An awaitable of the answer; None with ``flow``.
        """
        iq = self._request(jid, node, ifrom, action)
        if sessionid is not None:
            iq["command"]["sessionid"] = sessionid
        _fill(iq, payload)
        if not flow:
            return iq.send(**kwargs)
        iq.send(callback=partial(self._handle_result, None), **kwargs)
        return None

    def start_command(
        self, jid: JidStr, node: str, session: dict[str, Any], ifrom: OptJidStr = None
    ) -> None:
        """Run somebody's command, step by step.

        Args:
            jid: who offers it.
            node: its node.
            session: what handlers get with each answer; ``next`` and ``error`` are the handlers,
                called with the IQ and the session, ``payload`` what is sent.
            ifrom: from which of a component's JIDs.
        """
        session["jid"] = jid
        session["node"] = node
        session["from"] = ifrom
        session.setdefault("payload", None)
        iq = self._request(jid, node, ifrom, "execute")
        _fill(iq, session["payload"])
        session["id"] = ""
        self._send(iq, session)

    def continue_command(self, session: dict[str, Any], direction: str = "next") -> None:
        """Send the next step, with the session's ``payload``."""
        self._continue(session, direction)

    def cancel_command(self, session: dict[str, Any]) -> None:
        """Give up."""
        self._continue(session, "cancel")

    def complete_command(self, session: dict[str, Any]) -> None:
        """Finish, with the session's ``payload``."""
        self._continue(session, "complete")

    def terminate_command(self, session: dict[str, Any]) -> None:
        """Forget a command of somebody else's, whatever became of it."""
        self.sessions.pop(f"client:{session['id']}", None)

    def _continue(self, session: dict[str, Any], action: str) -> None:
        self.sessions[f"client:{session['id']}"] = session
        iq = self._request(session["jid"], session["node"], session["from"], action)
        iq["command"]["sessionid"] = session["id"]
        _fill(iq, session.get("payload"))
        self._send(iq, session)

    def _request(self, jid: JidStr, node: str, ifrom: OptJidStr, action: str) -> Iq:
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["command"]["node"] = node
        iq["command"]["action"] = action
        return iq

    def _send(self, iq: Iq, session: dict[str, Any]) -> None:
        def silent(_request: Iq) -> None:
            self.terminate_command(session)

        iq.send(callback=partial(self._handle_result, session), timeout_callback=silent)

    async def _handle_result(self, session: dict[str, Any] | None, iq: Iq) -> None:
        sessionid = iq["command"]["sessionid"]
        if session is None:
            session = self.sessions.get(f"client:{sessionid}")
        if session is None:
            return
        if sessionid:
            session["id"] = sessionid
            self.sessions[f"client:{sessionid}"] = session
        failed = iq["type"] == "error"
        handler = session.get("error" if failed else "next")
        over = failed or iq["command"]["status"] in ("completed", "canceled")
        if over:
            self.terminate_command(session)
        if handler is not None:
            result = handler(iq, session)
            if inspect.isawaitable(result):
                await result


def _fill(iq: Iq, payload: Any) -> None:
    """Put content into a command."""
    for item in payload if isinstance(payload, list) else [payload]:
        if item is not None:
            register_stanza_plugin(Command, type(item), iterable=True)
            iq["command"].append(item)
