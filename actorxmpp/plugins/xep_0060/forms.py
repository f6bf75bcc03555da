"""Forms that are sent to a service: each says what it is about (XEP-0060 section 16.4)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from actorxmpp.plugins.xep_0004 import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NODE_CONFIG", "PUBLISH_OPTIONS", "SUBSCRIBE_OPTIONS", "make_form"]

_NS = "http://jabber.org/protocol/pubsub"
NODE_CONFIG = f"{_NS}#node_config"
PUBLISH_OPTIONS = f"{_NS}#publish-options"
SUBSCRIBE_OPTIONS = f"{_NS}#subscribe_options"


def make_form(given: Form | Mapping[str, Any], form_type: str) -> Form:
    """Make the form that is sent.

    Args:
        given: a form, which stays as it is, or var -> value.
        form_type: what it has to be about.
    """
    if isinstance(given, Form):
        form = copy.copy(given)
        form["type"] = "submit"
    else:
        form = Form()
        form["type"] = "submit"
        for var, value in given.items():
            form.add_field(var, value=value)
    if "FORM_TYPE" in form.get_fields():
        form.field["FORM_TYPE"]["value"] = form_type
        return form
    said = Form()
    said.add_field("FORM_TYPE", "hidden", value=form_type)
    form.xml.insert(0, said.xml[0])
    return form
