"""What a server allows (XEP-0356 sections 4 to 7)."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from actorxmpp.plugins.xep_0356.stanza import NS

if TYPE_CHECKING:
    from actorxmpp.xmlstream import ElementBase

__all__ = [
    "IqPermission",
    "MessagePermission",
    "Permissions",
    "PresencePermission",
    "RosterAccess",
]


Kind = TypeVar("Kind", bound=StrEnum)


class RosterAccess(StrEnum):
    """What may be done with the rosters of the server's users."""

    NONE = "none"
    GET = "get"
    SET = "set"
    BOTH = "both"


class MessagePermission(StrEnum):
    """Whether messages may be sent as the server or its users."""

    NONE = "none"
    OUTGOING = "outgoing"


class IqPermission(StrEnum):
    """What may be asked as the server's users, for one namespace."""

    NONE = "none"
    GET = "get"
    SET = "set"
    BOTH = "both"


class PresencePermission(StrEnum):
    """Whose presence is sent: the users', or their contacts' as well."""

    NONE = "none"
    MANAGED_ENTITY = "managed_entity"
    ROSTER = "roster"


ALLOWED = {"get": ("get", "both"), "set": ("set", "both")}
"""The type of an IQ, and the permissions by which it may be sent."""


class Permissions:
    """All that one server allows.

    Attributes:
        roster: what may be done with rosters.
        push: whether changes of rosters are sent.
        message: whether messages may be sent.
        presence: whose presence is sent.
        iq: namespace -> what may be asked.
        namespace: the version of the XEP the server speaks.
    """

    __slots__ = ("iq", "message", "namespace", "presence", "push", "roster")

    def __init__(self) -> None:
        self.roster = RosterAccess.NONE
        self.push = False
        self.message = MessagePermission.NONE
        self.presence = PresencePermission.NONE
        self.iq: defaultdict[str, IqPermission] = defaultdict(lambda: IqPermission.NONE)
        self.namespace = NS

    @classmethod
    def read(cls, privilege: ElementBase) -> Permissions:
        """Read what a server says; what is not known is not allowed."""
        made = cls()
        made.namespace = privilege.namespace
        for perm in privilege["perms"]:
            kind = perm["type"]
            match perm["access"]:
                case "roster":
                    made.roster = _read(RosterAccess, kind)
                    readable = made.roster in ALLOWED["get"]
                    made.push = readable and perm["push"] != "false"
                case "message":
                    made.message = _read(MessagePermission, kind)
                case "presence":
                    made.presence = _read(PresencePermission, kind)
                case "iq":
                    for each in perm["namespaces"]:
                        made.iq[each["ns"]] = _read(IqPermission, each["type"])
        return made

    def may_send(self, itype: str, namespace: str) -> bool:
        """Whether an IQ may be sent as a user."""
        return self.iq.get(namespace, IqPermission.NONE) in ALLOWED.get(itype, ())

    def may_use_roster(self, itype: str) -> bool:
        """Whether a user's roster may be read (``get``) or changed (``set``)."""
        return self.roster in ALLOWED[itype]


def _read(kind: type[Kind], text: str) -> Kind:
    return kind(text) if text in set(kind) else kind("none")
