"""Writes docs/plugins.md from the plugins' code: `python docs/generate_plugins.py`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

from actorxmpp.plugins import PLUGINS
from actorxmpp.plugins.base import BasePlugin, find_plugin
from actorxmpp.xmlstream import ElementBase

PAGE = Path(__file__).with_name("plugins.md")

HEADER = """# Plugins

<!-- Written by docs/generate_plugins.py from the code: change the docstrings there. -->

A plugin brings an XEP into a session:

```python
xmpp.register_plugin("xep_0045", {"rejoin_rooms": False})   # with what it depends on
await xmpp["xep_0045"].join_muc_wait("room@chat.example.net", "nick")
xmpp.plugin.disable("xep_0045")                             # with what depends on it
```

`xmpp["xep_0045"]` is a handle: it stays good when the plugin is restarted, and raises
`PluginUnavailable` while it restarts or after it was disabled. `register_plugins()` enables all
that are listed below, but those that say that it doesn't.

A plugin's handlers run in an actor of its own, started by the first stanza or event for it. If one
fails, an IQ is answered with `internal-server-error` and that actor alone restarts, with a new
plugin object; the connection stays.

## Writing one

A XEP of this framework: see [contributing.md](contributing.md). A plugin of your own is a class:

```python
from actorxmpp import BasePlugin

class Weather(BasePlugin):
    name = "weather"
    description = "Says what the weather is"
    dependencies = {"xep_0030"}
    features = ("urn:example:weather",)          # said by service discovery while it is enabled
    default_config = {"place": "Verona"}         # self.place
    api_handlers = {"get_weather": "_get"}       # what programs may take over

    def plugin_init(self):
        self.handle("Weather", "iq@type=get/weather", self._asked)   # in the plugin's actor
        self.add_filter("out", self._mark)       # goes when the plugin goes
        self.kept.setdefault("asked", 0)         # outlasts a restart of the plugin

    def plugin_end(self): ...                    # undo what nothing else undoes
    def session_bind(self, jid): ...             # with each new session
    def post_init(self): ...                     # after plugin_init
```

The plugin asks its hooks with a JID, a node, who wants to know, and arguments; a program takes an
operation over, for all JIDs and nodes or for some:

```python
answer = await self.api["get_weather"](jid, node, iq["from"], iq)             # in the plugin
xmpp["weather"].api.register(function, "get_weather", "balcony@example.net")  # in the program
```

A plugin of another package is found by name if the package has an entry point in the group
`actorxmpp.plugins`; its value is the class, or the module that has it:

```ini
[options.entry_points]
actorxmpp.plugins =
    weather = some_package.weather:Weather
```
"""


def page() -> str:
    """Return the whole page."""
    plugins = [find_plugin(name) for name in PLUGINS]
    return "\n".join([HEADER, overview(plugins), *map(section, plugins)])


def overview(plugins: list[type[BasePlugin]]) -> str:
    """Return the table of all plugins."""
    rows = ["## All plugins", "", "| plugin | XEP | version | depends on |", "|---|---|---|---|"]
    for plugin in plugins:
        needs = " ".join(sorted(plugin.dependencies)) or "-"
        title = plugin.description.partition(": ")[2]
        rows.append(
            f"| [{plugin.name}](#{plugin.name}) | {title} | {plugin.xep_version} | {needs} |"
        )
    return "\n".join([*rows, ""])


def section(plugin: type[BasePlugin]) -> str:
    """Return what there is to say about one plugin."""
    url = f"https://xmpp.org/extensions/xep-{plugin.name.removeprefix('xep_')}.html"
    lines = [
        f"## {plugin.name}",
        "",
        f"[{plugin.description}]({url}), version {plugin.xep_version}.",
        "",
        markdown(inspect.getdoc(plugin) or ""),
        "",
    ]
    methods = public_methods(plugin)
    if methods:
        lines += ["| method | |", "|---|---|", *methods, ""]
    interfaces = stanza_interfaces(plugin)
    if interfaces:
        lines += ["| stanza class | as | |", "|---|---|---|", *interfaces, ""]
    if plugin.api_handlers:
        names = ", ".join(f"`{name}`" for name in plugin.api_handlers)
        lines += [f"Can be taken over: {names}.", ""]
    return "\n".join(lines)


def markdown(text: str) -> str:
    """Turn a docstring into Markdown."""
    return text.replace("``", "`")


def public_methods(plugin: type[BasePlugin]) -> list[str]:
    """Return a table row for each method a program calls."""
    inherited = set(dir(BasePlugin))
    rows = []
    for name, value in sorted(inspect.getmembers(plugin, callable)):
        if name.startswith("_") or name in inherited:
            continue
        first = (inspect.getdoc(value) or "").partition("\n")[0]
        rows.append(f"| `{signature(name, value)}` | {markdown(first)} |")
    return rows


def signature(name: str, value: Any) -> str:
    """Return a method's name and arguments without their types."""
    parts = []
    for parameter in inspect.signature(value).parameters.values():
        if parameter.name == "self":
            continue
        text = str(parameter.replace(annotation=inspect.Parameter.empty))
        parts.append(text.replace("|", "/"))
    kind = "await " if inspect.iscoroutinefunction(value) else ""
    return f"{kind}{name}({', '.join(parts)})"


def stanza_interfaces(plugin: type[BasePlugin]) -> list[str]:
    """Return a table row for each stanza class."""
    rows = []
    for name, value in sorted(stanza_classes(plugin.name).items()):
        first = re.split(r"\n\n|; interface", inspect.getdoc(value) or "")[0].replace("\n", " ")
        rows.append(f"| {name} | `{value.plugin_attrib}` | {markdown(first)} |")
    return rows


def stanza_classes(plugin: str) -> dict[str, type[ElementBase]]:
    """Return the public stanza classes that the modules of a plugin's folder define."""
    package = importlib.import_module(f"actorxmpp.plugins.{plugin}")
    below = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return {
        name: value
        for module in (package, *(importlib.import_module(found.name) for found in below))
        for name, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, ElementBase) and value.__module__ == module.__name__
        if not name.startswith("_")
    }


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
