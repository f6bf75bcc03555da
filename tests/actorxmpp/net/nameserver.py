"""A name server on the loopback interface, for the few record types we ask for."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field

A, SRV, AAAA = 1, 33, 28
_TYPES = {"A": A, "SRV": SRV, "AAAA": AAAA}
NO_SUCH_NAME, REFUSED = 3, 5


def packed_name(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers from a table of `(name, type)` to lines such as `"10 5 5222 host."`."""

    records: dict[tuple[str, str], list[str]]
    ttl: int = 60
    failing: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    async def start(self) -> str:
        """Begin; return the address to put into a resolver's `nameservers`."""
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        host, port = self.transport.get_extra_info("sockname")
        return f"{host}:{port}"

    def stop(self) -> None:
        assert self.transport is not None
        self.transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        position, labels = 12, []
        while data[position]:
            labels.append(data[position + 1 : position + 1 + data[position]].decode())
            position += 1 + data[position]
        (kind,) = struct.unpack_from("!H", data, position + 1)
        question = data[12 : position + 5]
        name = ".".join(labels).lower()
        type_ = next((text for text, number in _TYPES.items() if number == kind), "?")
        self.asked.append((name, type_))
        known = any(entry[0] == name for entry in self.records)
        lines = self.records.get((name, type_), [])
        code = self.failing or (0 if known else NO_SUCH_NAME)
        answers = b"".join(
            b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, self.ttl, len(content)) + content
            for content in (self._pack(type_, line) for line in lines)
        )
        count = 0 if code else len(lines)
        head = data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, count, 0, 0)
        assert self.transport is not None
        self.transport.sendto(head + question + (b"" if code else answers), addr)

    def _pack(self, type_: str, line: str) -> bytes:
        if type_ == "SRV":
            priority, weight, port, target = line.split()
            return struct.pack("!HHH", int(priority), int(weight), int(port)) + packed_name(target)
        family = socket.AF_INET if type_ == "A" else socket.AF_INET6
        return socket.inet_pton(family, line)
