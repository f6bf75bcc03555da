"""The plugin system: what plugin authors rely on."""

from __future__ import annotations

import importlib.metadata
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from actorxmpp import BasePlugin, ClientXMPP
from actorxmpp.exceptions import PluginNotFound, PluginUnavailable
from actorxmpp.plugins import PLUGINS, base, default_plugins
from actorxmpp.plugins.base import find_plugin, register_plugin

from .wire import Wire, client, condition, until


class Demo(BasePlugin):
    """Writes down what is called."""

    name = "demo"
    description = "Demo"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = ("urn:example:demo",)
    default_config: ClassVar[dict[str, Any]] = {"answer": 42}
    api_handlers: ClassVar[dict[str, str]] = {"decide": "_decide"}
    calls: ClassVar[list[Any]] = []

    def plugin_init(self) -> None:
        self.calls.append("init")
        self.handle("Demo", "message/body", self._handle)
        self.add_filter("in", self._filter)

    def post_init(self) -> None:
        self.calls.append("post_init")

    def plugin_end(self) -> None:
        self.calls.append("end")

    def session_bind(self, jid: Any) -> None:
        self.calls.append(("bind", str(jid)))

    def _filter(self, stanza: Any) -> Any:
        return stanza

    def _decide(self, jid: Any, node: str, ifrom: Any, args: Any) -> Any:
        return ("default", node, args)

    def _handle(self, message: Any) -> None:
        if message["body"] == "fail":
            raise RuntimeError("on purpose")
        self.kept["seen"] = [*self.kept.get("seen", []), message["body"]]
        self.xmpp.event("demo_seen", message)


@pytest.fixture(autouse=True)
def demo() -> Any:
    Demo.calls.clear()
    register_plugin(Demo)
    return Demo


def test_the_hooks_are_called_in_order_and_the_feature_is_said() -> None:
    async def main(wire: Wire) -> None:
        await until(lambda: len(Demo.calls) == 3)
        assert Demo.calls == ["init", "post_init", ("bind", "romeo@localhost/orchard")]
        info = await wire["xep_0030"].get_info(local=True)
        assert "urn:example:demo" in info["features"]
        wire.role.plugin.disable("demo")
        await until(lambda: Demo.calls[-1] == "end")
        info = await wire["xep_0030"].get_info(local=True)
        assert "urn:example:demo" not in info["features"]
        assert not wire.role.filters_in

    client(main, ["demo"])


def test_a_plugin_enabled_at_run_time_hears_of_the_session_at_once() -> None:
    async def main(wire: Wire) -> None:
        wire.role.register_plugin("demo", {"answer": 1})
        assert Demo.calls == [("bind", "romeo@localhost/orchard"), "init", "post_init"]
        plugin = wire["demo"]
        assert plugin.answer == 1
        plugin.answer = 2
        assert plugin.config == {"answer": 2}

    client(main, ["xep_0030"])


def test_an_actor_is_started_by_the_first_stanza_and_keeps_the_order() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("demo_seen")
        slot = wire.role.plugin.slots["xep_0030"]
        assert slot.ref is None
        for number in range(300):
            wire.recv(f"<message from='a@localhost'><body>{number}</body></message>")
        await until(lambda: len(wire.events) == 300)
        assert wire["demo"].kept["seen"] == [str(number) for number in range(300)]
        assert wire.role.plugin.slots["demo"].ref is not None
        assert slot.ref is None

    client(main, ["demo"])


def test_what_is_kept_outlasts_a_restart_and_filters_are_there_once() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("demo_seen", "plugin_restarted")
        for body in ("a", "fail", "b"):
            wire.recv(f"<message from='a@localhost'><body>{body}</body></message>")
        await wire.happened("plugin_restarted")
        await until(lambda: len([each for each in wire.events if each[0] == "demo_seen"]) == 2)
        assert wire["demo"].kept["seen"] == ["a", "b"]
        assert len(wire.role.filters_in) == 1
        assert condition(await wire.sent()) == "internal-server-error"

    client(main, ["demo"])


