"""Stream features as data: the table a client negotiates by, in order (RFC 6120, 4.3).

Where it stands: `protocol.client` walks `CLIENT_FEATURES`; the modules here hold one row each.
"""

from __future__ import annotations

from typing import Final

from actorxmpp.protocol.features import auth, bind, resume, session, starttls
from actorxmpp.protocol.features.base import ClientStream, Feature, Progress, Step

__all__ = ["CLIENT_FEATURES", "ClientStream", "Feature", "Progress", "Step"]

CLIENT_FEATURES: Final[tuple[Feature, ...]] = (
    starttls.FEATURE,
    auth.FEATURE,
    resume.FEATURE,
    bind.FEATURE,
    session.FEATURE,
)
