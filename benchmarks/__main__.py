"""`python -m benchmarks NAME [...]` runs benchmarks/NAME.py; without a name it lists them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def names() -> list[str]:
    here = Path(__file__).parent
    files = sorted(path for path in here.glob("*.py") if "\ndef main(" in path.read_text())
    return [path.stem for path in files if not path.stem.startswith("_")]


def main(argv: list[str]) -> int:
    known = names()
    if not argv or argv[0] not in known:
        wanted = f"no benchmark {argv[0]!r}; " if argv else ""
        print(f"{wanted}usage: python -m benchmarks NAME [--json FILE]\nnames: {', '.join(known)}")
        return 2
    result = importlib.import_module(f"benchmarks.{argv[0]}").main(argv[1:])
    return int(result or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
