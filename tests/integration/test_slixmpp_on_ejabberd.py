"""The Ejabberd fixture works: slixmpp on both sides, nothing of this project."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import smoke
from .servers.ejabberd import Ejabberd
from .servers.pki import Authority


@pytest.mark.parametrize("direct_tls", [False, True], ids=["starttls", "direct-tls"])
def test_two_clients_talk(ejabberd: Ejabberd, direct_tls: bool) -> None:
    smoke.two_clients_talk(ejabberd, direct_tls=direct_tls)


def test_a_component_talks_to_a_client(ejabberd: Ejabberd) -> None:
    smoke.component_echoes(ejabberd, "gw1.xmpp.test")


def test_a_wrong_password_is_refused(ejabberd: Ejabberd) -> None:
    smoke.wrong_password_is_refused(ejabberd)


def test_an_untrusted_certificate_is_refused(ejabberd: Ejabberd, tmp_path: Path) -> None:
    smoke.untrusted_certificate_is_refused(ejabberd, Authority(tmp_path, "another-ca"))


def test_accounts_and_ports_survive_a_kill(ejabberd: Ejabberd) -> None:
    smoke.accounts_and_ports_survive_a_kill(ejabberd)
