"""XEP-0264: thumbnails."""

from __future__ import annotations

from actorxmpp.plugins.xep_0264 import NS, Thumbnail


def test_a_thumbnail_is_written_and_read() -> None:
    thumbnail = Thumbnail()
    assert (thumbnail["width"], thumbnail["height"]) == (None, None)
    thumbnail["uri"] = "cid:sha1+00@bob.xmpp.org"
    thumbnail["media-type"] = "image/png"
    thumbnail["width"], thumbnail["height"] = 128, 96
    assert str(thumbnail) == (
        f'<thumbnail xmlns="{NS}" uri="cid:sha1+00@bob.xmpp.org" media-type="image/png"'
        ' width="128" height="96" />'
    )
    assert (thumbnail["width"], thumbnail["height"]) == (128, 96)
    thumbnail.xml.set("width", "-1")
    assert thumbnail["width"] is None
