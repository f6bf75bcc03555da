"""XEP-0422: what belongs to an earlier message."""

from __future__ import annotations

from actorxmpp.plugins.xep_0422 import NS

from .wire import Wire, client


def test_it_is_written() -> None:
    async def main(wire: Wire) -> None:
        message = wire.role.make_message("juliet@localhost")
        message["apply_to"]["id"] = "m1"
        message["apply_to"]["shell"] = True
        message["apply_to"]["clear"] = "false"
        message["apply_to"]["external"]["name"] = "body"
        message.send()
        await wire.expect(
            f"<message to='juliet@localhost'><apply-to xmlns='{NS}' id='m1' shell='true'>"
            "<external name='body'/></apply-to></message>"
        )

    client(main, ["xep_0422"])


def test_it_is_read() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(
            "<message from='juliet@localhost'><body>b</body>"
            f"<apply-to xmlns='{NS}' id='m1' clear='true'/></message>"
        )
        fastened = (await wire.happened("message"))["apply_to"]
        assert (fastened["id"], fastened["clear"], fastened["shell"]) == ("m1", "true", "")
        info = await wire["xep_0030"].get_info(local=True)
        assert NS in info["features"]

    client(main, ["xep_0422"])