def test_programs_take_operations_over_by_how_particular_they_are() -> None:
    async def main(wire: Wire) -> None:
        api = wire["demo"].api
        assert await api["decide"](None, "n", None, 1) == ("default", "n", 1)

        async def later(jid: Any, node: Any, ifrom: Any, args: Any) -> str:
            return "all"

        api.register(later, "decide")
        api.register(lambda *_: "jid", "decide", "a@localhost")
        api.register(lambda *_: "node", "decide", "a@localhost", "n")
        assert await api["decide"]("b@localhost") == "all"
        assert await api["decide"]("a@localhost") == "jid"
        assert await api["decide"]("a@localhost", "n") == "node"
        api.unregister("decide", "a@localhost", "n")
        assert await api["decide"]("a@localhost", "n") == "jid"
        api.restore_default("decide")
        assert await api["decide"]("b@localhost", "n", None, 2) == ("default", "n", 2)
        assert await api["unknown"]() is None
        api.settings["client_bare"] = True
        assert await api["decide"]("a@localhost/x") == "jid"

    client(main, ["demo"])


def test_who_depends_on_a_plugin_ends_with_it() -> None:
    async def main(wire: Wire) -> None:
        handle = wire["demo"]
        wire.role.plugin.disable("xep_0030")
        assert "demo" not in wire.role.plugin
        with pytest.raises(PluginUnavailable, match="disabled"):
            handle.anything()
        with pytest.raises(PluginNotFound):
            wire["demo"]

    client(main, ["demo"])


def test_a_plugin_that_can_not_begin_leaves_nothing() -> None:
    class Broken(BasePlugin):
        name = "broken"

        def plugin_init(self) -> None:
            self.handle("Broken", "message/body", print)
            raise RuntimeError("on purpose")

    register_plugin(Broken)

    async def main(wire: Wire) -> None:
        before = len(wire.role.session.roles.index)
        with pytest.raises(RuntimeError, match="on purpose"):
            wire.role.register_plugin("broken")
        assert "broken" not in wire.role.plugin
        assert len(wire.role.session.roles.index) == before

    client(main, [])


@pytest.mark.parametrize("kind", ["class", "module"])
def test_plugins_of_other_packages_are_found_by_entry_point(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(BasePlugin):
        name = "elsewhere"

    module = ModuleType("some_package")
    module.elsewhere = Elsewhere  # type: ignore[attr-defined]
    entry = SimpleNamespace(load=lambda: Elsewhere if kind == "class" else module)

    def entry_points(group: str, name: str) -> list[Any]:
        return [entry] if (group, name) == (base.ENTRY_POINTS, "elsewhere") else []

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    monkeypatch.delitem(base._REGISTRY, "elsewhere", raising=False)
    assert find_plugin("elsewhere") is Elsewhere
    with pytest.raises(PluginNotFound):
        find_plugin("nowhere")


def test_all_plugins_together() -> None:
    async def main(wire: Wire) -> None:
        wire.role.register_plugins()
        assert set(wire.role.plugin) == set(default_plugins())
        asleep = [name for name, slot in wire.role.plugin.slots.items() if slot.ref is None]
        assert len(asleep) > len(wire.role.plugin) - 6
        for name in reversed(list(wire.role.plugin)):
            if name in wire.role.plugin:
                wire.role.plugin.disable(name)
        await wire.quiet()
        assert not wire.role.plugin.slots
        assert len(wire.role.session.roles.index) == 0

    client(main, [])


def test_sessions_share_what_they_say_of_themselves() -> None:
    first, second = (ClientXMPP(f"{name}@localhost", "secret") for name in "ab")
    for role in (first, second):
        role.register_plugins()
    nodes = [role["xep_0030"].static.get_node() for role in (first, second)]
    assert nodes[0].features is nodes[1].features
    assert first["xep_0115"].cache is second["xep_0115"].cache


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_says_where_its_stanza_classes_are(name: str) -> None:
    role = ClientXMPP("a@localhost", "secret")
    role.register_plugin(name)
    module = role[name].stanza
    package = f"actorxmpp.plugins.{name}"
    assert module.__name__ in (
        f"{package}.stanza",
        type(role.plugin.slots[name].instance).__module__,
    )
