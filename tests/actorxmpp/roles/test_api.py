"""Every public name of slixmpp 1.17 is here and called the same way, or left out for a reason."""

from __future__ import annotations

import asyncio
import inspect
import warnings
from collections.abc import Callable, Coroutine
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from actorxmpp import ClientXMPP, ComponentXMPP
from actorxmpp.exceptions import SendQueueFull
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.roles.aliases import with_short_names
from actorxmpp.settings import SessionSettings
from actorxmpp.testing import MemoryServer

from . import api_table as table

INSIDE = "the inside of slixmpp's stream: sockets and parsers are other actors' business here"
TRUST = "who is trusted is said by settings.tls; TLS contexts are shared by all sessions"
LEFT_OUT = {
    **dict.fromkeys(
        (
            "configure_dns",
            "configure_socket",
            "data_received",
            "eof_received",
            "event_when_connected",
            "init_parser",
            "parser",
            "reschedule_connection_attempt",
            "run_filters",
            "socket",
            "start_stream_handler",
            "start_tls",
            "starttls_services",
            "tls_services",
            "transport",
            "waiting_queue",
            "xml_depth",
            "xml_root",
        ),
        INSIDE,
    ),
    **dict.fromkeys(("ciphers", "get_ssl_context", "ssl_context"), TRUST),
}
CLIENT_METHODS = {**table.BOTH_METHODS, **table.CLIENT_METHODS}
COMPONENT_METHODS = {**table.BOTH_METHODS, **table.COMPONENT_METHODS}
DEADLINE = 60.0


def client(**kwargs: Any) -> ClientXMPP:
    return ClientXMPP("romeo@localhost/orchard", "secret", **kwargs)


def component() -> ComponentXMPP:
    return ComponentXMPP("gw.localhost", "secret", "127.0.0.1", 5347)


@pytest.mark.parametrize(
    ("made", "name", "parameters"),
    [(client, *row) for row in CLIENT_METHODS.items() if row[0] not in LEFT_OUT]
    + [(component, *row) for row in COMPONENT_METHODS.items() if row[0] not in LEFT_OUT],
)
def test_methods_are_called_the_same_way(
    made: Callable[[], Any], name: str, parameters: str
) -> None:
    method = getattr(type(made()), name)
    ours = list(inspect.signature(method).parameters.values())[1:]
    theirs = parameters.split()
    assert [each.name for each in ours][: len(theirs)] == theirs
    for extra in ours[len(theirs) :]:
        optional = extra.default is not extra.empty or extra.kind is extra.VAR_KEYWORD
        assert optional, f"{name}: {extra.name} must be optional"


@pytest.mark.parametrize(
    ("made", "name"),
    [
        *[(client, name) for name in (*table.BOTH_ATTRIBUTES, *table.CLIENT_ATTRIBUTES)],
        *[(component, name) for name in (*table.BOTH_ATTRIBUTES, *table.COMPONENT_ATTRIBUTES)],
    ],
)
def test_attributes_are_there(made: Callable[[], Any], name: str) -> None:
    async def main() -> None:
        role = made()
        assert hasattr(role, name) != (name in LEFT_OUT)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ca_certs", "/tmp/ca.pem"),
        ("keyfile", "/tmp/key.pem"),
        ("custom_address", ("host", 5223)),
        ("enable_plaintext", True),
        ("whitespace_keepalive_interval", 60.0),
        ("max_redirects", 1),
        ("auto_authorize", None),
        ("auto_subscribe", False),
        ("password", "other"),
        ("use_ipv6", False),
        ("enable_starttls", False),
        ("default_port", 5300),
    ],
)
def test_attributes_that_can_be_set(name: str, value: Any) -> None:
    role = client()
    setattr(role, name, value)
    assert getattr(role, name) == value


def test_a_key_and_a_certificate_in_either_order() -> None:
    role = client()
    role.keyfile = "key.pem"
    assert role.settings.tls.client_cert == "key.pem"
    role.certfile = "cert.pem"
    assert (role.certfile, role.keyfile) == ("cert.pem", "key.pem")


def test_whitespace_can_be_switched() -> None:
    role = client()
    assert role.whitespace_keepalive
    role.whitespace_keepalive_interval = 60
    role.whitespace_keepalive = False
    assert role.settings.whitespace_interval is None
    role.whitespace_keepalive = True
    assert role.settings.whitespace_interval == 300.0


def test_feature_names_of_both_kinds() -> None:
    names = with_short_names(frozenset(("{urn:xmpp:features:rosterver}ver", "{x}y")))
    assert names == {"{urn:xmpp:features:rosterver}ver", "rosterver", "{x}y"}


# on a stream


