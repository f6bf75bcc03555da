"""XEP-0049: private storage."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp.plugins.xep_0049 import NS
from actorxmpp.xmlstream import ElementBase

from .wire import Wire, client


class Notes(ElementBase):
    """What is stored in these tests."""

    name = "notes"
    namespace = "urn:example:notes"
    plugin_attrib = "notes"
    interfaces: ClassVar[set[str]] = {"text"}


class More(Notes):
    """Something else."""

    name = "more"
    plugin_attrib = "more_notes"


def query(content: str) -> str:
    return f"<query xmlns='{NS}'>{content}</query>"


NOTES = f"<notes xmlns='{Notes.namespace}' text='t'/>"


def notes() -> Notes:
    made = Notes()
    made["text"] = "t"
    return made


def test_one_element_is_stored_or_several() -> None:
    async def main(wire: Wire) -> None:
        for data, content in (
            (notes(), NOTES),
            ([notes(), More()], f"{NOTES}<more xmlns='{Notes.namespace}'/>"),
        ):
            asked = wire["xep_0049"].store(data)
            number = await wire.expect(f"<iq type='set' id='*'>{query(content)}</iq>")
            wire.recv(f"<iq type='result' id='{number}'/>")
            await asked

    client(main, ["xep_0049"])


def test_it_is_read_by_the_name_of_its_class() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0049"]
        with pytest.raises(KeyError):
            plugin.retrieve("notes_never_registered")
        plugin.register(Notes)
        asked = plugin.retrieve("notes")
        number = await wire.expect(
            f"<iq type='get' id='*'>{query(f'<notes xmlns={Notes.namespace!r}/>')}</iq>"
        )
        wire.recv(f"<iq type='result' id='{number}'>{query(NOTES)}</iq>")
        assert (await asked)["private"]["notes"]["text"] == "t"

    client(main, ["xep_0049"])
