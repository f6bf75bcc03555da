"""Forms and their fields (XEP-0004 section 3)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar, Self

from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["NS", "FieldOption", "Form", "FormField"]

NS = "jabber:x:data"

TRUE_VALUES = (True, "1", "true")
OPTION_TYPES = frozenset(("list-multi", "list-single"))
MULTI_VALUE_TYPES = frozenset(("hidden", "jid-multi", "list-multi", "text-multi"))

GUESSED_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    (str, "text-single"),
    ((list, tuple), "text-multi"),
)
"""The type of a field that has none, by its first value."""


class FieldOption(ElementBase):
    """One of the values to choose from; interfaces ``label`` and ``value``."""

    name = "option"
    namespace = NS
    plugin_attrib = "option"
    plugin_multi_attrib = "options"
    interfaces: ClassVar[set[str]] = {"label", "value"}
    sub_interfaces: ClassVar[set[str]] = {"value"}


class FormField(ElementBase):
    """One field of a form (XEP-0004 section 3.2 and 3.3).

    Interfaces: ``var``, ``type``, ``label``, ``desc``, ``required`` (bool), ``value`` (``answer``
    is the same): a bool for type ``boolean``, a list for types with several values, else text; None
    when there is none.
    """

    name = "field"
    namespace = NS
    plugin_attrib = "field"
    plugin_multi_attrib = "fields"
    interfaces: ClassVar[set[str]] = {
        "answer",
        "desc",
        "required",
        "value",
        "label",
        "type",
        "var",
    }
    sub_interfaces: ClassVar[set[str]] = {"desc"}
    _type: str

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Remember the type: a submitted field has lost the attribute but not its meaning."""
        made = super().setup(xml)
        self._type = self.xml.get("type", "")
        return made

    def set_type(self, value: str | None) -> None:
        """Set the type."""
        self._set_attr("type", value)
        if value:
            self._type = value

    def add_option(self, label: str = "", value: str = "") -> None:
        """Add a value to choose from.

        Raises:
            ValueError: if the field's type is not one of lists.
        """
        if self._type and self._type not in OPTION_TYPES:
            raise ValueError(f"a field of type {self._type} has no options")
        option = FieldOption()
        option["label"] = label
        option["value"] = value
        self.append(option)

    def get_options(self) -> list[dict[str, str]]:
        """Return the values to choose from, as ``label`` and ``value``."""
        found = (FieldOption(xml=xml) for xml in self.xml.findall(f"{{{NS}}}option"))
        return [{"label": each["label"], "value": each["value"]} for each in found]

    def set_options(self, options: Iterable[dict[str, str] | str]) -> None:
        """Add values to choose from, given as texts or as ``label`` and ``value``."""
        for option in options:
            self.add_option(**option) if isinstance(option, dict) else self.add_option("", option)

    def del_options(self) -> None:
        """Remove the values to choose from."""
        self._remove("option")

    def get_required(self) -> bool:
        """Whether the field must be filled in."""
        return self.xml.find(f"{{{NS}}}required") is not None

    def set_required(self, required: bool) -> None:
        """Say whether the field must be filled in."""
        self.del_required()
        if required:
            ET.SubElement(self.xml, f"{{{NS}}}required")

    def del_required(self) -> None:
        """Say that the field need not be filled in."""
        self._remove("required")

    def get_value(self, convert: bool = True, convert_list: bool = False) -> Any:
        """Return the value, by the field's type.

        Args:
            convert: give a boolean field's value as a bool.
            convert_list: give the lines of a ``text-multi`` field as one text.
        """
        values = [each.text or "" for each in self.xml.findall(f"{{{NS}}}value")]
        if not values:
            return None
        if self._type == "boolean":
            return values[0] in TRUE_VALUES if convert else values[0]
        if self._type in MULTI_VALUE_TYPES or len(values) > 1:
            return "\n".join(values) if self._type == "text-multi" and convert_list else values
        return values[0]

    def set_value(self, value: Any) -> None:
        """Set the value; text for a type with several values is taken line by line.

        Raises:
            ValueError: if several values are given for a type that has one.
        """
        self.del_value()
        if not self._type:
            self._type = next((name for kind, name in GUESSED_TYPES if isinstance(value, kind)), "")
        if self._type == "boolean":
            self._add_value("1" if value in TRUE_VALUES else "0")
        elif self._type in MULTI_VALUE_TYPES:
            lines = value if isinstance(value, (list, tuple)) else str(value).splitlines() or [""]
            for line in lines:
                self._add_value(line)
        elif isinstance(value, (list, tuple)):
            raise ValueError(f"a field of type {self._type or 'text-single'} has one value")
        else:
            self._add_value(value)

    def _add_value(self, value: Any) -> None:
        ET.SubElement(self.xml, f"{{{NS}}}value").text = str(value)

    def del_value(self) -> None:
        """Remove the value."""
        self._remove("value")

    def set_true(self) -> None:
        """Set the value to True."""
        self["value"] = True

    def set_false(self) -> None:
        """Set the value to False."""
        self["value"] = False

    def get_answer(self) -> Any:
        """Return the value."""
        return self["value"]

    def set_answer(self, answer: Any) -> None:
        """Set the value."""
        self["value"] = answer

    def _remove(self, name: str) -> None:
        for element in self.xml.findall(f"{{{NS}}}{name}"):
            self.xml.remove(element)


