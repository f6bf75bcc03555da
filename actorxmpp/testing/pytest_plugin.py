"""The pytest plugin: a server in memory, sessions on it, and ``async def`` tests that use them.

```python
async def test_two_bots(xmpp_client_factory):
    echo = await xmpp_client_factory(EchoBot, "echo@localhost/bot")
    juliet = await xmpp_client_factory(jid="juliet@localhost/balcony")
    juliet.send_message("echo@localhost/bot", "hello", mtype="chat")
    assert (await juliet.wait_until("message"))["body"] == "hello"
```

It is there as soon as the package is installed. Real time passes here; ``XMPPTestCase`` is for
tests in which it must not. No other plugin for asynchronous tests is needed; one that is there must
leave these tests alone (pytest-asyncio does so in its strict mode, the default).
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

try:
    import pytest
except ImportError as error:  # pragma: no cover  pytest is what loads this
    raise ImportError("the fixtures of actorxmpp need pytest: pip install pytest") from error

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from actorxmpp.testing.memory import MemoryServer
    from actorxmpp.testing.sessions import SessionFactory

__all__ = ["xmpp_client_factory", "xmpp_loop", "xmpp_server"]


@pytest.fixture
def xmpp_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Give one test an event loop; an ``async def`` test that uses it runs on it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


@pytest.fixture
def xmpp_server(xmpp_loop: asyncio.AbstractEventLoop) -> Iterator[MemoryServer]:
    """Give one test a server without sockets: ``localhost``, any account, password ``secret``."""
    from actorxmpp.testing.memory import MemoryServer

    server = xmpp_loop.run_until_complete(MemoryServer().__aenter__())
    yield server
    xmpp_loop.run_until_complete(server.__aexit__())


@pytest.fixture
def xmpp_client_factory(
    xmpp_loop: asyncio.AbstractEventLoop, xmpp_server: MemoryServer
) -> Iterator[SessionFactory]:
    """Start sessions on ``xmpp_server``; they end with the test."""
    from actorxmpp.testing.sessions import SessionFactory

    factory = SessionFactory(xmpp_server, xmpp_loop)
    yield factory
    xmpp_loop.run_until_complete(factory.close())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run an ``async def`` test that uses ``xmpp_loop`` on that loop."""
    loop: Any = pyfuncitem.funcargs.get("xmpp_loop")
    test: Any = pyfuncitem.obj
    if loop is None or not inspect.iscoroutinefunction(test):
        return (yield)

    def run(*args: Any, **kwargs: Any) -> None:
        loop.run_until_complete(test(*args, **kwargs))

    pyfuncitem.obj = run
    try:
        return (yield)
    finally:
        pyfuncitem.obj = test
