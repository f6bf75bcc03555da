"""XEP-0245: /me."""

from __future__ import annotations

from .wire import Wire, client


def test_actions() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0245"]
        plugin.send_action("a@localhost", "laughs")
        await wire.expect("<message to='a@localhost' type='chat'><body>/me laughs</body></message>")
        assert plugin.action_text("/me laughs", "Atlas") == "* Atlas laughs"
        assert plugin.action_text("hi", "Atlas") == "hi"
        for text, action in {
            "/me laughs": True,
            "/me's": False,
            " /me laughs": False,
            "/me": False,
        }.items():
            assert plugin.is_action(text) is action
        assert plugin.get_action(wire.role.make_message("a@b", "/me laughs")) == "laughs"

    client(main, ["xep_0245"])
