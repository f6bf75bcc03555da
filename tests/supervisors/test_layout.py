"""Each module has its tests in a file of its name."""

from __future__ import annotations

from pathlib import Path

import supervisors


def test_every_module_has_a_test_module():
    package = Path(supervisors.__file__).parent
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    tested = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert sorted(modules - tested) == []
