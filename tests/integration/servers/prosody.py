"""Prosody, as Debian packages it, for one test.

The configuration is what a small public server has: TLS 1.3 and 1.2, SCRAM, stream management
(XEP-0198), carbons, archive, chat rooms; no server-to-server. Accounts go through the real
``prosodyctl shell``, whose Lua prompt takes any number of them in one call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import HOST, RealServer, checked_name

MODULES = (
    "admin_shell",
    "blocklist",
    "bookmarks",
    "carbons",
    "csi_simple",
    "disco",
    "log_auth",
    "mam",
    "pep",
    "ping",
    "private",
    "roster",
    "saslauth",
    "smacks",
    "time",
    "tls",
    "vcard4",
    "vcard_legacy",
    "version",
)


ACCOUNTS_PER_CALL = 500
"""One argument of a command line may have 128 KiB."""


class Prosody(RealServer):
    """A Prosody of its own.

    Args:
        domain: see :class:`RealServer`, as all other arguments that aren't named here.
        authentication: ``internal_hashed`` offers one SCRAM, ``internal_plain`` SHA-1 and SHA-256.
        password_hash: which SCRAM ``internal_hashed`` offers: ``SHA-1`` or ``SHA-256``.
        settings: more options for the configuration's global part; a string, number, boolean,
            list or dict becomes the Lua value.
    """

    name = "prosody"
    user = "prosody"
    programs = ("prosody", "prosodyctl")
    packages = "prosody prosody-modules"

    def __init__(
        self,
        domain: str = "xmpp.test",
        *,
        authentication: str = "internal_hashed",
        password_hash: str = "SHA-1",
        settings: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(domain, **options)
        self._hosts = [domain]
        self._settings = {
            "authentication": authentication,
            "password_hash": password_hash,
            **(settings or {}),
        }

    @property
    def config_file(self) -> Path:
        """The configuration."""
        return self.folder / "prosody.cfg.lua"

    def command(self) -> Sequence[str]:
        """Prosody in the foreground."""
        return ("prosody", "-F", "--config", str(self.config_file))

    def log_files(self) -> Iterable[Path]:
        """Console and log."""
        return (self.console_file, self.folder / "prosody.log")

    def add_accounts(self, accounts: Mapping[str, str]) -> None:
        """Register accounts by ``prosodyctl shell``, many in one call (one alone takes 0.2 s)."""
        waiting = list(accounts.items())
        while waiting:
            some, waiting = waiting[:ACCOUNTS_PER_CALL], waiting[ACCOUNTS_PER_CALL:]
            made = f"made {len(some)}"
            calls = [
                f"user:create({lua(f'{checked_name(user)}@{self.domain}')}, {lua(password)})"
                for user, password in some
            ]
            self._shell(" and ".join([*calls, lua(made)]), expect=made)

    def remove_account(self, user: str) -> None:
        """Delete one account; its sessions are ended."""
        self._shell(f"user:delete({lua(f'{user}@{self.domain}')})", expect="deleted")

    def add_host(self, domain: str) -> None:
        """Serve another domain from the next start on, with the same certificate."""
        self._hosts.append(domain)

    def logins(self) -> int:
        """How many logins there were, by the server's log."""
        return self._log().count("Authenticated as ")

    def failed_logins(self, user: str) -> int:
        """How often the password of this account was refused, by the server's log."""
        return sum(
            f"{user}@{self.domain}" in line and "Failed authentication" in line
            for line in self._log().splitlines()
        )

    def _log(self) -> str:
        return (self.folder / "prosody.log").read_text("utf-8", errors="replace")

    def _shell(self, line: str, *, expect: str) -> None:
        answer = self.tool("prosodyctl", "--config", str(self.config_file), "shell", line)
        if expect not in answer:
            raise self.fail(f"prosodyctl shell answered {answer!r}, expected {expect!r}")

    def configure(self) -> None:
        """Write prosody.cfg.lua and make the data folder."""
        # Prosody looks for certificates in certs/ as well and logs an error if there is none.
        for name in ("data", "certs"):
            (self.folder / name).mkdir(exist_ok=True)
        lines = [f"{key} = {lua(value)}" for key, value in self._global_settings().items()]
        lines += [f"VirtualHost {lua(domain)}" for domain in self._hosts]
        lines.append(f'Component "rooms.{self.domain}" "muc"')
        for jid, secret in self.components.items():
            lines += [f"Component {lua(jid)}", f"component_secret = {lua(secret)}"]
        self.config_file.write_text("\n".join(lines) + "\n", "utf-8")
        self.config_file.chmod(0o600)

    def _global_settings(self) -> dict[str, Any]:
        return {
            "pidfile": str(self.folder / "prosody.pid"),
            "data_path": str(self.folder / "data"),
            "admin_socket": str(self.folder / "admin.sock"),
            "log": {"info": str(self.folder / "prosody.log")},
            "modules_enabled": list(MODULES),
            "modules_disabled": ["s2s"],
            "interfaces": [HOST],
            "local_interfaces": [HOST],
            "component_interfaces": [HOST],
            "c2s_ports": [self.ports.starttls],
            "c2s_direct_tls_ports": [self.ports.direct_tls],
            "component_ports": [self.ports.component],
            "http_ports": [],
            "https_ports": [],
            "s2s_ports": [],
            "c2s_require_encryption": True,
            "ssl": {
                "certificate": str(self._certificate.certificate),
                "key": str(self._certificate.key),
            },
            "storage": "internal",
            **self._settings,
        }


def lua(value: Any) -> str:
    """Write a value as a Lua literal.

    Raises:
        TypeError: Lua has no literal for it.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        # JSON's escapes are Lua's, but for \u: non-ASCII stays as it is.
        return json.dumps(value, ensure_ascii=False).replace("\\/", "/")
    if isinstance(value, list | tuple):
        return "{ " + ", ".join(lua(one) for one in value) + " }"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"[{lua(key)}] = {lua(one)}" for key, one in value.items()) + " }"
    raise TypeError(f"no Lua literal for {value!r}")
