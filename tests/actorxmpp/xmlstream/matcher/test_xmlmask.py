"""MatchXMLMask: which examples fit which stanzas."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from actorxmpp.xmlstream import MatchXMLMask
from actorxmpp.xmlstream.matcher.xmlmask import BadMask

from .helpers import COMPONENT, MASKS, STANZAS, build


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_masks(mask):
    for matcher in (MatchXMLMask(mask), MatchXMLMask(ET.fromstring(mask))):
        found = {i for i, text in enumerate(STANZAS) if matcher.match(build(text))}
        assert found == MASKS[mask]


def test_a_mask_s_default_namespace():
    matcher = MatchXMLMask("<iq/>")
    matcher.setDefaultNS(COMPONENT)
    assert matcher.match(build(STANZAS[5], COMPONENT))
    assert not matcher.match(build(STANZAS[5]))
    with pytest.raises(BadMask):
        MatchXMLMask("<iq>")
