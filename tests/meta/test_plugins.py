"""A XEP is one folder: each is found, loaded, described and tested, and no list names it."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

from actorxmpp.plugins import PLUGINS
from actorxmpp.plugins.base import BasePlugin, find_plugin

from .sources import ROOT, text

FOLDERS = sorted(
    path.parent.name for path in (ROOT / "actorxmpp" / "plugins").glob("xep_*/__init__.py")
)

every_folder = pytest.mark.parametrize("name", FOLDERS)


def test_every_folder_is_a_plugin_and_every_plugin_a_folder() -> None:
    assert FOLDERS == PLUGINS
    assert isinstance(PLUGINS, list)


def test_listing_the_plugins_imports_none() -> None:
    program = (
        "import sys, actorxmpp.plugins as plugins\n"
        "print(len(plugins.PLUGINS), [name for name in sys.modules if '.xep_' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split(maxsplit=1) == [str(len(FOLDERS)), "[]\n"], done.stderr


@every_folder
def test_a_plugin_is_loaded_and_says_what_it_is(name: str) -> None:
    plugin = find_plugin(name)
    number = name.removeprefix("xep_")
    assert re.fullmatch(r"\d{4}", number)
    assert plugin.name == name
    assert plugin.description.removeprefix(f"XEP-{number}: ") not in ("", plugin.description)
    assert plugin.xep_version
    assert inspect.getdoc(plugin) != inspect.getdoc(BasePlugin)


@every_folder
def test_what_a_plugin_names_exists(name: str) -> None:
    plugin = find_plugin(name)
    assert set(PLUGINS) >= plugin.dependencies
    for method in plugin.api_handlers.values():
        assert "." in method or callable(getattr(plugin, method))


@every_folder
def test_a_plugin_is_in_the_documents(name: str) -> None:
    page = text(ROOT / "docs" / "plugins.md")
    assert f"\n## {name}\n" in page, "run: python docs/generate_plugins.py"


@every_folder
def test_a_plugin_has_tests(name: str) -> None:
    module = ROOT / "tests" / "actorxmpp" / "plugins" / f"test_{name}.py"
    assert module.is_file(), f"write {module.relative_to(ROOT)}"
    assert "def test_" in text(module)