class Form(ElementBase):
    """``<x xmlns='jabber:x:data'/>``.

    Interfaces: ``type`` (``form``, ``submit``, ``cancel``, ``result``), ``title``,
    ``instructions``, ``values`` (var -> value), ``fields`` (a list), and for tables ``reported``
    (var -> field) and ``items`` (var -> value, each). Iterating gives the fields.
    """

    name = "x"
    namespace = NS
    plugin_attrib = "form"
    plugin_multi_attrib = "forms"
    interfaces: ClassVar[set[str]] = {
        "instructions",
        "reported",
        "title",
        "type",
        "items",
        "values",
    }
    sub_interfaces: ClassVar[set[str]] = {"title"}
    form_types: ClassVar[set[str]] = {"cancel", "form", "result", "submit"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        title = kwargs.pop("title", None)
        super().__init__(*args, **kwargs)
        if title is not None:
            self["title"] = title

    def setup(self, xml: ET.Element | None = None) -> bool:
        """A new form is of type ``form``."""
        made = super().setup(xml)
        if made:
            self["type"] = "form"
        return made

    @property
    def field(self) -> dict[str, FormField]:
        """The fields by var."""
        return self.get_fields()

    def set_type(self, ftype: str) -> None:
        """Set the type; a form that is submitted loses what the other side knows already."""
        self._set_attr("type", ftype)
        if ftype == "submit":
            for field in self.get_fields().values():
                if field["type"] != "hidden":
                    del field["type"]
                for name in ("label", "desc", "required"):
                    del field[name]
                field.del_options()
        elif ftype == "cancel":
            self.del_fields()

    def add_field(
        self,
        var: str = "",
        ftype: str | None = None,
        label: str = "",
        desc: str = "",
        required: bool = False,
        value: Any = None,
        options: Iterable[dict[str, str]] | None = None,
        **kwargs: Any,
    ) -> FormField:
        """Add a field.

        Args:
            var: its name.
            ftype: its type (XEP-0004 section 3.3).
            label: its name for people.
            desc: a sentence about it.
            required: whether it must be filled in.
            value: its value.
            options: values to choose from, as ``label`` and ``value``.
            kwargs: ``type``, the same as ``ftype``.
        """
        field = FormField()
        field["var"] = var
        field["type"] = kwargs.get("type") or ftype
        field["value"] = value
        if self["type"] in ("form", "result"):
            field["label"] = label
            field["desc"] = desc
            field["required"] = bool(required)
            for option in options or ():
                field.add_option(**option)
        elif field["type"] != "hidden":
            del field["type"]
        self.append(field)
        return field

    def get_fields(self, use_dict: bool = False) -> dict[str, FormField]:
        """Return the fields by var."""
        del use_dict
        return {each["var"]: each for each in self.iterables if isinstance(each, FormField)}

    def set_fields(self, fields: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Replace the fields, given by var as fields or dictionaries."""
        pairs = list(getattr(fields, "items", lambda: fields)())
        self.del_fields()
        for var, field in pairs:
            options = field.get_options() if isinstance(field, FormField) else field.get("options")
            names = ("label", "desc", "required", "value", "type")
            self.add_field(var=var, options=options, **{name: field.get(name) for name in names})

    def del_fields(self) -> None:
        """Remove the fields."""
        for field in list(self.get_fields().values()):
            self._drop_plugin(field)
        for element in self.xml.findall(f"{{{NS}}}field"):
            self.xml.remove(element)

    def get_values(self) -> dict[str, Any]:
        """Return var -> value."""
        return {var: field["value"] for var, field in self.get_fields().items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Set the fields' values; fields that are missing are added."""
        fields = self.get_fields()
        for var, value in values.items():
            field = fields.get(var)
            if field is None:
                self.add_field(var=var, value=value)
            else:
                field["value"] = value

    def get_instructions(self) -> str:
        """Return the instructions, one line for each element."""
        return "\n".join(each.text or "" for each in self.xml.findall(f"{{{NS}}}instructions"))

    def set_instructions(self, instructions: str | list[str] | None) -> None:
        """Replace the instructions, given as lines or as text."""
        self.del_instructions()
        lines = instructions.split("\n") if isinstance(instructions, str) else instructions
        for line in lines or ():
            if line:
                ET.SubElement(self.xml, f"{{{NS}}}instructions").text = line

    def del_instructions(self) -> None:
        """Remove the instructions."""
        self._remove("instructions")

    def add_reported(
        self, var: str, ftype: str | None = None, label: str = "", desc: str = "", **kwargs: Any
    ) -> FormField:
        """Add a column of the table of results (XEP-0004 section 3.4)."""
        field = FormField(xml=ET.SubElement(self._reported_element(), f"{{{NS}}}field"))
        field["var"] = var
        field["type"] = kwargs.get("type") or ftype
        field["label"] = label
        field["desc"] = desc
        return field

    def _reported_element(self) -> ET.Element:
        found = self.xml.find(f"{{{NS}}}reported")
        return ET.SubElement(self.xml, f"{{{NS}}}reported") if found is None else found

    def get_reported(self) -> dict[str, FormField]:
        """Return the columns by var."""
        found = (FormField(xml=xml) for xml in self.xml.findall(f"{{{NS}}}reported/{{{NS}}}field"))
        return {field["var"]: field for field in found}

    def set_reported(self, reported: Mapping[str, Any]) -> None:
        """Add columns, given by var as fields or as arguments of ``add_reported``."""
        for var, field in reported.items():
            if isinstance(field, FormField):
                self._reported_element().append(copy.deepcopy(field.xml))
                continue
            names = ("label", "desc", "type")
            self.add_reported(**{**{name: field.get(name) for name in names}, "var": var})

    def del_reported(self) -> None:
        """Remove the columns."""
        self._remove("reported")

    def add_item(self, values: Mapping[str, Any]) -> None:
        """Add a row: var -> value, for the columns there are; for all if there are none yet."""
        item = ET.SubElement(self.xml, f"{{{NS}}}item")
        columns: Mapping[str, FormField | None] = self.get_reported() or dict.fromkeys(values)
        for var, column in columns.items():
            field = FormField()
            if column is not None:
                field._type = column["type"]  # noqa: SLF001  a row's fields have their column's type
            field["var"] = var
            field["value"] = values.get(var)
            item.append(field.xml)

    def get_items(self) -> list[dict[str, Any]]:
        """Return the rows: var -> value, each."""
        rows = []
        for item in self.xml.findall(f"{{{NS}}}item"):
            fields = (FormField(xml=xml) for xml in item.findall(f"{{{NS}}}field"))
            rows.append({field["var"]: field["value"] for field in fields})
        return rows

    def set_items(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Replace the rows."""
        self.del_items()
        for item in items:
            self.add_item(item)

    def del_items(self) -> None:
        """Remove the rows."""
        self._remove("item")

    def cancel(self) -> None:
        """Make it the answer of somebody who does not want to fill it in."""
        self["type"] = "cancel"

    def reply(self) -> None:
        """Make it an answer: a form is submitted, what was submitted has a result."""
        following = {"form": "submit", "submit": "result"}.get(self["type"])
        if following is not None:
            self["type"] = following

    def merge(self, other: Form | Mapping[str, Any]) -> Self:
        """Return a copy with the fields of another form, or with other values."""
        new = copy.copy(self)
        if isinstance(other, Form):
            new.set_fields({**new.get_fields(), **other.get_fields()})
        else:
            new.set_values(other)
        return new

    def _remove(self, name: str) -> None:
        for element in self.xml.findall(f"{{{NS}}}{name}"):
            self.xml.remove(element)


register_stanza_plugin(FormField, FieldOption, iterable=True)
register_stanza_plugin(Form, FormField, iterable=True)

_SPELLINGS: dict[type[ElementBase], str] = {
    Form: "add_field add_reported del_fields del_instructions del_reported get_fields "
    "get_instructions get_reported get_values set_fields set_instructions set_reported set_values",
    FormField: "add_option del_options del_required del_value get_answer get_options get_required "
    "get_value set_answer set_false set_options set_required set_true set_value",
}
"""Methods that programs also call by an older spelling, ``addField``."""


def _spell(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


for _class, _names in _SPELLINGS.items():
    for _name in _names.split():
        setattr(_class, _spell(_name), getattr(_class, _name))