def run(main: Callable[[MemoryServer], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(DEADLINE), MemoryServer(tls=False) as server:
            server.faults.drop_stanzas = True
            await main(server)

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


def settings(server: MemoryServer, **changes: Any) -> SessionSettings:
    quick = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
    return server.settings(backoff=quick, **changes)


async def online(
    server: MemoryServer, role: ClientXMPP | None = None, **changes: Any
) -> ClientXMPP:
    role = role or client(settings=settings(server, **changes))
    role.connect()
    await until(lambda: role.sessionstarted)
    return role


def test_where_the_session_stands() -> None:
    async def main(server: MemoryServer) -> None:
        bot = client(settings=settings(server))
        bound = bot.session_bind_event
        assert not bound.is_set()
        assert not bot.authenticated
        await online(server, bot)
        assert bound.is_set()
        assert (bot.authenticated, bot.bound, bot.is_connecting()) == (True, True, False)
        assert bot.end_session_on_disconnect
        assert bot.disconnect_reason is None
        await bot.disconnect(reason="enough")
        assert bot.disconnect_reason == "enough"
        assert not bound.is_set()

    run(main)


def test_old_keywords_work_and_warn() -> None:
    async def main(server: MemoryServer) -> None:
        bot = client(settings=settings(server))
        with pytest.warns(DeprecationWarning, match="connect") as caught:
            bot.connect(address=("192.0.2.1", 5223), use_ssl=True)
        assert len(caught) == 2
        await until(lambda: bot.sessionstarted)
        assert server.connector.attempts == [("192.0.2.1", 5223)]
        assert bot.settings.direct_tls
        await bot.disconnect()
        with pytest.raises(TypeError, match="reattempt"):
            bot.connect(reattempt=False)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        run(main)


def test_handlers_of_stream_features_are_called_in_order_before_the_session_starts() -> None:
    async def main(server: MemoryServer) -> None:
        bot = client(settings=settings(server))
        log: list[Any] = []

        async def later(features: Any) -> None:
            log.append(("later", features.name))

        bot.register_feature("stream_management", later, order=20)
        bot.register_feature("{urn:xmpp:sm:3}sm", lambda _: log.append("first"), order=10)
        bot.register_feature("unknown", lambda _: log.append("never"))
        bot.register_feature("stream_management", lambda _: log.append("gone"), order=15)
        bot.unregister_feature("stream_management", 15)
        bot.add_event_handler("session_start", lambda _: log.append("start"))
        await online(server, bot)
        await until(lambda: len(log) == 3)
        assert log[0] == "first"
        assert ("later", "features") in log
        assert "start" in log
        await bot.disconnect()

    run(main)


class Renaming(ClientXMPP):
    """Overrides the hook that sees elements first."""

    def incoming_filter(self, xml: Element) -> Element:
        xml.set("id", "changed")
        return xml


def test_an_overridden_incoming_filter_sees_elements_first() -> None:
    async def main(server: MemoryServer) -> None:
        bot = Renaming("romeo@localhost/orchard", "secret", settings=settings(server))
        bot.register_plugin("xep_0198")
        await online(server, bot)
        await until(lambda: server.sessions)
        got: list[Any] = []
        bot.add_event_handler("message", got.append)
        server.send(b"<message from='a@b' id='x'><body>hi</body></message>")
        await until(lambda: got)
        assert got[0]["id"] == "changed"
        await bot.disconnect()

    run(main)


def test_a_stanza_can_be_received_from_the_program_itself() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        got: list[Any] = []
        bot.add_event_handler("message", got.append)
        bot.recv_stanza(bot.make_message("romeo@localhost", "to myself", mfrom="a@b"))
        await until(lambda: got)
        assert got[0]["body"] == "to myself"
        await bot.disconnect()

    run(main)


# filters


def test_out_filters_run_by_mode_then_by_order() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        log: list[str] = []

        def filtering(name: str) -> Callable[[Any], Any]:
            def function(stanza: Any) -> Any:
                log.append(name)
                return stanza

            return function

        async def slow(stanza: Any) -> Any:
            await asyncio.sleep(0)
            log.append("coroutine")
            return stanza

        bot.add_filter("out_sce", filtering("sce"))
        bot.add_filter("out_sync", filtering("sync"))
        bot.add_filter("out", filtering("second"))
        bot.add_filter("out", filtering("first"), 0)
        bot.add_filter("out", slow)
        bot.send_message("juliet@localhost", "hi")
        await until(server.bodies)
        assert log == ["first", "second", "coroutine", "sync", "sce"]
        await bot.disconnect()

    run(main)


def test_stanzas_keep_their_order_through_coroutine_filters() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)

        async def slow(stanza: Any) -> Any:
            for _ in range(int(stanza["body"]) % 3):
                await asyncio.sleep(0)
            if stanza["body"] == "5":
                raise ValueError("failed on purpose")
            return None if stanza["body"] == "7" else stanza

        bot.add_filter("out", slow)
        for number in range(10):
            bot.send_message("juliet@localhost", str(number))
        bot.send_raw("<message to='a@b'><body>raw</body></message>")
        await until(lambda: "raw" in server.bodies())
        assert server.bodies() == [str(n) for n in range(10) if n not in (5, 7)] + ["raw"]
        bot.del_filter("out", slow)
        assert bot.filters_out == []
        await bot.disconnect()

    run(main)


def test_a_filter_that_never_ends_holds_up_nobody_and_the_queue_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("actorxmpp.roles.filters.SLOW_AFTER", 0.0)

    async def main(server: MemoryServer) -> None:
        bot = await online(server, send_queue_limit=3)
        never: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def stuck(stanza: Any) -> Any:
            return await never if stanza["body"] == "stuck" else stanza

        bot.add_filter("out", stuck)
        bot.send_message("juliet@localhost", "stuck")
        bot.send_message("juliet@localhost", "free")
        await until(server.bodies)
        assert server.bodies() == ["free"]
        bot.send_message("juliet@localhost", "stuck")
        bot.send_message("juliet@localhost", "stuck")
        with pytest.raises(SendQueueFull, match="filters"):
            bot.send_message("juliet@localhost", "stuck")
        await bot.disconnect()

    run(main)


def test_coroutine_functions_cant_filter_what_comes_in() -> None:
    async def coroutine(stanza: Any) -> Any:
        return stanza

    role = client()
    with pytest.raises(TypeError):
        role.add_filter("in", coroutine)
    with pytest.raises(ValueError, match="sideways"):
        role.add_filter("sideways", lambda stanza: stanza)
    with pytest.raises(ValueError, match="no filter"):
        role.del_filter("out", coroutine)
