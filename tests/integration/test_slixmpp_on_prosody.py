"""The Prosody fixture works: slixmpp on both sides, nothing of this project."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import smoke
from .servers.pki import Authority
from .servers.prosody import Prosody


@pytest.mark.parametrize("direct_tls", [False, True], ids=["starttls", "direct-tls"])
def test_two_clients_talk(prosody: Prosody, direct_tls: bool) -> None:
    smoke.two_clients_talk(prosody, direct_tls=direct_tls)


def test_a_component_talks_to_a_client(prosody: Prosody) -> None:
    smoke.component_echoes(prosody, "gw1.xmpp.test")


def test_a_wrong_password_is_refused(prosody: Prosody) -> None:
    smoke.wrong_password_is_refused(prosody)


def test_an_untrusted_certificate_is_refused(prosody: Prosody, tmp_path: Path) -> None:
    smoke.untrusted_certificate_is_refused(prosody, Authority(tmp_path, "another-ca"))


def test_accounts_and_ports_survive_a_kill(prosody: Prosody) -> None:
    smoke.accounts_and_ports_survive_a_kill(prosody)
