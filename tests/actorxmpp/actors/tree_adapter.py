"""Where the tests of a session's ends reach inside: its actors, and ways to end one.

Everything else of these tests goes through the public API and the wire. When the tree is built
another way, this module is what has to be rewritten.

``ACTORS`` are named as the architecture names them; ``session`` is the supervisor of one
connection's actors, ``plugins`` that of the plugins' actors, ``plugin`` the actor of ``PLUGIN``.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from supervisors import ExitReason, kill
from supervisors.record import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp import ClientXMPP

__all__ = [
    "ACTORS",
    "PLUGIN",
    "WAYS",
    "Injected",
    "caused",
    "end",
    "intensity",
    "is_alive",
    "ref_of",
]

PLUGIN = "tree_probe"
"""The plugin whose actor is ended; the test's own, see ``harness_tree``."""

ACTORS = ("transport", "parser", "dispatcher", "plugin", "plugins", "session")
"""Every kind of actor of a session, from the socket up."""

SIBLINGS = ("plugins", "dispatcher", "parser", "transport")
"""The children of the session's supervisor in the order in which they start."""


class Injected(Exception):
    """A failure the test has caused: any other one is the code's own."""


def ref_of(bot: ClientXMPP, actor: str) -> Any:
    """The ref of one of a session's actors at this moment; None while there is none.

    Args:
        bot: the session's role object, also one that was replaced.
        actor: one of ``ACTORS``.
    """
    session = bot.session
    if actor == "session":
        return session.supervisor
    if actor == "plugin":
        slot = session.roles.plugins.get(PLUGIN)
        return None if slot is None else slot.ref
    address = getattr(session, actor)
    return None if address is None else address.ref


def is_alive(bot: ClientXMPP, actor: str) -> bool:
    """Whether one of a session's actors runs."""
    ref = ref_of(bot, actor)
    return ref is not None and ref.is_alive()


def intensity(actor: str) -> int:
    """How many restarts of an actor in a short while its supervisor puts up with."""
    from actorxmpp.actors import session

    return session.PLUGIN_INTENSITY if actor == "plugin" else session.INTENSITY


def _raise(error: BaseException) -> None:
    raise error


def _crash(bot: ClientXMPP, actor: str) -> None:
    """Let the actor fail with an exception, in its turn, after the messages it has."""
    ref_of(bot, actor).tell(Call(_raise, (Injected(actor),)))


def _cancel(bot: ClientXMPP, actor: str) -> None:
    """Let CancelledError be raised inside the actor, in its turn."""
    ref_of(bot, actor).tell(Call(_raise, (asyncio.CancelledError(),)))


def _kill(bot: ClientXMPP, actor: str) -> None:
    """End the actor at once: none of its hooks runs."""
    kill(ref_of(bot, actor))


def _restart_with_neighbour(bot: ClientXMPP, actor: str) -> None:
    """Let the supervisor end an actor that did nothing, because of a neighbour it depends on.

    The first sibling depends on nobody: it is stopped and started by request. The session's
    supervisor is stopped, as by one above it.
    """
    if actor == "session":
        ref_of(bot, actor).stop(block=False)
    elif actor == SIBLINGS[0]:
        supervisor = ref_of(bot, "session")
        supervisor.terminate_child(actor)
        supervisor.restart_child(actor)
    else:
        _crash(bot, _depends_on(actor))


def _depends_on(actor: str) -> str:
    """Whose restart brings that of an actor along."""
    return "plugins" if actor == "plugin" else SIBLINGS[SIBLINGS.index(actor) - 1]


WAYS: dict[str, Callable[[ClientXMPP, str], None]] = {
    "crash": _crash,
    "kill": _kill,
    "cancelled": _cancel,
    "neighbour": _restart_with_neighbour,
}
"""The ways in which one actor ends once; the fifth way is to crash it until the supervisor gives
up, which the test does step by step."""


def end(bot: ClientXMPP, actor: str, way: str) -> bool:
    """End an actor; False if it, or who is to bring its end about, is not there."""
    needed = {actor, "session"}
    if way == "neighbour" and actor not in ("session", SIBLINGS[0]):
        needed.add(_depends_on(actor))
    if not all(is_alive(bot, each) for each in needed):
        return False
    WAYS[way](bot, actor)
    return True


def caused(reason: ExitReason) -> bool:
    """Whether the test has made an actor end for this reason, or its supervisor has."""
    return reason.exception is None or isinstance(reason.exception, Injected)
