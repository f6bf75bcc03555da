"""XEP-0353: sessions that are proposed."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0353 import NS, STEPS, JingleMessage, Propose

from .wire import Wire, client, component

STORE = "<store xmlns='urn:xmpp:hints'/>"
RTP = "urn:xmpp:jingle:apps:rtp:1"


def test_a_session_is_proposed() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0353"].propose("juliet@localhost", "s1", [(RTP, "audio"), (RTP, "video")])
        described = f"<description xmlns='{RTP}' media='audio'/>"
        described += described.replace("audio", "video")
        await wire.expect(
            f"<message to='juliet@localhost' type='chat'><propose xmlns='{NS}' id='s1'>"
            f"{described}</propose>{STORE}</message>"
        )

    client(main, ["xep_0353"])


@pytest.mark.parametrize("step", ["retract", "accept", "proceed", "reject", "finish"])
def test_the_other_steps(step: str) -> None:
    async def main(wire: Wire) -> None:
        getattr(wire["xep_0353"], step)("juliet@localhost", "s1", mfrom="u@gw.localhost")
        await wire.expect(
            f"<message from='u@gw.localhost' to='juliet@localhost' type='chat'>"
            f"<{step} xmlns='{NS}' id='s1'/>{STORE}</message>"
        )

    component(main, ["xep_0353"])


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_an_event(step: type[JingleMessage]) -> None:
    async def main(wire: Wire) -> None:
        event = f"jingle_message_{step.name}"
        wire.watch(event)
        element = f"<{step.name} xmlns='{NS}' id='s1'/>"
        wire.recv(f"<message from='a@localhost' type='error'>{element}</message>")
        wire.recv(f"<message from='a@localhost'><{step.name} xmlns='{NS}'/></message>")
        wire.recv(f"<message from='juliet@localhost/b'>{element}</message>")
        message = await wire.happened(event)
        assert message[step.plugin_attrib]["id"] == "s1"
        assert not wire.events

    client(main, ["xep_0353"])


def test_descriptions_are_replaced() -> None:
    propose = Propose()
    propose["descriptions"] = [(RTP, "audio")]
    propose["descriptions"] = [(RTP, "video"), ("urn:example", "file")]
    assert propose["descriptions"] == [(RTP, "video"), ("urn:example", "file")]
    del propose["descriptions"]
    assert propose["descriptions"] == []
