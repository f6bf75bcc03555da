"""The rules of behaviour that pykka's own tests hold, run for its threading actor and for ours.

Each test here runs twice. What holds for both needs no word in the documentation; where ours
differs, a test at the end says how, and docs/supervision.md says why.
"""

from __future__ import annotations

import logging
import threading
import uuid

import pykka
import pytest
from pykka.messages import ProxyCall, ProxyGetAttr, ProxySetAttr

from supervisors import EventLoopActor, LoopFuture

RUNTIMES = [pykka.ThreadingActor, EventLoopActor]


class Events:
    def __init__(self):
        self.greeted = threading.Event()
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.failed = threading.Event()
        self.gate = threading.Event()
        self.log = []


def make_actor(runtime):
    class Plain:
        size = 3

    @pykka.traversable
    class Nested:
        depth = 7

        def dig(self, by):
            return self.depth + by

    class Actor(runtime):
        an_attr = "an attr"
        _private = "private"
        plain = Plain()

        def __init__(self, events, *, fail_in=()):
            super().__init__()
            self.events = events
            self.fail_in = fail_in
            self.nested = Nested()
            self._prop = "a property"

        def on_start(self):
            self.events.registered = pykka.ActorRegistry.get_by_urn(self.actor_urn)
            self.events.started.set()
            if "stop in on_start" in self.fail_in:
                self.stop()
            if "on_start" in self.fail_in:
                raise RuntimeError("in on_start")

        def on_stop(self):
            self.events.stopped.set()
            if "on_stop" in self.fail_in:
                raise RuntimeError("in on_stop")

        def on_failure(self, exception_type, exception_value, traceback):
            self.events.failure = (exception_type, exception_value, traceback)
            self.events.failed.set()
            if "on_failure" in self.fail_in:
                raise RuntimeError("in on_failure")

        def on_receive(self, message):
            self.events.log.append(message)
            if message == "raise":
                raise ValueError("raised")
            if message == "stop twice":
                self.stop()
                self.stop()
            elif message == "wait":
                self.events.gate.wait(5)
            elif message == "greet":
                self.events.greeted.set()
            elif message == "unknown":
                return super().on_receive(message)
            else:
                return ("re", message)
            return None

        @property
        def a_property(self):
            return self._prop

        @a_property.setter
        def a_property(self, value):
            self._prop = value

        @property
        def read_only(self):
            return 1

        def add(self, a, *, b=1):
            return a + b

        def note(self, what):
            self.events.log.append(what)

        def fail(self):
            raise ValueError("in a method")

        def grow(self):
            self.grown = lambda x: 2 * x

        def offload(self):
            self._later = self.actor_ref.proxy()
            self._later.note("later")
            self.note("now")

    return Actor


@pytest.fixture(params=RUNTIMES, ids=lambda runtime: runtime.__name__)
def actor_class(request):
    yield make_actor(request.param)
    pykka.ActorRegistry.stop_all()


@pytest.fixture
def events():
    return Events()


@pytest.fixture
def ref(actor_class, events):
    return actor_class.start(events)


@pytest.fixture
def proxy(ref):
    return ref.proxy()


def wait_dead(ref):
    assert ref.actor_stopped.wait(5)


# -- actors --------


def test_urns_are_unique_uuids(actor_class, events):
    urns = [actor_class.start(events).actor_urn for _ in range(3)]
    assert len(set(urns)) == 3
    assert {uuid.UUID(urn).version for urn in urns} == {4}


def test_str_names_class_and_urn(ref):
    actor = ref._actor_weakref()
    assert str(actor) == str(ref) == f"Actor ({ref.actor_urn})"
    assert "Actor" in repr(ref)
    assert ref.actor_urn in repr(ref)
    assert repr(ref).startswith("<")
    assert "Ref" in repr(ref)


def test_on_start_runs_before_the_first_message_and_after_registration(ref, events):
    assert ref.ask("x") == ("re", "x")
    assert events.started.is_set()
    assert events.registered is ref


def test_on_start_can_stop_the_actor(actor_class, events):
    ref = actor_class.start(events, fail_in=["stop in on_start"])
    wait_dead(ref)
    assert events.stopped.wait(5)


