"""`SupervisorRef`: a supervisor's ref, with the requests to it as methods.

Each gives a `LoopFuture`: await it on the loop, `get()` it from another thread. A request goes
through the supervisor's inbox like any message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pykka.messages import ProxyCall

from supervisors.runtime import LoopRef

if TYPE_CHECKING:
    from supervisors.future import LoopFuture

__all__ = ["SupervisorRef"]


class SupervisorRef(LoopRef[Any]):
    """Ref of a supervisor: its requests as methods, each giving an awaitable future."""

    __slots__ = ()

    def _request(self, method: str, *args: Any, **kwargs: Any) -> LoopFuture[Any]:
        future: LoopFuture[Any] = self.ask(ProxyCall((method,), args, kwargs), block=False)
        return future

    def start_child(self, *args: Any, **kwargs: Any) -> LoopFuture[Any]:
        """Start one more child: see the supervisor's `start_child`."""
        return self._request("start_child", *args, **kwargs)

    def restart_child(self, child_id: Any) -> LoopFuture[Any]:
        """Start a child that is down: see `Supervisor.restart_child`."""
        return self._request("restart_child", child_id)

    def terminate_child(self, child_id: Any) -> LoopFuture[Any]:
        """Stop a child: see the supervisor's `terminate_child`."""
        return self._request("terminate_child", child_id)

    def delete_child(self, child_id: Any) -> LoopFuture[Any]:
        """Drop the spec of a child that is down: see `Supervisor.delete_child`."""
        return self._request("delete_child", child_id)

    def which_children(self) -> LoopFuture[Any]:
        """Return a list of `ChildInfo`, newest first."""
        return self._request("which_children")

    def which_child(self, child_id: Any) -> LoopFuture[Any]:
        """Return the `ChildInfo` of one child."""
        return self._request("which_child", child_id)

    def count_children(self) -> LoopFuture[Any]:
        """Return the `Counts`."""
        return self._request("count_children")

    def get_childspec(self, child_id: Any) -> LoopFuture[Any]:
        """Return the `ChildSpec` of one child."""
        return self._request("get_childspec", child_id)

    def tree(self) -> LoopFuture[Any]:
        """Return the tree below and with this supervisor, as a `TreeNode`."""
        return self._request("tree")

    def configure(self, **changes: Any) -> LoopFuture[Any]:
        """Change flags and specs at run time: see the supervisor's `configure`."""
        return self._request("configure", **changes)
