"""XEP-0221: pictures in forms."""

from __future__ import annotations

from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0221 import NS, URI

from .wire import Wire, client


def test_pictures_are_written() -> None:
    form = Form()
    media = form.add_field("ocr", "text-single")["media"]
    media["height"], media["width"] = "80", "290"
    media.add_uri("cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org", "image/jpeg")
    del media["uris"][0]["value"]
    media["uris"][0]["value"] = "https://example.org/a.jpg"
    assert str(media) == (
        f'<media xmlns="{NS}" height="80" width="290">'
        '<uri type="image/jpeg">https://example.org/a.jpg</uri></media>'
    )
    assert isinstance(media["uris"][0], URI)


def test_pictures_are_read() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_xform")
        wire.recv(
            "<message from='juliet@localhost'><x xmlns='jabber:x:data' type='form'>"
            f"<field var='ocr'><media xmlns='{NS}' height='80'>"
            "<uri type='image/jpeg'>\n https://example.org/a.jpg\n</uri>"
            "<uri type='audio/ogg'>https://example.org/a.ogg</uri></media></field></x></message>"
        )
        media = (await wire.happened("message_xform"))["form"].field["ocr"]["media"]
        assert media["height"] == "80"
        assert [(each["type"], each["value"]) for each in media["uris"]] == [
            ("image/jpeg", "https://example.org/a.jpg"),
            ("audio/ogg", "https://example.org/a.ogg"),
        ]

    client(main, ["xep_0221"])