def test_on_start_failure_stops_the_actor(actor_class, events):
    wait_dead(actor_class.start(events, fail_in=["on_start"]))
    assert not events.failed.is_set()


def test_on_stop_runs_when_stopped(ref, events):
    assert ref.stop() is True
    assert events.stopped.is_set()
    assert not ref.is_alive()


def test_on_stop_failure_still_stops_the_actor(actor_class, events):
    ref = actor_class.start(events, fail_in=["on_stop"])
    ref.stop()
    wait_dead(ref)


def test_on_failure_runs_when_nobody_asked(ref, events):
    ref.tell("raise")
    assert events.failed.wait(5)
    kind, value, traceback = events.failure
    assert (kind, str(value)) == (ValueError, "raised")
    assert traceback is not None
    wait_dead(ref)
    assert not events.stopped.is_set()


def test_on_failure_failure_still_stops_the_actor(actor_class, events):
    ref = actor_class.start(events, fail_in=["on_failure"])
    ref.tell("raise")
    wait_dead(ref)


def test_an_exception_in_an_ask_goes_to_the_caller_only(ref, events):
    with pytest.raises(ValueError, match="raised"):
        ref.ask("raise")
    assert ref.is_alive()
    assert not events.failed.is_set()


def test_stop_on_self_may_be_called_often_and_lets_earlier_messages_pass(ref, events):
    ref.tell("wait")
    ref.tell("stop twice")
    ref.tell("greet")
    events.gate.set()
    wait_dead(ref)
    assert events.greeted.wait(5)
    assert events.log == ["wait", "stop twice", "greet"]


def test_messages_left_after_the_stop_are_answered(ref, events):
    ref.tell("wait")
    stopped = ref.stop(block=False)
    late = ref.ask("late", block=False)
    again = ref.stop(block=False)
    events.gate.set()
    with pytest.raises(pykka.ActorDeadError):
        late.get(timeout=30)
    assert stopped.get(timeout=30) is True
    assert again.get(timeout=30) is True


# -- refs --------


def test_tell_and_ask_after_the_end(ref):
    assert ref.is_alive()
    ref.stop()
    with pytest.raises(pykka.ActorDeadError):
        ref.tell("x")
    with pytest.raises(pykka.ActorDeadError):
        ref.ask("x")
    with pytest.raises(pykka.ActorDeadError):
        ref.ask("x", block=False).get()
    assert ref.stop() is False


@pytest.mark.parametrize("message", [None, 1, "s", (), {"command": "x"}, object()])
def test_any_object_is_a_message(ref, message):
    assert ref.ask(message) == ("re", message)


def test_ask_can_time_out(ref, events):
    with pytest.raises(pykka.Timeout):
        ref.ask("wait", timeout=0)
    events.gate.set()


def test_ask_can_give_a_future(ref):
    assert ref.ask("x", block=False).get() == ("re", "x")


# -- the registry --------


def test_registry_knows_actors_from_start_to_end(ref, actor_class):
    registry = pykka.ActorRegistry
    assert ref in registry.get_all()
    assert registry.get_by_urn(ref.actor_urn) is ref
    assert registry.get_by_class(actor_class) == [ref]
    assert registry.get_by_class(pykka.Actor) == [ref]
    assert registry.get_by_class_name("Actor") == [ref]
    ref.stop()
    assert registry.get_all() == []
    registry.unregister(ref)


def test_stop_all_stops_the_last_started_first(actor_class):
    events = [Events() for _ in range(3)]
    order = []
    refs = [actor_class.start(each) for each in events]
    for number, each in enumerate(events):
        each.stopped.set = lambda number=number: order.append(number)
    assert pykka.ActorRegistry.stop_all() == [True] * 3
    assert order == [2, 1, 0]
    assert not any(ref.is_alive() for ref in refs)


def test_broadcast(actor_class):
    events = [Events() for _ in range(3)]
    for each in events:
        actor_class.start(each)
    pykka.ActorRegistry.broadcast("greet", target_class="Actor")
    assert all(each.greeted.wait(5) for each in events)


# -- proxies --------


