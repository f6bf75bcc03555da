"""XEP-0033: to whom else a stanza goes."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0033 import NS, TYPES, Address, Addresses

from .wire import Wire, client

TWO = (
    f"<addresses xmlns='{NS}'><address type='to' jid='a@localhost' desc='A'/>"
    "<address type='cc' uri='mailto:b@example.org' delivered='true'/></addresses>"
)


def test_addresses_are_written() -> None:
    async def main(wire: Wire) -> None:
        message = wire.role.make_message("multicast.localhost", "hi")
        addresses = message["addresses"]
        addresses["to"] = [{"jid": "a@localhost", "desc": "A"}]
        addresses.add_address("cc", uri="mailto:b@example.org", delivered=True)
        message.send()
        await wire.expect(f"<message to='multicast.localhost'><body>hi</body>{TWO}</message>")

    client(main, ["xep_0033"])


def test_addresses_are_read_by_type() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(f"<message from='multicast.localhost'><body>hi</body>{TWO}</message>")
        addresses = (await wire.happened("message"))["addresses"]
        assert [each["jid"] for each in addresses["to"]] == ["a@localhost"]
        assert [(each["uri"], each["delivered"]) for each in addresses["cc"]] == [
            ("mailto:b@example.org", True)
        ]
        assert len(addresses["all"]) == len(addresses["addresses"]) == len(addresses) == 2
        assert addresses["bcc"] == []

    client(main, ["xep_0033"])


@pytest.mark.parametrize("atype", TYPES)
def test_each_type_is_replaced_and_removed_by_itself(atype: str) -> None:
    addresses = Addresses()
    other = "to" if atype != "to" else "cc"
    addresses.add_address(other, "x@localhost")
    for jid in ("a@localhost", "b@localhost"):
        addresses[atype] = [{"jid": jid, "node": "n"}]
    assert [(each["jid"], each["node"]) for each in addresses[atype]] == [("b@localhost", "n")]
    addresses[atype] = addresses[atype]
    assert len(addresses[atype]) == 1
    del addresses[atype]
    assert [each["type"] for each in addresses["all"]] == [other]
    addresses["all"] = [{"type": atype, "jid": "c@localhost"}]
    assert [each["jid"] for each in addresses["addresses"]] == ["c@localhost"]


def test_an_address_is_here_or_elsewhere() -> None:
    address = Address()
    address["jid"], address["node"] = "a@localhost", "n"
    address["uri"] = "mailto:a@example.org"
    assert (address["jid"], address["node"]) == ("", "")
    address["jid"] = "a@localhost"
    assert address["uri"] == ""
    address["delivered"] = True
    address["delivered"] = False
    assert str(address) == f'<address xmlns="{NS}" jid="a@localhost" />'
