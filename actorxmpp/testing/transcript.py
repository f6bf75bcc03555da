"""Transcripts: an exchange written down as text, replayed against a whole session.

```
# A ping is answered (XEP-0199, section 4.1).
role: client
jid: juliet@capulet.lit/balcony
plugins: xep_0199

S: <iq from='capulet.lit' to='juliet@capulet.lit/balcony' id='s2c1' type='get'>
     <ping xmlns='urn:xmpp:ping'/>
   </iq>
C: <iq from='{any}' to='capulet.lit' id='s2c1' type='result'/>
```

``S:`` is what the server sends, ``C:`` what the session is to send next; the lines below belong to
it as long as they are indented. ``C: nothing`` says that it sends nothing, ``T: 30`` lets 30
seconds pass. ``{any}`` in an expected value stands for any text; ``{any:NAME}`` also keeps it, and
``{NAME}`` puts it in later. ``#`` begins a comment line.

``replay`` plays it once; ``replay_every_cut`` plays it again and again, with what the server sends
cut at each byte, and byte by byte: a stream may come in any pieces.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from actorxmpp.testing import compare
from actorxmpp.testing.xmpptestcase import XMPPTestCase
from actorxmpp.xmlstream.tostring import tostring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from actorxmpp.basexmpp import BaseXMPP

__all__ = ["Step", "Transcript", "TranscriptError"]

STEP = re.compile(r"([SCT]): ?(.*)")
HEADER = re.compile(r"(role|jid|plugins): *(.*)")
WILDCARD = re.compile(r"\{any(?::(\w+))?\}")
KEPT = re.compile(r"\{(\w+)\}")
NOTHING = "nothing"
ROLES = ("client", "component")


class TranscriptError(AssertionError):
    """A transcript can't be read, or a session did something else than it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a transcript, with those that belong to it.

    Attributes:
        kind: ``S`` the server sends, ``C`` the session sends, ``T`` time passes.
        text: what, without the indentation of further lines.
        line: its line in the file.
    """

    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """An exchange.

    Attributes:
        name: for error messages; the file's name.
        steps: what happens, in order.
        role: ``client`` or ``component``.
        jid: the session's JID.
        plugins: the plugins it enables.
    """

    name: str
    steps: tuple[Step, ...]
    role: str = "client"
    jid: str = "tester@localhost/resource"
    plugins: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a transcript from a file; see ``parse``."""
        path = Path(path)
        return cls.parse(path.read_text("utf-8"), path.name)

    @classmethod
    def parse(cls, text: str, name: str = "transcript") -> Self:
        """Read a transcript; it may be indented as a whole.

        Raises:
            TranscriptError: naming the line, if it is none.
        """
        header: dict[str, Any] = {}
        steps: list[Step] = []
        for number, line in enumerate(textwrap.dedent(text).splitlines(), 1):
            if line.startswith("#") or not line.strip():
                continue
            if match := STEP.fullmatch(line):
                steps.append(Step(match[1], match[2].strip(), number))
            elif line[0].isspace() and steps:
                last = steps[-1]
                steps[-1] = Step(last.kind, f"{last.text}\n{line.strip()}", last.line)
            elif (match := HEADER.fullmatch(line)) and not steps:
                header[match[1]] = match[2].strip()
            else:
                raise TranscriptError(f"{name}:{number}: neither a step nor a header: {line}")
        header["plugins"] = tuple(header.get("plugins", "").split())
        transcript = cls(name, tuple(steps), **header)
        transcript._check()
        return transcript

    def _check(self) -> None:
        if self.role not in ROLES:
            raise TranscriptError(f"{self.name}: role {self.role!r} is not one of {ROLES}")
        if not self.steps:
            raise TranscriptError(f"{self.name}: there are no steps")
        for step in self.steps:
            if step.kind == "C" and step.text != NOTHING:
                self._parse_xml(step)
            elif step.kind == "T" and not re.fullmatch(r"\d+(\.\d+)?", step.text):
                raise TranscriptError(f"{self.name}:{step.line}: not seconds: {step.text!r}")

    def _parse_xml(self, step: Step) -> Any:
        try:
            return compare.parse(step.text)
        except ValueError as error:
            raise TranscriptError(f"{self.name}:{step.line}: {error}") from None

    @property
    def input_size(self) -> int:
        """Bytes the server sends, before anything kept is put in."""
        return sum(len(step.text.encode()) for step in self.steps if step.kind == "S")

    # replaying

    def replay(
        self,
        bot: BaseXMPP | Callable[[str, str], BaseXMPP] | None = None,
        *,
        cut: int | None = None,
        byte_by_byte: bool = False,
    ) -> None:
        """Play it against a session of its own.

        Args:
            bot: the bot, or its class; a plain client or component by default.
            cut: cut what the server sends in two, this many bytes from the start of it all.
            byte_by_byte: hand it over in single bytes.

        Raises:
            TranscriptError: if the session does something else.
        """
        case = XMPPTestCase()
        case.stream_start(
            self.role,  # type: ignore[arg-type]  # it was checked when it was read
            jid=self.jid,
            plugins=self.plugins,
            bot=bot,
        )
        try:
            _Replay(self, case, cut, byte_by_byte).run()
        finally:
            case.doCleanups()

    def replay_every_cut(self, bot: Callable[[str, str], BaseXMPP] | None = None) -> int:
        """Play it in one piece, byte by byte, and cut in two at each byte.

        Args:
            bot: the bot's class; a plain client or component by default.

        Returns:
            How often it was played.

        Raises:
            TranscriptError: if the session does something else; the text names the cut.
        """
        self.replay(bot)
        self.replay(bot, byte_by_byte=True)
        for cut in range(1, self.input_size):
            self.replay(bot, cut=cut)
        return self.input_size + 1


