"""The limit of open files."""

from __future__ import annotations

import resource

from actorxmpp.fleet.limits import OPEN_FILES_BESIDE, OpenFiles, raise_open_files


def test_the_limit_is_raised_as_far_as_it_goes() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = min(256, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, hard))
    try:
        files = raise_open_files(10)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert files.needed == 10 + OPEN_FILES_BESIDE
    assert files.limit >= low


def test_too_few_is_a_warning_with_both_numbers() -> None:
    files = OpenFiles(limit=1024, needed=5064)
    assert not files.enough
    assert "5064 open files are needed and 1024 are allowed" in files.warning()
    assert OpenFiles(limit=5064, needed=5064).enough
