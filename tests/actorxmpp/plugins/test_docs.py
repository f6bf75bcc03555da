"""docs/plugins.md says what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

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
