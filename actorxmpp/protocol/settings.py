"""What the owner of a stream wants: the settings a negotiation is made with.

Where it stands: the session builds them from its spec, `ClientNegotiation` and
`ComponentNegotiation` read them.

Rules: frozen; checked when built, and the error names the field (never a secret's value);
passwords and secrets don't show in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from actorxmpp.protocol.header import escape
from actorxmpp.protocol.sasl.mechanisms import MECHANISMS

if TYPE_CHECKING:
    from actorxmpp.protocol.sasl.mechanism import MechanismEntry


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """An earlier session to take up again (XEP-0198, 5).

    Attributes:
        previd: The id the server gave that session.
        h: How many stanzas of the server we have handled.
    """

    previd: str
    h: int


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """How a client negotiates.

    Attributes:
        domain: The server's domain: the domain part of the JID, in A-label or U-label form.
        username: The local part; empty for ANONYMOUS.
        password: The password, if the account has one.
        resource: The resource to ask for; empty lets the server choose.
        authzid: A JID to act as (RFC 4422); usually empty.
        external: The TLS policy presents a client certificate: try SASL EXTERNAL first.
        anonymous: Log in without an account (SASL ANONYMOUS).
        starttls: Take up the server's offer of STARTTLS.
        require_tls: Refuse to go on without TLS.
        channel_binding: Bind authentication to the TLS channel where the server offers it.
        allow_plain: Let PLAIN be used, through TLS only, when the server offers nothing better.
        allowed_mechanisms: If given, no other SASL mechanism is used.
        known_mechanism: `Established.mechanism` of the last connection; a weaker kind is
            refused then.
        mechanism_table: SASL mechanisms by preference; put your own in here.
        resume: An earlier session to take up, or None.
        lang: The stream's default language.

    Raises:
        ValueError: If a field makes no sense; the text names it.
    """

    domain: str
    username: str = ""
    password: str | None = field(default=None, repr=False)
    resource: str = ""
    authzid: str = ""
    external: bool = False
    anonymous: bool = False
    starttls: bool = True
    require_tls: bool = True
    channel_binding: bool = True
    allow_plain: bool = True
    allowed_mechanisms: frozenset[str] | None = None
    known_mechanism: str = ""
    mechanism_table: tuple[MechanismEntry, ...] = field(default=MECHANISMS, repr=False)
    resume: ResumeRequest | None = None
    lang: str = "en"

    def __post_init__(self) -> None:
        if not self.domain:
            raise ValueError("domain must not be empty")
        for name in ("domain", "username", "resource", "lang"):
            _check_xml(name, getattr(self, name))

    @property
    def bare_jid(self) -> str:
        """`username@domain`, or the domain alone when there is no user name."""
        return f"{self.username}@{self.domain}" if self.username else self.domain


@dataclass(frozen=True, slots=True)
class ComponentSettings:
    """How a component negotiates (XEP-0114).

    Attributes:
        jid: The component's own address, for instance `"echo.example.net"`.
        secret: The secret it shares with the server.

    Raises:
        ValueError: If a field makes no sense; the text names it.
    """

    jid: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.jid:
            raise ValueError("jid must not be empty")
        if not self.secret:
            raise ValueError("secret must not be empty")
        _check_xml("jid", self.jid)


def _check_xml(name: str, value: str) -> None:
    try:
        escape(value)
    except ValueError:
        raise ValueError(f"{name} holds a character that XML does not allow") from None
