"""XEP-0100: what a gateway does with its users' stanzas."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from typing import Any

from actorxmpp.plugins.xep_0100 import LegacyError

from .wire import Wire, component

REGISTER = (
    "<iq type='set' id='1' from='u@localhost/x' to='gw.localhost'><query xmlns='jabber:iq:register'>"
    "<username>b</username><password>p</password></query></iq>"
)


def out(kind: str = "", sender: str = "gw.localhost", to: str = "u@localhost") -> str:
    return f"<presence{kind and f' type={kind!r}'} from='{sender}' to='{to}'/>"


async def registered(wire: Wire) -> None:
    wire.recv(REGISTER)
    await wire.expect("<iq type='result' from='gw.localhost' to='u@localhost/x'/>")
    await wire.expect(out("subscribe"))


def test_a_user_registers_logs_in_and_out_and_leaves() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("legacy_login", "legacy_logout")
        wire.recv("<presence from='u@localhost/x' to='gw.localhost'/>")
        await wire.quiet()
        await registered(wire)
        wire.recv("<presence from='u@localhost/x' to='gw.localhost'/>")
        await wire.happened("legacy_login")
        await wire.expect(out())
        wire.recv("<presence type='unavailable' from='u@localhost/x' to='gw.localhost'/>")
        await wire.happened("legacy_logout")
        await wire.expect(out("unavailable", to="u@localhost/x"))
        wire.recv(
            "<iq type='set' id='2' from='u@localhost/x' to='gw.localhost'><query xmlns='jabber:iq:register'><remove/></query></iq>"
        )
        await wire.sent()
        await wire.happened("legacy_logout")
        for kind in ("unsubscribe", "unsubscribed", "unavailable"):
            await wire.expect(out(kind))

    component(main, ["xep_0100"])


def test_contacts_come_and_go() -> None:
    async def main(wire: Wire) -> None:
        asked: list[Any] = []

        def add(jid: Any, node: Any, ifrom: Any, contact: Any) -> None:
            asked.append((str(ifrom), str(contact)))
            if contact.local == "nobody":
                raise LegacyError

        wire["xep_0100"].api.register(add, "legacy_contact_add")
        await registered(wire)
        wire.recv("<presence type='subscribe' from='u@localhost' to='c@gw.localhost'/>")
        for kind in ("subscribed", "", "subscribe"):
            await wire.expect(out(kind, "c@gw.localhost"))
        wire.recv("<presence type='subscribe' from='u@localhost' to='nobody@gw.localhost'/>")
        await wire.expect(out("unsubscribed", "nobody@gw.localhost"))
        wire.recv("<presence type='unsubscribe' from='u@localhost' to='c@gw.localhost'/>")
        for kind in ("unsubscribed", "unsubscribe", "unsubscribed", "unavailable"):
            await wire.expect(out(kind, "c@gw.localhost"))  # the first by the roster (RFC 6121)
        assert asked == [("u@localhost", "c@gw.localhost"), ("u@localhost", "nobody@gw.localhost")]
        wire.recv("<presence type='subscribe' from='stranger@localhost' to='c@gw.localhost'/>")
        await wire.quiet()

    component(main, ["xep_0100"])


def test_messages_in_both_directions() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("legacy_message", "gateway_message")
        await registered(wire)
        wire.recv(
            "<message from='s@localhost/x' to='c@gw.localhost' type='chat'><body>stranger</body></message>"
        )
        wire.recv(
            "<message from='u@localhost/x' to='c@gw.localhost' type='chat'><body>hi</body></message>"
        )
        assert (await wire.happened("legacy_message"))["body"] == "hi"
        wire.recv(
            "<message from='u@localhost/x' to='gw.localhost' type='chat'><body>help</body></message>"
        )
        assert (await wire.happened("gateway_message"))["body"] == "help"
        assert not wire.events
        wire["xep_0100"].transform_legacy_message("u@localhost", "the cat@irc", "meow", "chat")
        await wire.expect(
            r"<message type='chat' from='the\20cat\40irc@gw.localhost' to='u@localhost'><body>meow</body></message>"
        )

    component(main, ["xep_0100"])
