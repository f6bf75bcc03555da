"""``slixmpp.test``: ``SlixTest`` is ``XMPPTestCase``, on the roles of slixmpp programs."""

from __future__ import annotations

from actorxmpp.as_slixmpp.roles import ClientXMPP, ComponentXMPP
from actorxmpp.testing.xmpptestcase import XMPPTestCase

__all__ = ["SlixTest"]


class SlixTest(XMPPTestCase):
    """The base of tests written for slixmpp; see ``XMPPTestCase``."""

    client_class = ClientXMPP
    component_class = ComponentXMPP
