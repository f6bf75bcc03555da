"""XEP-0352: whether anybody looks."""

from __future__ import annotations

from .wire import Wire, client, until

NS = "urn:xmpp:csi:0"


def test_nothing_is_said_to_a_server_that_does_not_know_of_it() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0352"].send_inactive()
        wire["xep_0352"].send_active()
        await wire.quiet()

    client(main, ["xep_0352"])


def test_the_state_is_said_and_outlasts_the_connection() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("csi_enabled")
        role = wire.role
        known = role.features | {f"{{{NS}}}csi"}

        def as_if(_event: object) -> None:
            role.features = known

        role.add_event_handler("session_bind", as_if)
        role.features = known
        wire["xep_0352"].send_inactive()
        await wire.expect(f"<inactive xmlns='{NS}'/>")
        wire.server.cut()
        await until(lambda: not role.sessionstarted)
        await wire.expect(f"<inactive xmlns='{NS}'/>")
        await wire.happened("csi_enabled")
        wire["xep_0352"].send_active()
        await wire.expect(f"<active xmlns='{NS}'/>")

    client(main, ["xep_0352"])