def test_proxy_attributes(proxy):
    assert proxy.an_attr.get() == "an attr"
    proxy.an_attr = "changed"
    assert proxy.an_attr.get() == "changed"
    assert proxy.a_property.get() == "a property"
    proxy.a_property = "new"
    assert proxy.a_property.get() == "new"
    with pytest.raises(AttributeError):
        proxy.read_only = 2
    with pytest.raises(AttributeError):
        proxy.missing.get()
    with pytest.raises(AttributeError):
        proxy._private.get()


def test_proxy_methods(proxy, events):
    assert proxy.add(1).get() == 2
    assert proxy.add(1, b=5).get() == 6
    proxy.note("side effect").get()
    proxy.note.defer("deferred")
    assert proxy.add(0).get() == 1
    assert events.log == ["side effect", "deferred"]
    with pytest.raises(ValueError, match="in a method"):
        proxy.fail().get()
    with pytest.raises(AttributeError):
        proxy.missing()
    proxy.fail.defer()
    assert events.failed.wait(5)


def test_proxy_sees_what_is_added_later(proxy):
    proxy.grow().get()
    assert proxy.grown(4).get() == 8


def test_proxy_of_oneself(proxy, events):
    proxy.offload().get()
    proxy.add(0).get()
    assert events.log == ["now", "later"]


def test_traversable(proxy):
    assert proxy.nested.depth.get() == 7
    assert proxy.nested.dig(2).get() == 9
    with pytest.raises(AttributeError):
        proxy.plain.size.get()
    assert proxy.plain.get().size == 3


def test_proxy_identity(ref, proxy):
    assert ref.proxy() == proxy
    assert hash(ref.proxy()) == hash(proxy)
    assert proxy.nested != proxy
    assert proxy.actor_ref is ref
    assert "an_attr" in dir(proxy)
    assert "ActorProxy" in repr(proxy)
    assert ref.actor_urn in repr(proxy)
    ref.stop()
    assert proxy.actor_ref is ref
    with pytest.raises(pykka.ActorDeadError):
        ref.proxy()


def test_proxy_messages_without_a_proxy(ref):
    assert ref.ask(ProxyCall(attr_path=("add",), args=(1,), kwargs={"b": 2})) == 3
    ref.ask(ProxySetAttr(attr_path=("an_attr",), value=5))
    assert ref.ask(ProxyGetAttr(attr_path=("an_attr",))) == 5


# -- logging --------


class Listening(logging.Handler):
    """Sets an event when an exception with this text is logged, on whatever thread."""

    def __init__(self, text):
        super().__init__()
        self.text = text
        self.heard = threading.Event()

    def emit(self, record):
        if record.exc_info and self.text in str(record.exc_info[1]):
            self.heard.set()


@pytest.mark.parametrize("where", ["on_start", "on_stop", "on_failure"])
def test_exceptions_in_hooks_are_logged(actor_class, events, where):
    listening = Listening(f"in {where}")
    logging.getLogger().addHandler(listening)
    try:
        ref = actor_class.start(events, fail_in=[where])
        if where == "on_stop":
            ref.stop()
        elif where == "on_failure":
            ref.tell("raise")
        assert listening.heard.wait(5)
    finally:
        logging.getLogger().removeHandler(listening)


def test_failures_nobody_asked_for_are_logged(ref, events, caplog):
    ref.tell("raise")
    wait_dead(ref)
    assert events.failed.wait(5)
    assert "Unhandled exception in Actor" in caplog.text


def test_unexpected_messages_are_logged(ref, caplog):
    caplog.set_level(logging.WARNING)
    ref.ask("unknown")
    assert "Unexpected message received by Actor" in caplog.text


# -- futures --------


@pytest.fixture(params=[pykka.ThreadingFuture, LoopFuture], ids=["ThreadingFuture", "LoopFuture"])
def future_class(request):
    return request.param


@pytest.fixture
def future(future_class):
    return future_class()


def test_set_only_once(future):
    future.set(1)
    for again in (lambda: future.set(2), future.set_exception):
        with pytest.raises(Exception, match=r"^$"):
            again()
    with pytest.raises(Exception, match=r"^$"):
        future.set_get_hook(lambda _timeout: 3)
    assert future.get() == future.get() == 1


