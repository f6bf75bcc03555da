"""XEP-0359: ids that stay."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from actorxmpp.plugins.xep_0359 import XEP_0359
from actorxmpp.stanza import Message

from .wire import ET, Wire, client

NS = "urn:xmpp:sid:0"


def test_only_the_id_by_the_one_we_trust_counts() -> None:
    xml = ET.fromstring(
        f"<message xmlns='jabber:client'><stanza-id xmlns='{NS}' id='bad' by='mallory@localhost'/>"
        f"<stanza-id xmlns='{NS}' id='good' by='romeo@localhost'/><origin-id xmlns='{NS}' id='o'/></message>"
    )
    message = Message(xml=xml)

    def get(by: str) -> str:
        return XEP_0359.get_stanza_id(None, message, by)  # type: ignore[arg-type]

    assert get("romeo@localhost") == "good"
    assert get("nobody@localhost") == ""
    assert message["origin_id"]["id"] == "o"


def test_origin_ids_are_added_where_wanted() -> None:
    async def main(wire: Wire) -> None:
        wire.role.use_origin_id = True
        wire.role.register_plugin("xep_0359")
        wire.role.filters_out.append(wire.role.filters_out.pop(0))
        message = wire.role.make_message("a@localhost", "b")
        message["id"] = "m1"
        message.send()
        await wire.expect(
            f"<message to='a@localhost' id='m1'><body>b</body><origin-id xmlns='{NS}' id='m1'/></message>"
        )

    client(main, ["xep_0030"])
