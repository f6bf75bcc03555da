from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actorxmpp.net.tls import PolicyContext, ServerContext, TlsPolicy, context_for, server_context

from .certificates import Issued, issue
from .harness import Joined, in_memory, over_tcp


@pytest.fixture(params=[in_memory, over_tcp], ids=["memory", "tcp"])
def joined(request: pytest.FixtureRequest) -> Joined:
    """Makes two connected ends; every test with it runs on each kind of connection."""
    made: Joined = request.param
    return made


@pytest.fixture(scope="session")
def authority() -> Issued:
    return issue("Test CA", is_ca=True)


class Trust:
    """Contexts for both sides, by a CA of our own."""

    def __init__(self, folder: Path, authority: Issued) -> None:
        self.folder = folder
        self.authority = authority
        self.server = issue("localhost", authority)
        self.ca_file = str(folder / "ca.pem")
        Path(self.ca_file).write_bytes(authority.pem)
        self.policy = TlsPolicy(ca_file=self.ca_file)
        self._count = 0

    async def client(self, policy: TlsPolicy | None = None) -> PolicyContext:
        context = await context_for(policy or self.policy)
        context.sessions.forget("localhost")
        return context

    async def serving(self, issued: Issued | None = None) -> ServerContext:
        return await server_context(self.file(issued or self.server))

    def file(self, issued: Issued, password: str = "") -> str:
        self._count += 1
        return issued.write(self.folder / f"{self._count}.pem", password)


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory, authority: Issued) -> Trust:
    return Trust(tmp_path_factory.mktemp("trust"), authority)


MakeTrust = Callable[[], Trust]
