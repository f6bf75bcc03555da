"""XEP-0377: why somebody is blocked."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0377 import NS, REASONS

from .wire import Wire, client


@pytest.mark.parametrize(
    ("jids", "reason", "text"),
    [("a@localhost", "spam", None), (["a@localhost", "b@localhost"], "abuse", "rude")],
)
def test_somebody_is_blocked_and_reported(
    jids: str | list[str], reason: str, text: str | None
) -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0377"].report(jids, reason, text=text)
        words = f"<text>{text}</text>" if text else ""
        report = f"<report xmlns='{NS}' reason='{REASONS[reason]}'>{words}</report>"
        items = "".join(
            f"<item jid='{jid}'>{report}</item>"
            for jid in ([jids] if isinstance(jids, str) else jids)
        )
        await wire.expect(
            f"<iq type='set' id='*'><block xmlns='urn:xmpp:blocking'>{items}</block></iq>"
        )
        asked.cancel()

    client(main, ["xep_0377"])


def test_reports_are_about_what_the_xep_knows() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0377"]
        assert tuple(REASONS.values()) == (plugin.SPAM, plugin.ABUSE)
        with pytest.raises(ValueError, match="spam or abuse, not 'boredom'"):
            plugin.report("a@localhost", "boredom")
        await wire.quiet()

    client(main, ["xep_0377"])
