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


def test_the_common_names_are_there_from_the_start():
    names = NameTable().names
    assert names["jabber:client\x01message"] == "{jabber:client}message"
    assert names["jabber:component:accept\x01iq"] == "{jabber:component:accept}iq"


def test_a_name_that_is_learnt_is_kept():
    table = NameTable()
    assert table.learn("urn:x\x01name") == "{urn:x}name"
    table.trim()
    assert table.names["urn:x\x01name"] == "{urn:x}name"
    assert table.epoch == 0


def test_names_nobody_has_learnt_are_learnt_when_anybody_looks():
    table = NameTable()
    table.names["urn:x\x01one"] = "urn:x\x01one"  # as pyexpat puts them there
    table.names["{urn:x\x01bad"] = "{urn:x\x01bad"
    table.names["plain"] = "plain"
    table.settle()
    assert table.names["urn:x\x01one"] == "{urn:x}one"
    assert "{urn:x\x01bad" not in table.names
    assert (table.names["plain"], table.epoch) == ("plain", 1)
    table.settle()
    assert table.epoch == 1


def test_a_bad_name_is_forgotten_so_that_it_is_new_again():
    table = NameTable()
    table.names["{urn:x\x01name"] = "{urn:x\x01name"  # as pyexpat puts it there
    with pytest.raises(BadNamespace):
        table.learn("{urn:x\x01name")
    assert "{urn:x\x01name" not in table.names
    assert table.epoch == 1
