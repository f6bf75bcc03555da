"""What the router's helpers (`presence.py`, `services.py`) may ask of it, and who sends stanzas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from actorxmpp.testing.server.directory import Component, Directory, Resource

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.testing.server.addresses import Address
    from actorxmpp.testing.server.offline import OfflineStore

Sender = Component | Resource


class RouterPort(Protocol):
    """The router, as its helpers see it."""

    @property
    def domain(self) -> str:
        """Return the server's own domain."""

    @property
    def directory(self) -> Directory:
        """Return who is online."""

    @property
    def offline(self) -> OfflineStore:
        """Messages for those who are not."""

    def exists(self, address: Address) -> bool:
        """Return whether there is an account at a local address."""

    def bounce(self, sender: Sender, stanza: Element, condition: str) -> None:
        """Answer a stanza with an error, unless it is itself an answer or an error."""

    def deliver(self, stanza: Element) -> None:
        """Send a stanza of the server's own to whoever is at its ``to``."""

    def to_domain(self, sender: Sender, stanza: Element, domain: str) -> None:
        """Send a stanza to the component that serves a domain, or answer why not."""
