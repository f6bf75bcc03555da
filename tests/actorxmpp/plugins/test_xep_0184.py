"""XEP-0184: receipts."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from .wire import Wire, client, component

NS = "urn:xmpp:receipts"


def ask(
    kind: str, extra: str = f"<request xmlns='{NS}'/>", to: str = "romeo@localhost/orchard"
) -> str:
    return f"<message id='m1' from='juliet@localhost/b' to='{to}' type='{kind}'><body>b</body>{extra}</message>"


@pytest.mark.parametrize("kind", ["chat", "normal"])
def test_a_receipt_is_given(kind: str) -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ask(kind))
        await wire.expect(
            f"<message to='juliet@localhost/b' type='{kind}'><received xmlns='{NS}' id='m1'/></message>"
        )

    client(main, ["xep_0184"])


def test_a_component_gives_it_from_the_address_that_was_written_to() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ask("chat", to="user@gw.localhost"))
        await wire.expect(
            f"<message from='user@gw.localhost' to='juliet@localhost/b' type='chat'><received xmlns='{NS}' id='m1'/></message>"
        )

    component(main, ["xep_0184"])


@pytest.mark.parametrize("kind", ["groupchat", "error"])
def test_rooms_and_errors_get_none(kind: str) -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ask(kind))
        await wire.quiet()

    client(main, ["xep_0184"])


def test_a_receipt_is_never_given_for_a_receipt() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("receipt_received")
        wire.recv(ask("chat", f"<request xmlns='{NS}'/><received xmlns='{NS}' id='x'/>"))
        assert (await wire.happened("receipt_received"))["receipt"] == "x"
        await wire.quiet()

    client(main, ["xep_0184"])


def test_receipts_are_asked_for_where_they_make_sense() -> None:
    async def main(wire: Wire) -> None:
        wire.role.send_message("a@localhost", "hi", mtype="chat")
        await wire.expect(
            f"<message to='a@localhost' type='chat'><body>hi</body><request xmlns='{NS}'/></message>"
        )
        wire.role.send_message("room@localhost", "hi", mtype="groupchat")
        await wire.expect("<message to='room@localhost' type='groupchat'><body>hi</body></message>")
        wire.role.plugin.disable("xep_0184")
        wire.role.send_message("a@localhost", "hi", mtype="chat")
        await wire.expect("<message to='a@localhost' type='chat'><body>hi</body></message>")

    client(main, ["xep_0184"], {"xep_0184": {"auto_request": True}})


def test_no_receipt_unless_configured() -> None:
    async def main(wire: Wire) -> None:
        wire.recv(ask("chat"))
        await wire.quiet()

    client(main, ["xep_0184"], {"xep_0184": {"auto_ack": False}})
