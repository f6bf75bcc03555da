"""Making the classes of a vCard's simple parts: an element with text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from actorxmpp.xmlstream.accessors import StanzaType
from actorxmpp.xmlstream.stanzabase import ElementBase

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NS", "name_part", "text_field"]

NS = "vcard-temp"


def text_field(
    name: str,
    multi: str,
    attrib: str = "",
    read: Callable[[str], Any] = str,
    write: Callable[[Any], str] = str,
) -> type[ElementBase]:
    """Make the class of an element with text: ``card[attrib]`` is what it says.

    Args:
        name: the element's name.
        multi: the interface of the list of all of them.
        attrib: the interface, the same as the name by default.
        read: makes a value of the text.
        write: makes text of a value.
    """
    attrib = attrib or name

    def getter(self: ElementBase) -> Any:
        return read(self.xml.text or "")

    def setter(self: ElementBase, value: Any) -> None:
        self.xml.text = write(value)

    def deleter(self: ElementBase) -> None:
        self.xml.text = None

    body = {
        "__doc__": f"The part ``{name}`` of a vCard.",
        "name": name,
        "namespace": NS,
        "plugin_attrib": attrib,
        "plugin_multi_attrib": multi,
        "interfaces": {attrib},
        "is_extension": True,
        f"get_{attrib.lower()}": getter,
        f"set_{attrib.lower()}": setter,
        f"del_{attrib.lower()}": deleter,
    }
    return cast("type[ElementBase]", StanzaType(name.title(), (ElementBase,), body))


def name_part(name: str) -> tuple[Callable[[Any], Any], Callable[[Any, Any], None]]:
    """Make the getter and setter of a part of a name, which may be several words.

    Args:
        name: the part's element.
    """

    def getter(self: ElementBase) -> Any:
        value: str = self._get_sub_text(name)
        return [each.strip() for each in value.split(",")] if "," in value else value

    def setter(self: ElementBase, value: Any) -> None:
        text = ",".join(value) if isinstance(value, (list, tuple)) else value
        self._set_sub_text(name, text, keep=True)

    return getter, setter
