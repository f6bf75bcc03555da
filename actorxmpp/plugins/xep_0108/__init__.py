"""XEP-0108: User Activity: what somebody does, published for contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.xmlstream import ET, ElementBase

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0108", "UserActivity"]

NS = "http://jabber.org/protocol/activity"

_GENERAL: Final = """
doing_chores drinking eating exercising grooming having_appointment inactive relaxing talking
traveling undefined working
"""
GENERAL: Final = frozenset(_GENERAL.split())
"""Kinds of activities (section 3)."""

_SPECIFIC: Final = """
at_the_spa brushing_teeth buying_groceries cleaning coding commuting cooking cycling dancing
day_off doing_maintenance doing_the_dishes doing_the_laundry driving fishing gaming gardening
getting_a_haircut going_out hanging_out having_a_beer having_a_snack having_breakfast
having_coffee having_dinner having_lunch having_tea hiding hiking in_a_car in_a_meeting
in_real_life jogging on_a_bus on_a_plane on_a_train on_a_trip on_the_phone on_vacation
on_video_phone other partying playing_sports praying reading rehearsing running running_an_errand
scheduled_holiday shaving shopping skiing sleeping smoking socializing studying sunbathing
swimming taking_a_bath taking_a_shower thinking walking walking_the_dog watching_a_movie
watching_tv working_out writing
"""
SPECIFIC: Final = frozenset(_SPECIFIC.split())
"""Activities; each belongs to one kind or several."""


class UserActivity(ElementBase):
    """What is published; interfaces ``value`` and ``text``.

    ``value`` is the kind and the activity, None where it is not said; settable as the kind alone.
    """

    name = plugin_attrib = "activity"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"value", "text"}
    sub_interfaces: ClassVar[set[str]] = {"text"}
    general: ClassVar[frozenset[str]] = GENERAL
    specific: ClassVar[frozenset[str]] = SPECIFIC

    def get_value(self) -> tuple[str | None, str | None]:
        """Return the kind and the activity."""
        for kind in self.xml:
            if _local(kind) in GENERAL:
                found = (_local(each) for each in kind if _local(each) in SPECIFIC)
                return _local(kind), next(found, None)
        return None, None

    def set_value(self, value: tuple[str, str | None] | str) -> None:
        """Set the kind and the activity.

        Raises:
            ValueError: if there is none of this name.
        """
        general, specific = (value, None) if isinstance(value, str) else value
        if general not in GENERAL:
            raise ValueError(f"{general!r} is no kind of activity of XEP-0108")
        if specific is not None and specific not in SPECIFIC:
            raise ValueError(f"{specific!r} is no activity of XEP-0108")
        self.del_value()
        kind = ET.Element(f"{{{NS}}}{general}")
        self.xml.insert(0, kind)
        if specific is not None:
            ET.SubElement(kind, f"{{{NS}}}{specific}")

    def del_value(self) -> None:
        """Remove the activity."""
        for each in [each for each in self.xml if _local(each) in GENERAL]:
            self.xml.remove(each)


def _local(element: ET.Element) -> str:
    return str(element.tag).removeprefix(f"{{{NS}}}")


class XEP_0108(PepPlugin):
    """User Activity, both roles.

    Events: ``user_activity_publish``, with the message, when a contact publishes one.
    """

    name = "xep_0108"
    description = "XEP-0108: User Activity"
    xep_version = "1.3"
    pep_name = "user_activity"
    pep_stanza = UserActivity

    def publish_activity(
        self,
        general: str,
        specific: str | None = None,
        text: str | None = None,
        **pubsubkwargs: Any,
    ) -> Awaitable[Iq]:
        """Publish what one does (section 2).

        Args:
            general: the kind of activity.
            specific: the activity.
            text: some words about it.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.

        Raises:
            ValueError: if there is none of this name.
        """
        activity = UserActivity()
        activity["value"] = (general, specific)
        activity["text"] = text
        return self.publish(activity, **pubsubkwargs)
