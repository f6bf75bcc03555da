"""XEP-0122: Data Forms Validation: what the values of a form's fields have to be like."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004 import FormField
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

__all__ = ["XEP_0122", "FormValidation"]

NS = "http://jabber.org/protocol/xdata-validate"

METHODS = ("basic", "open", "range", "regex")
"""A field has one of them (section 3.2)."""

LIST_RANGE = f"{{{NS}}}list-range"


class FormValidation(ElementBase):
    """``field["validate"]``.

    Interfaces: ``datatype`` ("xs:int" and others), and one of ``basic`` and ``open`` (bool),
    ``range`` (``minimum`` and ``maximum``), ``regex``; False where another one is used. Setting one
    takes the others out. ``set_range(True, 1, 5)`` sets the ends, too. ``list_range`` is how many
    of a list are to be chosen.
    """

    name = plugin_attrib = "validate"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"datatype", "list_range", *METHODS}

    def _find(self, method: str) -> ET.Element | None:
        return self.xml.find(f"{{{NS}}}{method}")

    def _put(self, method: str) -> ET.Element:
        self.remove_all()
        return ET.SubElement(self.xml, f"{{{NS}}}{method}")

    def _set(self, method: str, value: Any) -> ET.Element | None:
        if value:
            return self._put(method)
        self._drop(method)
        return None

    def _drop(self, method: str) -> None:
        found = self._find(method)
        if found is not None:
            self.xml.remove(found)

    def remove_all(self, except_tag: str | None = None) -> None:
        """Take the method out.

        Args:
            except_tag: leave it if it is this one.
        """
        for method in METHODS:
            if method != except_tag:
                self._drop(method)

    def get_basic(self) -> bool:
        """Whether the datatype is all."""
        return self._find("basic") is not None

    def set_basic(self, value: bool) -> None:
        """Say that the datatype is all."""
        self._set("basic", value)

    def del_basic(self) -> None:
        """Take it out."""
        self._drop("basic")

    def get_open(self) -> bool:
        """Whether values that are not in the list are welcome."""
        return self._find("open") is not None

    def set_open(self, value: bool) -> None:
        """Say that values that are not in the list are welcome."""
        self._set("open", value)

    def del_open(self) -> None:
        """Take it out."""
        self._drop("open")

    def get_regex(self) -> str | bool:
        """Return the regular expression; False if there is none."""
        found = self._find("regex")
        return False if found is None else found.text or ""

    def set_regex(self, regex: str | None) -> None:
        """Set the regular expression, a POSIX extended one."""
        made = self._set("regex", regex)
        if made is not None:
            made.text = regex

    def del_regex(self) -> None:
        """Take it out."""
        self._drop("regex")

    def get_range(self) -> dict[str, str | None] | bool:
        """Return ``minimum`` and ``maximum``, None where there is no end; False if no range."""
        return _ends(self._find("range"))

    def set_range(self, value: Any, minimum: Any = None, maximum: Any = None) -> None:
        """Set the range.

        Args:
            value: whether there is one, or its ends as ``get_range`` returns them.
            minimum: the least value.
            maximum: the greatest value.
        """
        made = self._set("range", value)
        if isinstance(value, dict):
            minimum, maximum = value.get("minimum"), value.get("maximum")
        _set_ends(made, minimum, maximum)

    def del_range(self) -> None:
        """Take it out."""
        self._drop("range")

    def get_list_range(self) -> dict[str, str | None] | bool:
        """Return how many are to be chosen at least and at most; False if that is not said."""
        return _ends(self.xml.find(LIST_RANGE))

    def set_list_range(self, value: dict[str, Any] | bool) -> None:
        """Set how many are to be chosen: ``minimum`` and ``maximum``; False says nothing of it."""
        self.del_list_range()
        if isinstance(value, dict):
            made = ET.SubElement(self.xml, LIST_RANGE)
            _set_ends(made, value.get("minimum"), value.get("maximum"))

    def del_list_range(self) -> None:
        """Take it out."""
        found = self.xml.find(LIST_RANGE)
        if found is not None:
            self.xml.remove(found)


def _ends(element: ET.Element | None) -> dict[str, str | None] | bool:
    if element is None:
        return False
    return {"minimum": element.get("min"), "maximum": element.get("max")}


def _set_ends(element: ET.Element | None, minimum: Any, maximum: Any) -> None:
    for name, end in (("min", minimum), ("max", maximum)):
        if element is not None and end is not None:
            element.set(name, str(end))


register_stanza_plugin(FormField, FormValidation)


class XEP_0122(BasePlugin):
    """Data Forms Validation, for who makes forms and who fills them in.

    Nothing is validated by itself.
    """

    name = "xep_0122"
    description = "XEP-0122: Data Forms Validation"
    xep_version = "1.0.2"
    dependencies: ClassVar[set[str]] = {"xep_0004"}
