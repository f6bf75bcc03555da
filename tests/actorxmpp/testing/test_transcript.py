"""Transcripts: what can be written, what is found, and the shipped ones at every cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.testing import Transcript, TranscriptError

FOLDER = Path(__file__).parent / "transcripts"


class EchoBot(ClientXMPP):
    def __init__(self, jid: str, password: str) -> None:
        super().__init__(jid, password)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", lambda msg: msg.reply(msg["body"]).send())

    async def start(self, _event: Any) -> None:
        self.send_presence()
        await self.get_roster()


BOTS = {"echo.txt": EchoBot}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_the_session_does_what_the_transcript_says_however_it_is_cut(path: Path) -> None:
    transcript = Transcript.load(path)
    played = transcript.replay_every_cut(BOTS.get(path.name))
    assert played == transcript.input_size + 1


def replay(text: str, **kwargs: Any) -> None:
    Transcript.parse(f"plugins: xep_0199\n{text}", "test").replay(**kwargs)


PING = "S: <iq from='a@b/c' id='p' type='get'><ping xmlns='urn:xmpp:ping'/></iq>\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PING + "C: <iq to='a@b/c' id='other' type='result'/>", "line 3"),
        (PING + "C: nothing", "line 3: this was sent"),
        (PING, "after the last step: this was sent"),
        ("C: <presence/>", "line 2: nothing was sent"),
        (PING + "C: <iq to='a@b/c' id='p' type='result' from='x'/>", "from="),
        ("S: <iq id='{never}'/>", "nothing was kept"),
    ],
)
def test_a_session_that_does_something_else_is_found(text: str, words: str) -> None:
    with pytest.raises(TranscriptError, match=words):
        replay(text)


def test_the_cut_is_named() -> None:
    with pytest.raises(TranscriptError, match="cut at byte 5"):
        replay(PING, cut=5)
    with pytest.raises(TranscriptError, match="byte by byte"):
        replay(PING, byte_by_byte=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no steps"),
        ("X: <presence/>", "test:1: neither"),
        ("C: <presence>", "test:1: not well-formed"),
        ("T: soon", "test:1: not seconds"),
        ("role: gateway\nC: nothing", "gateway"),
        ("C: nothing\nrole: client", "test:2"),
    ],
)
def test_what_is_no_transcript_is_refused(text: str, words: str) -> None:
    with pytest.raises(TranscriptError, match=words):
        Transcript.parse(text, "test")


def test_time_passes_and_values_are_kept() -> None:
    class Asking(ClientXMPP):
        def __init__(self, jid: str, password: str) -> None:
            super().__init__(jid, password)
            self.add_event_handler("session_start", self.start)

        async def start(self, _event: Any) -> None:
            self.schedule("ask", 10, self.ask)

        async def ask(self) -> None:
            await self.make_iq_get("jabber:iq:version", "localhost").send()
            self.send_raw("<message id='done'/>")

    Transcript.parse(
        """
T: 9
C: nothing
T: 1
C: <iq type='get' to='local{any:rest}' id='{any:id}'><query xmlns='jabber:iq:version'/></iq>
S: <iq type='result' from='local{rest}' id='{id}'/>
C: <message id='do{any}'/>
"""
    ).replay(Asking)
