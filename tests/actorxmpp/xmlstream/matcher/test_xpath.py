"""MatchXPath: which paths of names fit which stanzas."""

from __future__ import annotations

import pytest

from actorxmpp.xmlstream import MatchXPath

from .helpers import CLIENT, COMPONENT, STANZAS, XPATHS, build


@pytest.mark.parametrize("namespace", [CLIENT, COMPONENT])
@pytest.mark.parametrize("path", sorted(XPATHS))
def test_xpaths(path, namespace):
    matcher = MatchXPath(path.replace("NS", namespace))
    found = {i for i, text in enumerate(STANZAS) if matcher.match(build(text, namespace))}
    assert found == XPATHS[path]
