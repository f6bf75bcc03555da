"""XMPPTestCase: tests of bots and plugins without a network, for unittest and pytest.

```python
class TestEcho(XMPPTestCase):
    def test_a_message_comes_back(self):
        self.stream_start(bot=EchoBot("bot@localhost", "secret"))
        self.recv("<message from='juliet@localhost' type='chat'><body>hi</body></message>")
        self.send("<message to='juliet@localhost' type='chat'><body>hi</body></message>")
```

The whole session runs, every actor of it, over a connection in memory (``script.py``); only the
login is left out. Everything a call brings about has happened when it returns, and time passes only
when a test says so (``testloop.py``).

The methods are those of slixmpp's ``SlixTest``, so its tests run on this class (``as_slixmpp``).
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from actorxmpp.basexmpp import BaseXMPP
from actorxmpp.clientxmpp import ClientXMPP
from actorxmpp.componentxmpp import ComponentXMPP
from actorxmpp.testing.script import RESOURCE, ScriptedServer
from actorxmpp.testing.stanzachecks import StanzaChecks
from actorxmpp.testing.testloop import TestLoop
from actorxmpp.xmlstream.tostring import tostring
from supervisors import shutdown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from xml.etree.ElementTree import Element

    from actorxmpp.xmlstream.elementbase import ElementBase
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["XMPPTestCase"]

T = TypeVar("T")

Mode = Literal["client", "component"]

NAMESPACES = {"client": "jabber:client", "component": "jabber:component:accept"}
STREAM_NS = "http://etherx.jabber.org/streams"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CLOSE_WITHIN = 5.0
"""Seconds of the loop's time the session gets to end."""


