"""Matching a stanza object against a path of its interfaces and plugins.

``iq@type=set/roster/item`` fits an IQ of type set whose plugin ``roster`` has a substanza ``item``.
Each step names an element, or the interface of a plugin; ``@interface=value`` compares an interface
of that step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorxmpp.xmlstream.paths import Step, compile_path, compile_step, local_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actorxmpp.xmlstream.elementbase import ElementBase


def match_path(stanza: ElementBase, xpath: str | list[str]) -> bool:
    """Tells whether a path, or a list of its steps, fits a stanza."""
    if isinstance(xpath, str):
        return match_steps(stanza, compile_path(xpath))
    return match_steps(stanza, tuple(compile_step(text) for text in xpath))


def match_steps(stanza: ElementBase, steps: Sequence[Step], index: int = 0) -> bool:
    """Tells whether the steps from ``index`` on fit a stanza."""
    step = steps[index]
    if step.name not in (stanza.name, stanza.tag, stanza.plugin_attrib) and (
        step.name not in stanza.loaded_plugins
    ):
        return False
    for interface, wanted in step.attributes:
        value = stanza[interface]
        if not value if wanted is None else (value != wanted and str(value) != wanted):
            return False
    if index + 1 == len(steps):
        return True
    following = steps[index + 1]
    if following.text in stanza.sub_interfaces and stanza[following.text]:
        return True
    if any(match_steps(item, steps, index + 1) for item in stanza.iterables):
        return True
    name = local_name(following.name)
    return any(
        match_steps(plugin, steps, index + 1)
        for (attrib, _), plugin in stanza.plugins.items()
        if attrib == name
    )
