"""Fixtures of the server tests: one Prosody and one ejabberd per test module.

A failed test's report carries the last lines of the logs of the servers it used.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from .servers.base import RealServer
from .servers.ejabberd import Ejabberd
from .servers.prosody import Prosody

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder: ``-m "not servers"`` leaves it out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.servers)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the servers' logs under a failed test."""
    report = yield
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, RealServer):
                report.sections.append((f"{value.name}'s log", value.log_tail()))
    return report


@pytest.fixture(scope="module")
def prosody() -> Iterator[Prosody]:
    """A running Prosody with two components, ``gw1`` and ``gw2``, and no accounts."""
    with Prosody(components={f"gw{n}.xmpp.test": f"secret-{n}" for n in (1, 2)}) as server:
        yield server


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Ejabberd]:
    """A running ejabberd with two components, ``gw1`` and ``gw2``, and no accounts."""
    with Ejabberd(components={f"gw{n}.xmpp.test": f"secret-{n}" for n in (1, 2)}) as server:
        yield server