@dataclass(slots=True)
class _Replay:
    """One replay of a transcript."""

    transcript: Transcript
    case: XMPPTestCase
    cut: int | None
    byte_by_byte: bool
    kept: dict[str, str] = field(default_factory=dict)
    received: int = 0

    def run(self) -> None:
        for step in self.transcript.steps:
            self._STEPS[step.kind](self, step)
        self._expect_nothing("after the last step")

    def _server_sends(self, step: Step) -> None:
        data = KEPT.sub(lambda match: self._value(step, match), step.text).encode()
        for piece in self._pieces(data):
            self.case.recv(piece)
        self.received += len(data)

    def _value(self, step: Step, match: re.Match[str]) -> str:
        try:
            return self.kept[match[1]]
        except KeyError:
            raise self._error(f"line {step.line}", f"nothing was kept as {match[0]}") from None

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if self.byte_by_byte:
            yield from (data[index : index + 1] for index in range(len(data)))
            return
        cut = 0 if self.cut is None else self.cut - self.received
        if 0 < cut < len(data):
            yield data[:cut]
            data = data[cut:]
        yield data

    def _session_sends(self, step: Step) -> None:
        where = f"line {step.line}"
        if step.text == NOTHING:
            self._expect_nothing(where)
            return
        expected = compare.parse(step.text)
        sent = self.case.server.sent
        if not sent:
            raise self._error(where, f"nothing was sent; expected is\n{step.text}")
        actual = sent.popleft()
        self.case.fix_namespaces(expected)
        if not compare.same(expected, actual, self._equal):
            raise self._error(where, compare.difference(expected, actual))

    def _equal(self, expected: str, actual: str) -> bool:
        if "{" not in expected:
            return expected == actual
        names: list[str | None] = []
        pattern, end = "", 0
        expected = KEPT.sub(lambda match: self.kept.get(match[1], match[0]), expected)
        for wildcard in WILDCARD.finditer(expected):
            pattern += re.escape(expected[end : wildcard.start()]) + "(.*)"
            names.append(wildcard[1])
            end = wildcard.end()
        match = re.fullmatch(pattern + re.escape(expected[end:]), actual, re.DOTALL)
        if match is None:
            return False
        found = zip(names, match.groups(), strict=True)
        self.kept.update({name: value for name, value in found if name is not None})
        return True

    def _time_passes(self, step: Step) -> None:
        self.case.advance(float(step.text))

    def _expect_nothing(self, where: str) -> None:
        self.case.run_until_idle()
        if self.case.server.sent:
            raise self._error(where, f"this was sent:\n{tostring(self.case.server.sent[0])}")

    def _error(self, where: str, text: str) -> TranscriptError:
        how = "byte by byte" if self.byte_by_byte else f"cut at byte {self.cut}"
        cut = "" if self.cut is None and not self.byte_by_byte else f" ({how})"
        return TranscriptError(f"{self.transcript.name}, {where}{cut}: {text}")

    _STEPS = {"S": _server_sends, "C": _session_sends, "T": _time_passes}  # noqa: RUF012  a table
