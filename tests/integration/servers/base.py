"""What Prosody and ejabberd have in common when a test runs them.

A :class:`RealServer` owns one folder (configuration, data, certificate, logs), a set of ports on
127.0.0.1 and at most one process, which it ends by its own process group and nothing else. The
ports stay the same over ``kill()`` and ``start()``, so that clients can come back.

A server that isn't installed is an error with the command that installs it, never a skipped test.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from .pki import Authority, CertificateFiles

HOST = "127.0.0.1"
START_TIMEOUT_S = 90.0
"""A server that isn't up after this time won't come up."""
STOP_TIMEOUT_S = 20.0
POLL_S = 0.05
COMMAND_TIMEOUT_S = 120.0
LOG_LINES = 60
# Below the kernel's ephemeral range (32768 and up): no outgoing connection can take one of these
# while the server is down between kill() and start().
PORT_RANGE = range(20_000, 32_000)


class ServerError(AssertionError):
    """A real server didn't do what the test needs; the text ends with the server's log."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a server listens, all on 127.0.0.1."""

    starttls: int
    direct_tls: int
    component: int
    control: int


class RealServer:
    """One real server: start it, give it accounts, kill it, start it again.

    Args:
        domain: the XMPP domain; its name is in the certificate, 127.0.0.1 is not.
        components: JID of each component (XEP-0114) with its secret.
        authority: who signs the certificate; a new one if not given.
        certificate: a certificate to use as it is, for tests of bad ones.
    """

    name: ClassVar[str]
    user: ClassVar[str]
    programs: ClassVar[tuple[str, ...]]
    packages: ClassVar[str]

    def __init__(
        self,
        domain: str = "xmpp.test",
        *,
        components: Mapping[str, str] | None = None,
        authority: Authority | None = None,
        certificate: CertificateFiles | None = None,
    ) -> None:
        require(self.programs, self.packages)
        self.domain = domain
        self.components = dict(components or {})
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.folder.chmod(0o755)
        self.authority = authority or Authority(self.folder)
        self.ports = Ports(*free_ports(4))
        self._certificate = certificate or self.authority.issue(
            (domain, f"rooms.{domain}"), stem=f"{self.name}-{self.ports.starttls}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    # What each server says for itself.

    def configure(self) -> None:
        """Write the configuration files into the folder."""
        raise NotImplementedError

    def command(self) -> Sequence[str]:
        """The command line that runs the server in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The server's environment; nothing of the test's own but the search path."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def add_accounts(self, accounts: Mapping[str, str]) -> None:
        """Register accounts, user name to password, all in one call of the server's own tool."""
        raise NotImplementedError

    def request_stop(self) -> None:
        """Ask the running server to end."""
        self._signal(signal.SIGTERM)

    # What tests use.

    @property
    def ca_file(self) -> Path:
        """The certificate authority a client has to trust."""
        return self.authority.ca_file

    @property
    def address(self) -> str:
        """``host:port`` of the STARTTLS port, as a fleet file states it."""
        return f"{HOST}:{self.ports.starttls}"

    @property
    def direct_tls_address(self) -> str:
        """``host:port`` of the port that begins with TLS (XEP-0368)."""
        return f"{HOST}:{self.ports.direct_tls}"

    @property
    def component_address(self) -> str:
        """``host:port`` for components."""
        return f"{HOST}:{self.ports.component}"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises:
            ServerError: it is running already, or it doesn't come up.
        """
        if self.running:
            raise ServerError(f"{self.name} is running already")
        self.configure()
        self._own_folder()
        # What the log says about an earlier run stays: it is opened for appending.
        with self.console_file.open("ab") as console:
            self._process = subprocess.Popen(
                as_user(self.user, self.command()),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment(),
                start_new_session=True,
            )
        self._wait_until_up()
        return self

    def kill(self) -> None:
        """End the server as a power failure would: SIGKILL, nothing is said to its clients."""
        self._signal(signal.SIGKILL)
        self._wait_for_exit(STOP_TIMEOUT_S)

    def pause(self) -> None:
        """Stop the server's clock (SIGSTOP): connections stay, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Let the server say goodbye and end; kill it if it doesn't."""
        if not self.running:
            return
        self.resume()
        self.request_stop()
        try:
            self._wait_for_exit(STOP_TIMEOUT_S)
        except ServerError:
            self.kill()

    def restart(self) -> None:
        """Stop the server and start it again on the same ports with the same accounts."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        if self._process is not None and self._process.poll() is None:
            self._signal(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    # Logs.

    @property
    def console_file(self) -> Path:
        """What the server writes to stdout and stderr."""
        return self.folder / "console.log"

    def log_files(self) -> Iterable[Path]:
        """The files a failure quotes."""
        return (self.console_file,)

    def log_tail(self, lines: int = LOG_LINES) -> str:
        """The last lines of each log file."""
        parts = []
        for path in self.log_files():
            if path.is_file():
                tail = path.read_text("utf-8", errors="replace").splitlines()[-lines:]
                parts.append("\n".join([f"--- {self.name}: {path.name}", *tail]))
        return "\n".join(parts) or f"--- {self.name}: no log yet"

    def fail(self, message: str) -> ServerError:
        """An error that quotes the logs."""
        return ServerError(f"{self.name}: {message}\n{self.log_tail()}")

    # How it is done.

    def tool(self, *arguments: str, stdin: str | None = None) -> str:
        """Run one of the server's own tools as the server's user.

        Returns:
            What it printed.

        Raises:
            ServerError: it failed.
        """
        done = subprocess.run(
            as_user(self.user, arguments),
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            cwd=self.folder,
            env=self.environment(),
            check=False,
        )
        if done.returncode:
            raise self.fail(
                f"{arguments[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
            )
        return done.stdout

    def _own_folder(self) -> None:
        """Give the folder to the server's user; the CA stays readable for everybody."""
        if os.geteuid() != 0:
            return
        for path in (self.folder, *self.folder.rglob("*"), *self._certificate_paths()):
            shutil.chown(path, self.user, self.user)

    def _certificate_paths(self) -> tuple[Path, Path]:
        return self._certificate.certificate, self._certificate.key

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (self._answers() and self._listens_everywhere()):
            if not self.running:
                raise self.fail("ended while starting")
            if time.monotonic() > deadline:
                self.kill()
                raise self.fail(f"isn't up after {START_TIMEOUT_S:g} s")
            time.sleep(POLL_S)

    def _answers(self) -> bool:
        """Whether a stream header is answered with features, so whether the domain is served."""
        header = (
            f"<?xml version='1.0'?><stream:stream to='{self.domain}' version='1.0' "
            "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        try:
            with socket.create_connection((HOST, self.ports.starttls), timeout=2) as connection:
                connection.sendall(header.encode())
                answer = b""
                while b"</stream:features>" not in answer:
                    if not (data := connection.recv(4096)):
                        return False
                    answer += data
                connection.sendall(b"</stream:stream>")
        except OSError:
            return False
        return True

    def _listens_everywhere(self) -> bool:
        ports = [self.ports.direct_tls]
        if self.components:
            ports.append(self.ports.component)
        try:
            for port in ports:
                socket.create_connection((HOST, port), timeout=2).close()
        except OSError:
            return False
        return True

    def _signal(self, signum: int) -> None:
        """Signal the process group that this object started, and nothing else."""
        if self._process is None or self._process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signum)

    def _wait_for_exit(self, timeout_s: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise self.fail(f"still runs {timeout_s:g} s after it was asked to end") from None


def require(programs: Iterable[str], packages: str) -> None:
    """Check that a server is installed.

    Raises:
        ServerError: it isn't; the text says how to install it.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise ServerError(
            f"{', '.join(missing)} not found: the server tests run against real servers. "
            f"On Debian: apt-get install {packages} (or run .ci/run)"
        )


def as_user(user: str, command: Sequence[str]) -> list[str]:
    """The command, run as the server's user when the tests are run by root.

    Both servers refuse to run as root; anybody else runs them under the own name.
    """
    if os.geteuid() != 0:
        return list(command)
    require(("setpriv",), "util-linux")
    return ["setpriv", "--reuid", user, "--regid", user, "--init-groups", *command]


def free_ports(count: int) -> tuple[int, ...]:
    """Find ports of 127.0.0.1 that nobody listens on.

    Returns:
        Different ports below the ephemeral range.
    """
    found: list[int] = []
    for port in random.sample(PORT_RANGE, k=1000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return tuple(found)
    raise ServerError(f"no {count} free ports in {PORT_RANGE}")


def checked_name(user: str) -> str:
    """A user name that can be written into a tool's command line as it is.

    Raises:
        ValueError: it has a character outside a-z, 0-9, ``.``, ``_`` and ``-``.
    """
    if not re.fullmatch(r"[a-z0-9._-]+", user):
        raise ValueError(f"not a plain user name: {user!r}")
    return user
