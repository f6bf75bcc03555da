"""XEP-0446: what a file is like."""

from __future__ import annotations

import datetime as dt

import pytest

from actorxmpp.plugins.xep_0446 import NS, NUMBERS, File

MOMENT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def test_it_is_written_and_read() -> None:
    file = File()
    file["name"], file["media-type"], file["desc"] = "a.jpg", "image/jpeg", "Verona"
    file["date"] = MOMENT
    file["size"] = 2048
    file["hash"]["algo"], file["hash"]["value"] = "sha-256", "abc="
    file["thumbnail"]["uri"] = "cid:x"
    assert str(file) == (
        f'<file xmlns="{NS}"><name>a.jpg</name><media-type>image/jpeg</media-type>'
        "<desc>Verona</desc><date>2020-01-01T00:00:00Z</date><size>2048</size>"
        '<hash xmlns="urn:xmpp:hashes:2" algo="sha-256">abc=</hash>'
        '<thumbnail xmlns="urn:xmpp:thumbs:1" uri="cid:x" /></file>'
    )
    assert (file["date"], file["size"]) == (MOMENT, 2048)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_never_negative(name: str) -> None:
    file = File()
    assert file[name] is None
    file[name] = 0
    assert file[name] == 0
    with pytest.raises(ValueError, match=f"{name} of a file is never negative"):
        file[name] = -1
    file._set_sub_text(name, "many")
    assert file[name] is None


@pytest.mark.parametrize("text", ["", "yesterday"])
def test_what_is_no_time_is_none(text: str) -> None:
    file = File()
    file["date"] = text
    assert file["date"] is None
