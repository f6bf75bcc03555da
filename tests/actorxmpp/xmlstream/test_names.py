"""Names: expat's spelling to ElementTree's, in a bounded table."""

from __future__ import annotations

import pytest

from actorxmpp.xmlstream.names import BadNamespace, NameTable, translate


def test_translate_names():
    assert translate("plain") == "plain"
    assert translate("urn:x\x01name") == "{urn:x}name"
    with pytest.raises(BadNamespace):
        translate("{urn:x\x01name")


def test_name_table_is_bounded():
    table = NameTable(limit=100)
    for index in range(1_000):
        table.learn(f"urn:x\x01name{index}")
        table.trim()
        assert len(table.names) <= 101
    assert table.epoch > 0
