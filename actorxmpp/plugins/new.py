"""Writes a new plugin: ``python -m actorxmpp.plugins.new xep_NNNN "Title"`` in the source tree.

What it writes works and passes the checks: the folder with a stanza class that messages can carry,
the plugin with an event for it, their tests, and the plugin's section in docs/plugins.md. From
there on it is changed into what the XEP says.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Names", "main", "write"]

LONGEST_TITLE = 60
"""Characters; the lines that have the title in them stay short enough for the linter."""

LONGEST_NAME = 24
"""Characters of the names that are made of the title's first words, for the same reason."""

PLUGIN = Template('''\
"""XEP-$number: $title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["XEP_$number", "$cls"]

NS = "urn:xmpp:$element:0"


class $cls(ElementBase):
    """``message["$attrib"]``; interface ``id``."""

    name = "$element"
    namespace = NS
    plugin_attrib = "$attrib"
    interfaces: ClassVar[set[str]] = {"id"}


register_stanza_plugin(Message, $cls)


class XEP_$number(BasePlugin):
    """$title, both roles.

    Events: ``$attrib``, with the message.
    """

    name = "xep_$number"
    description = "XEP-$number: $title"
    xep_version = "$version"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take messages that carry it."""
        self.handle("xep_$number", "message/$attrib", self._handle)

    def _handle(self, message: Message) -> None:
        if message["type"] != "error":
            self.xmpp.event("$attrib", message)

    def send(self, mto: JidStr, id: str, **msg_kwargs: Any) -> None:
        """Send a message that carries it (XEP-$number section 1).

        Args:
            mto: to whom.
            id: what the element says.
            msg_kwargs: what ``make_message`` takes.
        """
        message = self.xmpp.make_message(mto, **msg_kwargs)
        message["$attrib"]["id"] = id
        message.send()
''')

TESTS = Template('''\
"""XEP-$number: $title."""

from __future__ import annotations

from actorxmpp.plugins.xep_$number import NS

from .wire import Wire, client

ELEMENT = f"<$element xmlns='{NS}' id='1'/>"


def test_a_message_that_carries_it_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("$attrib")
        wire.recv(f"<message from='juliet@localhost/b' type='error'>{ELEMENT}</message>")
        wire.recv(f"<message from='romeo@localhost/c' type='chat'>{ELEMENT}</message>")
        message = await wire.happened("$attrib")
        assert message["from"] == "romeo@localhost/c"
        assert message["$attrib"]["id"] == "1"

    client(main, ["xep_$number"])


def test_it_is_sent() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_$number"].send("juliet@localhost", "1", mtype="chat")
        await wire.expect(f"<message to='juliet@localhost' type='chat'>{ELEMENT}</message>")

    client(main, ["xep_$number"])


def test_service_discovery_says_so() -> None:
    async def main(wire: Wire) -> None:
        info = await wire["xep_0030"].get_info(local=True)
        assert NS in info["features"]

    client(main, ["xep_$number"])
''')


class Names:
    """The names a new plugin is written with.

    Args:
        plugin: ``xep_NNNN``.
        title: the XEP's title.

    Attributes:
        number: the XEP's, four digits.
        words: the first words of the title, in lower case: what names are made of.

    Raises:
        ValueError: if the name is no plugin's, or the title can't be written into a program.
    """

    __slots__ = ("number", "title", "words")

    def __init__(self, plugin: str, title: str) -> None:
        if not re.fullmatch(r"xep_\d{4}", plugin):
            raise ValueError(f"{plugin!r} is no plugin's name: xep_NNNN, with four digits")
        if not re.fullmatch(r"\w[\w .,:;/()'-]*", title) or len(title) > LONGEST_TITLE:
            raise ValueError(
                f"{title!r} is no title: letters, digits and .,:;/()'-, "
                f"at most {LONGEST_TITLE} characters"
            )
        self.number = plugin.removeprefix("xep_")
        self.title = title
        self.words = _words(title)

    def table(self, version: str) -> dict[str, str]:
        """Return what stands in the templates."""
        return {
            "number": self.number,
            "title": self.title,
            "version": version,
            "element": "-".join(self.words),
            "attrib": "_".join(self.words),
            "cls": "".join(word.capitalize() for word in self.words),
        }


def _words(title: str) -> list[str]:
    chosen: list[str] = []
    for word in re.findall(r"[a-z][a-z0-9]*", title.lower()):
        if len("_".join([*chosen, word])) > LONGEST_NAME:
            break
        chosen.append(word)
    return chosen or ["element"]


def write(root: Path, names: Names, version: str = "0.1.0") -> list[Path]:
    """Write the plugin and its tests, and the documents anew.

    Args:
        root: the source tree.
        names: the new plugin's.
        version: the version of the XEP.

    Returns:
        The files written.

    Raises:
        FileNotFoundError: if this is not the source tree.
        FileExistsError: if there is such a plugin.
    """
    plugin = root / "actorxmpp" / "plugins" / f"xep_{names.number}" / "__init__.py"
    tests = root / "tests" / "actorxmpp" / "plugins" / f"test_xep_{names.number}.py"
    generator = root / "docs" / "generate_plugins.py"
    for needed in (plugin.parents[1], tests.parent, generator):
        if not needed.exists():
            raise FileNotFoundError(f"{needed} is missing: run this in the source tree")
    plugin.parent.mkdir()
    for path, template in ((plugin, PLUGIN), (tests, TESTS)):
        path.write_text(template.substitute(names.table(version)), encoding="utf-8")
    subprocess.run([sys.executable, str(generator)], cwd=root, check=True)  # noqa: S603  our own
    return [plugin, tests, generator.with_name("plugins.md")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what the command line says; returns the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m actorxmpp.plugins.new", description="Writes a new plugin."
    )
    parser.add_argument("plugin", help="its name, xep_NNNN")
    parser.add_argument("title", help="the XEP's title")
    parser.add_argument("--xep-version", default="0.1.0", help="the XEP's version")
    given = parser.parse_args(arguments)
    try:
        written = write(Path.cwd(), Names(given.plugin, given.title), given.xep_version)
    except (ValueError, OSError) as error:
        parser.exit(1, f"{error}\n")
    for path in written:
        sys.stdout.write(f"{path.relative_to(Path.cwd())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
