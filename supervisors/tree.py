"""The tree of supervisors and their children, as data and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from supervisors.child import ChildState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from supervisors.policy import ChildType

__all__ = ["TreeNode", "render", "tree_of"]


class TreeNode(NamedTuple):
    """A supervisor or a worker in its tree.

    Attributes:
        id: the child's id; for the root the supervisor's name.
        ref: its ref; None while it is down.
        actor_class: name of the actor's class; empty while it is down.
        state: where it stands.
        type: worker or supervisor; None for the root.
        restarts: how often it was restarted.
        children: those below, in starting order. A supervisor that runs on another loop is
            listed without its children: ask it.
    """

    id: Any
    ref: Any
    actor_class: str
    state: ChildState
    type: ChildType | None
    restarts: int
    children: tuple[TreeNode, ...]


def tree_of(supervisor: Any) -> TreeNode:
    """Return the tree from this supervising actor down; call it on the actor's own thread."""
    ref = supervisor.actor_ref
    name = supervisor.name or type(supervisor).__name__
    return TreeNode(
        name, ref, type(supervisor).__name__, ChildState.RUNNING, None, 0, _below(supervisor)
    )


def _below(supervisor: Any) -> tuple[TreeNode, ...]:
    return tuple(
        _node(child, supervisor.actor_ref.scheduler)
        for child in supervisor._children.values()  # noqa: SLF001  # same package
    )


def _node(child: Any, scheduler: Any) -> TreeNode:
    info = child.line()
    ref = info.ref
    actor = ref.actor if ref is not None and ref.scheduler is scheduler else None
    below = _below(actor) if getattr(actor, "is_supervisor", False) else ()
    name = "" if ref is None else ref.actor_class.__name__
    return TreeNode(child.id, ref, name, info.state, info.type, info.restarts, below)


def render(node: TreeNode) -> str:
    """Return a tree as text, one line for each node."""
    return "\n".join(_lines(node, "", ""))


def _lines(node: TreeNode, first: str, rest: str) -> Iterator[str]:
    parts = [f"{first}{node.id}"]
    if node.actor_class and node.actor_class != str(node.id):
        parts.append(node.actor_class)
    if node.state is not ChildState.RUNNING:
        parts.append(f"[{node.state.value}]")
    if node.restarts:
        parts.append(f"(restarts: {node.restarts})")
    yield "  ".join(parts)
    for index, child in enumerate(node.children):
        last = index == len(node.children) - 1
        yield from _lines(
            child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  ")
        )
