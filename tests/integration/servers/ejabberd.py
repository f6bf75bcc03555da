"""ejabberd, as Debian packages it, for one test.

Run by ``ejabberdctl foreground`` with a control file of its own (Debian's listens on every
interface) and without epmd: ``ERL_DIST_PORT`` gives the node a fixed port on 127.0.0.1, so nothing
stays behind when the test ends. Accounts come from one XEP-0227 file, which ejabberd imports by
its own command: one call of ejabberdctl starts a whole Erlang system.
"""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import HOST, RealServer, checked_name

NODE = "ejabberd@localhost"
PIEFXIS_NS = "urn:xmpp:pie:0"

MODULES: Mapping[str, Mapping[str, Any]] = {
    "mod_admin_extra": {},
    "mod_blocking": {},
    "mod_caps": {},
    "mod_carboncopy": {},
    "mod_disco": {},
    "mod_last": {},
    "mod_mam": {"default": "never"},
    "mod_muc": {},
    "mod_ping": {},
    "mod_private": {},
    "mod_privacy": {},
    "mod_pubsub": {"plugins": ["flat", "pep"]},
    "mod_roster": {"versioning": True},
    "mod_stream_mgmt": {"resend_on_timeout": "if_offline"},
    "mod_time": {},
    "mod_vcard": {},
    "mod_version": {},
}


class Ejabberd(RealServer):
    """An ejabberd of its own.

    Args:
        domain: see :class:`RealServer`, as all other arguments that aren't named here.
        password_format: ``scram`` offers one SCRAM, ``plain`` every one ejabberd knows.
        scram_hash: which one: ``sha``, ``sha256`` or ``sha512``.
        settings: more top-level options.
    """

    name = "ejabberd"
    user = "ejabberd"
    programs = ("ejabberdctl", "erl")
    packages = "ejabberd"

    def __init__(
        self,
        domain: str = "xmpp.test",
        *,
        password_format: str = "scram",
        scram_hash: str = "sha256",
        settings: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(domain, **options)
        self._settings = {
            "auth_password_format": password_format,
            "auth_scram_hash": scram_hash,
            **(settings or {}),
        }

    def environment(self) -> dict[str, str]:
        """Addresses and port of Erlang's own distribution, on the loopback only."""
        return {
            **super().environment(),
            "ERL_EPMD_ADDRESS": HOST,
            # ejabberdctl and the Erlang tools are in sbin folders.
            "PATH": os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/usr/bin")),
        }

    def command(self) -> Sequence[str]:
        """ejabberd in the foreground."""
        return self._control("foreground")

    def log_files(self) -> Iterable[Path]:
        """Console and log."""
        return (self.console_file, self.folder / "logs" / "ejabberd.log")

    def request_stop(self) -> None:
        """Erlang ends in order on SIGTERM, but for the shell above it, which only waits."""
        self.tool(*self._control("stop"))

    def add_accounts(self, accounts: Mapping[str, str]) -> None:
        """Register accounts by one ``ejabberdctl import_piefxis``."""
        root = ET.Element("server-data", {"xmlns": PIEFXIS_NS})
        host = ET.SubElement(root, "host", {"jid": self.domain})
        for user, password in accounts.items():
            ET.SubElement(host, "user", {"name": checked_name(user), "password": password})
        data = self.folder / "accounts.xml"
        data.write_bytes(ET.tostring(root, "utf-8", xml_declaration=True))
        data.chmod(0o644)
        self.tool(*self._control("import_piefxis", str(data)))
        data.unlink()
        made = set(self.tool(*self._control("registered_users", self.domain)).split())
        if missing := set(accounts) - made:
            raise self.fail(f"accounts not made: {sorted(missing)[:5]}")

    def remove_account(self, user: str) -> None:
        """Delete one account; its sessions are ended."""
        self.tool(*self._control("unregister", checked_name(user), self.domain))

    def _control(self, *arguments: str) -> tuple[str, ...]:
        return (
            "ejabberdctl",
            "--ctl-config",
            str(self.folder / "ejabberdctl.cfg"),
            "--config-dir",
            str(self.folder),
            "--config",
            str(self.folder / "ejabberd.yml"),
            "--spool",
            str(self.folder / "spool"),
            "--logs",
            str(self.folder / "logs"),
            "--node",
            NODE,
            *arguments,
        )

    def configure(self) -> None:
        """Write ejabberd.yml, ejabberdctl.cfg and an empty inetrc, and make the folders."""
        for name in ("spool", "logs"):
            (self.folder / name).mkdir(exist_ok=True)
        certificate = self.folder / "server.pem"
        files = self._certificate_paths()
        certificate.write_bytes(b"".join(path.read_bytes() for path in files))
        certificate.chmod(0o600)
        (self.folder / "inetrc").write_text('{lookup,["file","native"]}.\n', "utf-8")
        (self.folder / "ejabberdctl.cfg").write_text(
            f'ERL_DIST_PORT={self.ports.control}\nINET_DIST_INTERFACE="{HOST}"\n'
            'ERL_OPTIONS="+S 2:2 +sbwt none -env ERL_CRASH_DUMP_BYTES 0"\n'
            f'EJABBERD_PID_PATH="{self.folder}/ejabberd.pid"\n',
            "utf-8",
        )
        # YAML is a superset of JSON.
        text = json.dumps(self._options(certificate), indent=1, ensure_ascii=False)
        (self.folder / "ejabberd.yml").write_text(text, "utf-8")

    def _options(self, certificate: Path) -> dict[str, Any]:
        modules = {name: dict(options) for name, options in MODULES.items()}
        modules["mod_muc"]["host"] = f"rooms.{self.domain}"
        return {
            "hosts": [self.domain],
            "loglevel": "info",
            "certfiles": [str(certificate)],
            "ca_file": str(self.ca_file),
            "auth_method": ["internal"],
            "new_sql_schema": True,
            "s2s_access": "none",
            "acl": {"local": {"user_regexp": ""}},
            "listen": self._listeners(),
            "modules": modules,
            **self._settings,
        }

    def _listeners(self) -> list[dict[str, Any]]:
        clients = {"ip": HOST, "module": "ejabberd_c2s", "max_stanza_size": 1_000_000}
        listeners: list[dict[str, Any]] = [
            {**clients, "port": self.ports.starttls, "starttls_required": True},
            {**clients, "port": self.ports.direct_tls, "tls": True},
        ]
        if self.components:
            hosts = {jid: {"password": secret} for jid, secret in self.components.items()}
            listeners.append(
                {
                    "ip": HOST,
                    "port": self.ports.component,
                    "module": "ejabberd_service",
                    "hosts": hosts,
                }
            )
        return listeners