def test_a_hooked_future_is_not_set(future):
    calls = []
    future.set_get_hook(lambda timeout: calls.append(timeout))
    for setter in (lambda: future.set(2), future.set_exception):
        with pytest.raises(Exception, match=r"^$"):
            setter()
    assert future.get(timeout=3) is None
    assert future.get() is None
    assert calls == [3]  # the hook runs once, even if it gives None


def _raise_here():
    raise NameError("here")


def test_exceptions_keep_their_traceback(future):
    try:
        _raise_here()
    except NameError:
        future.set_exception()
    with pytest.raises(NameError, match="here") as caught:
        future.get()
    assert "_raise_here" in {entry.name for entry in caught.traceback}


def test_get_times_out(future):
    with pytest.raises(pykka.Timeout):
        future.get(timeout=0)
    future.set(1)
    assert future.get(timeout=0) == 1


def test_get_all(future_class):
    futures = [future_class() for _ in range(3)]
    with pytest.raises(pykka.Timeout):
        pykka.get_all(futures, timeout=0)
    for number, each in enumerate(futures):
        each.set(number)
    assert pykka.get_all(futures) == pykka.get_all(futures) == [0, 1, 2]


def test_a_future_in_a_future(future_class):
    inner, outer = future_class(), future_class()
    outer.set(inner)
    inner.set("foo")
    assert outer.get().get() == "foo"


def test_map_filter_reduce_join(future_class):
    future = future_class()
    future.set([1, 2, 3])
    calls = []
    mapped = future.map(lambda value: calls.append(value) or len(value))
    assert mapped.get() == mapped.get() == 3
    assert calls == [[1, 2, 3]]
    assert future.filter(lambda x: x > 1).get() == [2, 3]
    assert future.reduce(lambda x, y: x + y).get() == 6
    assert future.reduce(lambda x, y: x + y, 4).get() == 10
    other = future_class()
    other.set("x")
    assert future.join(other).get() == [[1, 2, 3], "x"]
    for wrong in (other.map(len).filter(bool), other.map(len).reduce(max)):
        with pytest.raises(TypeError):
            wrong.get()


def test_derived_futures_pass_the_timeout_on(future):
    for derived in (
        future.map(len), future.filter(bool), future.reduce(max), future.join(future),
    ):  # fmt: skip
        with pytest.raises(pykka.Timeout):
            derived.get(timeout=0)


def test_an_empty_reduce_gives_the_initial_value(future):
    future.set([])
    assert future.reduce(lambda x, y: x + y, 13).get() == 13


# -- where ours differs (see docs/supervision.md for the reasons) --------


class Fatal(BaseException):
    pass


class Different(EventLoopActor):
    def on_receive(self, message):
        if message == "fatal":
            raise Fatal
        if message == "future":
            inner = LoopFuture()
            inner.set("value")
            return inner
        return message


@pytest.fixture
def stop_all():
    yield
    pykka.ActorRegistry.stop_all()


@pytest.mark.usefixtures("stop_all")
def test_difference_a_base_exception_stops_only_its_actor():
    one, other = Different.start(), Different.start()
    one.tell("fatal")
    wait_dead(one)
    assert other.ask("alive") == "alive"


@pytest.mark.usefixtures("stop_all")
def test_difference_a_future_as_a_result_is_awaited():
    assert Different.start().ask("future") == "value"


@pytest.mark.usefixtures("stop_all")
def test_difference_is_alive_is_false_and_stopped_set_only_after_on_stop():
    class Slow(EventLoopActor):
        def on_stop(self):
            seen.append((self.actor_ref.is_alive(), self.actor_stopped.is_set()))

    seen = []
    Slow.start().stop()
    assert seen == [(False, False)]


@pytest.mark.usefixtures("stop_all")
def test_difference_exceptions_given_to_a_caller_are_not_logged(caplog):
    caplog.set_level(logging.DEBUG)
    ref = make_actor(EventLoopActor).start(Events())
    with pytest.raises(ValueError, match="raised"):
        ref.ask("raise")
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.usefixtures("stop_all")
def test_difference_the_inbox_can_only_be_put_into():
    ref = Different.start()
    assert ref.actor_inbox.empty()
    with pytest.raises(TypeError, match="scheduler"):
        ref.actor_inbox.get()
