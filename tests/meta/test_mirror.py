"""Every module with logic has its tests at the mirrored path, ``tests/<package>/test_<module>.py``.

A plugin is one unit: the tests of ``plugins/xep_NNNN/`` are ``plugins/test_xep_NNNN.py``. Values,
tables, interfaces and what only passes a call on need no module of their own.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .sources import ROOT, label, package_modules, tree

MISSING = frozenset(
    (
        "actorxmpp/__init__.py",
        "actorxmpp/actors/users.py",
        "actorxmpp/actors/users_table.py",
        "actorxmpp/api.py",
        "actorxmpp/as_slixmpp/__init__.py",
        "actorxmpp/as_slixmpp/__main__.py",
        "actorxmpp/as_slixmpp/defaults.py",
        "actorxmpp/as_slixmpp/finder.py",
        "actorxmpp/as_slixmpp/roles.py",
        "actorxmpp/as_slixmpp/table.py",
        "actorxmpp/as_slixmpp/test.py",
        "actorxmpp/cli/demo/bots.py",
        "actorxmpp/cli/demo/command.py",
        "actorxmpp/cli/demo/stage.py",
        "actorxmpp/cli/demo/view.py",
        "actorxmpp/cli/fleetfile.py",
        "actorxmpp/cli/logs.py",
        "actorxmpp/cli/run.py",
        "actorxmpp/componentxmpp.py",
        "actorxmpp/fleet/errors.py",
        "actorxmpp/fleet/models.py",
        "actorxmpp/fleet/problems.py",
        "actorxmpp/plugins/manager.py",
        "actorxmpp/protocol/core.py",
        "actorxmpp/protocol/features/auth.py",
        "actorxmpp/protocol/features/base.py",
        "actorxmpp/protocol/features/bind.py",
        "actorxmpp/protocol/features/resume.py",
        "actorxmpp/protocol/features/session.py",
        "actorxmpp/protocol/features/starttls.py",
        "actorxmpp/protocol/namespaces.py",
        "actorxmpp/protocol/sasl/mechanisms.py",
        "actorxmpp/protocol/sasl/scramkeys.py",
        "actorxmpp/protocol/sasl/scramserver.py",
        "actorxmpp/protocol/smactions.py",
        "actorxmpp/roles/running.py",
        "actorxmpp/store/sqlite.py",
        "actorxmpp/testing/__init__.py",
        "actorxmpp/xmlstream/__init__.py",
    )
)
"""Modules whose tests are still elsewhere. It may only become shorter."""

PLUGIN = re.compile(r"actorxmpp/plugins/(xep_\d{4})/")


def has_logic(module: ast.Module) -> bool:
    """Whether a function has more than one statement, its docstring not counted."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            statements = len(node.body) - (ast.get_docstring(node) is not None)
            if statements > 1:
                return True
    return False


def mirror_of(path: Path) -> Path:
    """Where the tests of a module are."""
    plugin = PLUGIN.match(label(path))
    if plugin is not None:
        return ROOT / "tests" / "actorxmpp" / "plugins" / f"test_{plugin[1]}.py"
    name = path.parent.name if path.name == "__init__.py" else path.stem.strip("_")
    return ROOT / "tests" / path.relative_to(ROOT).parent / f"test_{name}.py"


def missing() -> set[str]:
    """Modules with logic and without tests at the mirrored path."""
    return {
        label(path)
        for path in package_modules()
        if has_logic(tree(path)) and not mirror_of(path).is_file()
    }


def test_what_counts_as_logic() -> None:
    plain = 'def f():\n    """Say."""\n    return 1\n\nclass A:\n    def g(self): ...\n'
    assert not has_logic(ast.parse(plain))
    assert has_logic(ast.parse(plain + "    def h(self):\n        a = 1\n        return a\n"))


def test_where_tests_are() -> None:
    found = {
        name: label(mirror_of(ROOT / name))
        for name in (
            "supervisors/policy.py",
            "actorxmpp/protocol/sasl/scram.py",
            "actorxmpp/plugins/xep_0030/disco.py",
            "actorxmpp/plugins/base.py",
            "actorxmpp/cli/__main__.py",
        )
    }
    assert list(found.values()) == [
        "tests/supervisors/test_policy.py",
        "tests/actorxmpp/protocol/sasl/test_scram.py",
        "tests/actorxmpp/plugins/test_xep_0030.py",
        "tests/actorxmpp/plugins/test_base.py",
        "tests/actorxmpp/cli/test_main.py",
    ]


def test_every_module_with_logic_has_its_tests() -> None:
    found = sorted(missing() - MISSING)
    assert not found, "write tests at the mirrored path for:\n" + "\n".join(found)


def test_what_has_its_tests_now_is_no_longer_missing() -> None:
    found = sorted(MISSING - missing())
    assert not found, "take them off the list:\n" + "\n".join(found)
