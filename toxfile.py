"""Lets tox find the Pythons that pyenv has installed but not activated.

pyenv's shims answer only for the versions that are active in a folder, so a plain ``tox`` would
skip py312 and py313 on a machine that has both. This puts the versions' own folders at the end of
the search path. Without pyenv it does nothing.
"""

from __future__ import annotations

import os
from pathlib import Path


def add_pyenv_versions() -> None:
    """Append the bin folder of each CPython 3.11 to 3.13 of pyenv to PATH."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [str(path) for path in sorted(root.glob("versions/3.1[123].*/bin"))]
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])


add_pyenv_versions()
