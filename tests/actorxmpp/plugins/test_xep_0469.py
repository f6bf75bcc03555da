"""XEP-0469: pinned bookmarks."""

from __future__ import annotations

from actorxmpp.plugins.xep_0402 import Conference
from actorxmpp.plugins.xep_0469 import NS
from actorxmpp.xmlstream import ET


def test_a_room_is_pinned_and_no_longer() -> None:
    conference = Conference()
    assert "pinned" not in conference["extensions"]
    conference["extensions"].enable("pinned")
    assert f'<pinned xmlns="{NS}" />' in str(conference)
    assert "pinned" in Conference(xml=ET.fromstring(str(conference)))["extensions"]
    del conference["extensions"]["pinned"]
    assert "pinned" not in str(conference)
