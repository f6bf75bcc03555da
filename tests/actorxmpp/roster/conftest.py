"""The role object of a client."""

from __future__ import annotations

import pytest

from .helpers import Xmpp


@pytest.fixture
def xmpp():
    return Xmpp()
