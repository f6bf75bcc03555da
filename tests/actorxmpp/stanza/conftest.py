"""Each test of a stanza runs on the stream of a client and on that of a component."""

from __future__ import annotations

import pytest

from .helpers import Stream


@pytest.fixture(params=[False, True], ids=["client", "component"])
def stream(request):
    return Stream(request.param)
