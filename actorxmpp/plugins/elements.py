"""Kinds of stanza classes that many XEPs have."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream import ElementBase

__all__ = ["EmptyElement"]


class EmptyElement(ElementBase):
    """An element with nothing to read but its being there, or the stanza plugins in it.

    A subclass has ``name``, ``namespace`` and ``plugin_attrib``. ``stanza.enable(plugin_attrib)``
    puts the element in, ``del stanza[plugin_attrib]`` takes it out.
    """

    __slots__ = ()

    interfaces: ClassVar[set[str]] = set()
