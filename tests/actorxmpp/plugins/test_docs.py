"""docs/plugins.md says what the code says."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path
from typing import Any

import pytest

from actorxmpp.plugins import PLUGINS
from actorxmpp.plugins.base import BasePlugin, find_plugin

DOCS = Path(__file__).parents[3] / "docs"


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_plugins", DOCS / "generate_plugins.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_generator_writes() -> None:
    expected = generator().page()
    written = (DOCS / "plugins.md").read_text(encoding="utf-8")
    assert written == expected, "run: python docs/generate_plugins.py"


@pytest.mark.parametrize("name", PLUGINS)
def test_each_plugin_says_what_it_is(name: str) -> None:
    plugin = find_plugin(name)
    assert plugin.name == name
    assert plugin.description
    assert inspect.getdoc(plugin) != inspect.getdoc(BasePlugin)
    if name.startswith("xep_"):
        number = name.removeprefix("xep_")
        assert plugin.description.startswith(f"XEP-{number}: ")
        assert plugin.xep_version
    for dependency in plugin.dependencies:
        assert dependency in PLUGINS
    for method in plugin.api_handlers.values():
        assert "." in method or callable(getattr(plugin, method))