class XMPPTestCase(StanzaChecks):
    """A test case with one session and the server's end of it.

    Attributes:
        xmpp: the session's role; there is one after ``stream_start``.
        server: the other end of the connection.
        loop: the loop the session runs on.
        client_class: what a session without a bot is.
        component_class: the same for components.
        given_resource: the resource of a client that asks for none.
    """

    xmpp: Any = None
    server: ScriptedServer
    loop: TestLoop
    client_class: type[ClientXMPP] = ClientXMPP
    component_class: type[ComponentXMPP] = ComponentXMPP
    given_resource = RESOURCE

    # the stream

    def stream_start(
        self,
        mode: Mode = "client",
        skip: bool = True,
        header: str | None = None,
        socket: str = "mock",
        jid: str = "tester@localhost/resource",
        password: str = "test",  # noqa: S107  this server exists for tests
        server: str = "localhost",
        port: int = 5222,
        sasl_mech: str | None = None,
        plugins: Iterable[str] | None = None,
        plugin_config: Mapping[str, dict[str, Any]] | None = None,
        bot: BaseXMPP | Callable[[str, str], BaseXMPP] | None = None,
    ) -> None:
        """Start a session.

        Args:
            mode: whether it is a client or a component, if no bot is given.
            skip: the stream is established at once. Without it the session logs in for real and
                the test plays the server, from ``send_header`` on.
            header: the server's stream header; see ``make_header``.
            socket: ``mock``; there is nothing else.
            jid: the session's JID, if no bot is given.
            password: its password or secret.
            server: accepted, like ``port``: the connection is in memory.
            port: see ``server``.
            sasl_mech: the only SASL mechanism to use.
            plugins: the plugins to enable; all there are if neither they nor a bot is given.
            plugin_config: configuration of plugins.
            bot: the bot to test: an object that is not connected yet, or its class, which is
                called with ``jid`` and ``password``.

        Raises:
            ValueError: if ``mode`` or ``socket`` is unknown.
        """
        if mode not in NAMESPACES or socket != "mock":
            raise ValueError(f"stream_start(mode={mode!r}, socket={socket!r}): unknown")
        self.stream_close()
        self._open_loop()
        if bot is None:
            self._make_role(mode, jid, password, (server, port), sasl_mech, plugin_config)
        else:
            self._take_bot(bot, jid, password)
        opening = header or (self.make_header() if skip else None)
        self.server = ScriptedServer(opening, self.given_resource)
        self.xmpp.settings = self.server.settings(self.xmpp.settings, log_in=not skip)
        self.xmpp.connect()
        self.loop.idle()
        if skip:
            self._next_sent()  # the session's stream header
        if plugins is not None:
            for plugin in plugins:
                self.xmpp.register_plugin(plugin)
        elif bot is None:
            self.xmpp.register_plugins()
        self.loop.idle()

    def _open_loop(self) -> None:
        self.loop = TestLoop()
        asyncio.set_event_loop(self.loop)
        self.addCleanup(self.stream_close)

    def _make_role(
        self,
        mode: Mode,
        jid: str,
        password: str,
        address: tuple[str, int],
        sasl_mech: str | None,
        plugin_config: Mapping[str, dict[str, Any]] | None,
    ) -> None:
        config = dict(plugin_config or {})
        if mode == "client":
            self.xmpp = self.client_class(jid, password, config, sasl_mech=sasl_mech)
        else:
            self.xmpp = self.component_class(jid, password, *address, config)
        self.xmpp.default_lang = None
        self._tame_ids()

    def _take_bot(
        self, bot: BaseXMPP | Callable[[str, str], BaseXMPP], jid: str, password: str
    ) -> None:
        self.xmpp = bot if isinstance(bot, BaseXMPP) else bot(jid, password)
        self.xmpp.loop = self.loop
        self._tame_ids()

    def _tame_ids(self) -> None:
        """Ids are 1, 2, 3, and only IQs have them: the session sends the same in each run."""
        self.xmpp.use_message_ids = False
        self.xmpp.use_presence_ids = False
        numbers = itertools.count(1)
        self.xmpp.new_id = lambda: str(next(numbers))

    def stream_close(self) -> None:
        """End the session and its loop; harmless when there is none."""
        if self.xmpp is None:
            return
        xmpp, self.xmpp = self.xmpp, None
        session = xmpp.session.supervisor
        if session is not None and session.is_alive():
            self.loop.run(self._end(xmpp, session))
        self.loop.end()
        asyncio.set_event_loop(None)

    async def _end(self, xmpp: Any, session: Any) -> None:
        xmpp.abort()
        await shutdown(session, timeout=CLOSE_WITHIN)

    def stream_disconnect(self) -> None:
        """Cut the connection as a network does; the session connects again by itself."""
        self.server.cut()
        self.loop.idle()

    def tearDown(self) -> None:
        """End the session."""
        self.stream_close()

    # time

    def run_until_idle(self) -> None:
        """Run until nothing is left to do now; no time passes."""
        self.loop.idle()

    def advance(self, seconds: float) -> None:
        """Let seconds pass; no real ones do."""
        self.loop.advance(seconds)

    def wait_(self, timeout: float | None = None) -> None:
        """Let seconds pass, or with None just run until nothing is left to do."""
        self.loop.idle()
        if timeout is not None:
            self.loop.advance(timeout)

    def wait_for_send_queue(self) -> None:
        """Run until what was sent has arrived."""
        self.loop.idle()

    def run_coro(self, coro: Awaitable[T]) -> T:
        """Run a coroutine to its end; time passes as far as it waits for time."""
        return self.loop.run(coro)

    # what the server sends

    def recv(self, data: str | bytes, *_args: Any, **_kwargs: Any) -> None:
        """Have the session receive XML, and deal with it.

        Args:
            data: what the server sends: one or more stanzas, or part of one.
        """
        self.loop.idle()
        self.server.send(data)
        self.loop.idle()

    def recv_feature(self, data: str | bytes, *_args: Any, **_kwargs: Any) -> None:
        """Have the session receive an element of the login; see ``recv``."""
        self.recv(data)

    def recv_header(self, sto: str = "", sfrom: str = "", sid: str = "", **kwargs: Any) -> None:
        """Have the session receive a stream header; takes what ``make_header`` takes."""
        self.recv(self.make_header(sto, sfrom, sid, **kwargs))

    def make_header(
        self,
        sto: str = "",
        sfrom: str = "",
        sid: str = "",
        stream_ns: str = STREAM_NS,
        default_ns: str | None = None,
        default_lang: str = "en",
        version: str = "1.0",
        xml_header: bool = True,
    ) -> str:
        """Make a stream header; its default namespace is the session's unless given."""
        if default_ns is None:
            default_ns = self._namespace
        attributes = {
            "to": sto,
            "from": sfrom,
            "id": sid,
            "xml:lang": default_lang,
            "version": version,
            "xmlns:stream": stream_ns,
            "xmlns": default_ns,
        }
        text = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
        declaration = "<?xml version='1.0'?>" if xml_header else ""
        return f"{declaration}<stream:stream {text}>"

    # what the session sends

    def send(
        self,
        data: str | ElementBase | None,
        defaults: list[str] | None = None,
        use_values: bool = True,
        timeout: float = 0.5,
        method: str = "exact",
    ) -> None:
        """Check that the next thing the session sent is this; None: that it sent nothing.

        Args:
            data: what is expected, in the form ``method`` wants.
            defaults: see ``check``.
            use_values: see ``check``.
            timeout: accepted; everything that is going to be sent has been.
            method: ``exact``, ``mask``, ``id``, ``idsender``, ``xpath`` or ``stanzapath``.
        """
        del timeout
        self.loop.idle()
        if data is None:
            if self.server.sent:
                self.fail(f"Stanza data was sent: {tostring(self._next_sent())}")
            return
        sent = self._next_sent(expected=data)
        self.check(self.xmpp.build_stanza(sent), data, method, defaults, use_values)

    def next_sent(self) -> StanzaBase:
        """Return the next thing the session sent, as a stanza; fails the test if there is none."""
        self.loop.idle()
        stanza: StanzaBase = self.xmpp.build_stanza(self._next_sent())
        return stanza

    def forget_sent(self) -> None:
        """Forget what the session has sent so far: what matters comes next."""
        self.loop.idle()
        self.server.sent.clear()

    def send_header(self, sto: str = "", sfrom: str = "", sid: str = "", **kwargs: Any) -> None:
        """Check that the session sent a stream header; takes what ``make_header`` takes."""
        self.loop.idle()
        header = self.make_header(sto, sfrom, sid, **{"xml_header": False, **kwargs})
        expected = self.parse_xml(header + "</stream:stream>")
        sent = self._next_sent()
        for attributes in (expected.attrib, sent.attrib):
            attributes.pop(LANG, None)
        if not self.compare(expected, sent):
            self.fail(f"Stream headers do not match:\n{header}\nSent:\n{sent.tag} {sent.attrib}")

    def send_feature(self, data: str, method: str = "mask", **_kwargs: Any) -> None:
        """Check that the session sent an element of the login."""
        self.loop.idle()
        self.check_element(self._next_sent(expected=data), data, method)

    def _next_sent(self, expected: Any = None) -> Element:
        if not self.server.sent:
            self._nothing_sent(expected)
        return self.server.sent.popleft()

    def _nothing_sent(self, expected: Any) -> NoReturn:
        self.fail("No stanza was sent." + (f"\nExpected:\n{expected}" if expected else ""))
