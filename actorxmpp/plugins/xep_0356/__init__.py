"""XEP-0356: Privileged Entity."""

from __future__ import annotations

from actorxmpp.plugins.xep_0356.permissions import (
    IqPermission,
    MessagePermission,
    Permissions,
    PresencePermission,
    RosterAccess,
)
from actorxmpp.plugins.xep_0356.privilege import XEP_0356, PrivilegedIqError
from actorxmpp.plugins.xep_0356.stanza import NameSpace, Perm, Privilege, PrivilegedIq

__all__ = [
    "XEP_0356",
    "IqPermission",
    "MessagePermission",
    "NameSpace",
    "Perm",
    "Permissions",
    "PresencePermission",
    "Privilege",
    "PrivilegedIq",
    "PrivilegedIqError",
    "RosterAccess",
]
