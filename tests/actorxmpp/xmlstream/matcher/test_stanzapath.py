"""StanzaPath: which paths fit which stanzas, in any content namespace."""

from __future__ import annotations

import pytest

from actorxmpp.xmlstream import StanzaPath

from .helpers import CLIENT, COMPONENT, PATHS, STANZAS, build


@pytest.mark.parametrize("namespace", [CLIENT, COMPONENT])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_stanza_paths(path, namespace):
    matcher = StanzaPath(path)
    found = {i for i, text in enumerate(STANZAS) if matcher.match(build(text, namespace))}
    assert found == PATHS[path]
