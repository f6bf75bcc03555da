"""What a server allows, and what is done with it, in both versions that servers speak."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0297 import Forwarded
from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["NS", "NS_1", "NameSpace", "Perm", "Privilege", "PrivilegeV1", "PrivilegedIq"]

NS = "urn:xmpp:privilege:2"
NS_1 = "urn:xmpp:privilege:1"


class Privilege(EmptyElement):
    """``message["privilege"]``: ``perms`` say what is allowed; or a stanza that is forwarded."""

    name = plugin_attrib = "privilege"
    namespace = NS

    def permission(self, access: str) -> str | None:
        """Return what is allowed of one thing; None if that is not said."""
        found = (each["type"] for each in self["perms"] if each["access"] == access)
        return next(found, None)

    def roster(self) -> str | None:
        """Return what may be done with rosters."""
        return self.permission("roster")

    def message(self) -> str | None:
        """Return whether messages may be sent."""
        return self.permission("message")

    def presence(self) -> str | None:
        """Return whose presence is sent."""
        return self.permission("presence")

    def add_perm(self, access: str, type_: str) -> None:
        """Allow something."""
        perm = Perm() if self.namespace == NS else PermV1()
        perm["access"] = access
        perm["type"] = type_
        self.append(perm)


class PrivilegeV1(Privilege):
    """``message["privilege_v1"]``: the same in version 1, which older servers speak."""

    namespace = NS_1
    plugin_attrib = "privilege_v1"


class Perm(ElementBase):
    """One thing that is allowed; interfaces ``access type push``; of IQs, ``namespaces``."""

    name = plugin_attrib = "perm"
    namespace = NS
    plugin_multi_attrib = "perms"
    interfaces: ClassVar[set[str]] = {"access", "push", "type"}


class PermV1(Perm):
    """The same in version 1."""

    namespace = NS_1


class NameSpace(ElementBase):
    """What may be asked of one namespace; interfaces ``ns``, ``type``."""

    name = plugin_attrib = "namespace"
    namespace = NS
    plugin_multi_attrib = "namespaces"
    interfaces: ClassVar[set[str]] = {"ns", "type"}


class PrivilegedIq(EmptyElement):
    """``iq["privileged_iq"]``: an IQ that is sent as a user of the server."""

    name = plugin_attrib = "privileged_iq"
    namespace = NS


for _stanza in (Message, Iq):
    register_stanza_plugin(_stanza, Privilege)
register_stanza_plugin(Message, PrivilegeV1)
register_stanza_plugin(Iq, PrivilegedIq)
for _privilege, _perm in ((Privilege, Perm), (PrivilegeV1, PermV1)):
    register_stanza_plugin(_privilege, Forwarded)
    register_stanza_plugin(_privilege, _perm, iterable=True)
register_stanza_plugin(Perm, NameSpace, iterable=True)
register_stanza_plugin(PermV1, NameSpace, iterable=True)
