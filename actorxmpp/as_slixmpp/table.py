"""Which of our modules stand for which of slixmpp's.

A module of slixmpp's that is not in ``MODULES`` is ours of the same name, if its first part is in
``SAME``. The modules inside a plugin need not be the same: for one that does not exist here, what
is around it stands in (``slixmpp.plugins.xep_0030.stanza.items``: ``...xep_0030.stanza``, and
``slixmpp.plugins.xep_0066.stanza``: ``...xep_0066``, which is one file).
"""

from __future__ import annotations

import importlib.util
from typing import Final

__all__ = ["PLUGIN_MODULES", "ROOT", "targets_of"]

ROOT: Final = "slixmpp"
OURS: Final = "actorxmpp"
HERE: Final = "actorxmpp.as_slixmpp"

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "": (f"{HERE}.roles", f"{HERE}.version", OURS, f"{OURS}.xmlstream"),
    "clientxmpp": (f"{HERE}.roles", f"{OURS}.clientxmpp"),
    "componentxmpp": (f"{HERE}.roles", f"{OURS}.componentxmpp"),
    "version": (f"{HERE}.version",),
    "exceptions": (f"{OURS}.exceptions",),
    "plugins": (f"{OURS}.plugins",),
    "plugins.base": (f"{OURS}.plugins.base", f"{OURS}.plugins.manager", f"{OURS}.exceptions"),
    "pluginsdict": (f"{HERE}.version",),
    "test": (f"{HERE}.test",),
    "test.slixtest": (f"{HERE}.test",),
    "util": (f"{HERE}.util",),
    "util.cache": (f"{HERE}.util",),
    "util.misc_ops": (f"{HERE}.util",),
    "xmlstream": (f"{OURS}.stream", f"{HERE}.version", f"{OURS}.xmlstream"),
    "xmlstream.xmlstream": (f"{OURS}.stream", f"{HERE}.version", f"{OURS}.exceptions"),
    "xmlstream.asyncio": ("asyncio",),
}
"""Name below ``slixmpp`` to the modules that have its names; the first that has one gives it."""

SAME: Final = frozenset(
    ("api", "basexmpp", "exceptions", "jid", "plugins", "roster", "stanza", "types", "xmlstream")
)
"""What is called the same here."""

# The plugins of slixmpp 1.17, each with the modules in its folder, if it is one.
_PLUGINS: Final = """
0004 dataforms stanza stanza.field stanza.form | 0009 binding remote rpc stanza |
0012 last_activity stanza | 0013 offline stanza | 0016 privacy stanza |
0020 feature_negotiation stanza | 0027 gpg stanza |
0030 disco stanza stanza.info stanza.items static | 0033 addresses stanza | 0045 muc stanza |
0047 ibb stanza stream | 0048 bookmarks stanza | 0049 private_storage stanza | 0050 adhoc stanza |
0054 stanza vcard_temp | 0055 search stanza | 0059 rsm stanza |
0060 pubsub stanza stanza.base stanza.pubsub stanza.pubsub_errors stanza.pubsub_event
     stanza.pubsub_owner |
0065 proxy socks5 stanza | 0066 oob stanza | 0070 confirm stanza | 0071 stanza xhtml_im |
0077 register stanza | 0078 legacyauth stanza | 0079 amp stanza | 0080 geoloc stanza | 0082 |
0084 avatar stanza | 0085 chat_states stanza | 0086 legacy_error stanza | 0091 legacy_delay stanza |
0092 stanza version | 0095 stanza stream_initiation | 0096 file_transfer stanza | 0100 gateway |
0106 | 0107 stanza user_mood | 0108 stanza user_activity | 0115 caps stanza static |
0118 stanza user_tune | 0122 data_validation stanza | 0128 extended_disco static |
0131 headers stanza | 0133 | 0152 reachability stanza | 0153 stanza vcard_avatar | 0163 |
0172 stanza user_nick | 0184 receipt stanza | 0186 invisible_command stanza | 0191 blocking stanza |
0196 stanza user_gaming | 0198 stanza stream_management | 0199 ping stanza | 0202 stanza time |
0203 delay stanza | 0221 media stanza | 0222 | 0223 | 0224 attention stanza | 0231 bob stanza |
0234 jingle_file_transfer stanza | 0235 oauth stanza | 0242 | 0249 invite stanza | 0256 |
0257 client_cert_management stanza | 0258 security_labels stanza | 0264 stanza thumbnail | 0270 |
0279 ipcheck stanza | 0280 carbons stanza | 0292 stanza vcard4 | 0297 forwarded stanza |
0300 hash stanza | 0302 | 0308 correction stanza | 0313 mam stanza | 0317 hats stanza |
0319 idle stanza | 0323 device sensordata stanza stanza.base stanza.sensordata timerreset |
0325 control device stanza stanza.base stanza.control |
0332 http stanza stanza.data stanza.request stanza.response | 0333 markers stanza |
0334 hints stanza | 0335 json_containers stanza | 0352 csi stanza | 0353 jingle_message stanza |
0356 permissions privilege stanza | 0359 stanza stanzaid | 0363 http_upload stanza |
0369 mix_core stanza | 0372 references stanza | 0377 spam_reporting stanza | 0380 eme stanza |
0382 spoiler stanza | 0385 sims stanza | 0394 markup stanza | 0402 bookmarks stanza |
0403 mix_presence stanza | 0404 mix_anon stanza | 0405 mix_pam stanza | 0410 self_ping |
0421 occupant_id stanza | 0422 fastening stanza | 0424 retraction stanza | 0425 moderation stanza |
0428 fallback stanza | 0437 rai stanza | 0439 quickresponse stanza | 0441 mam_prefs stanza |
0444 reactions stanza | 0446 file_metadata stanza | 0447 sfs stanza | 0449 stanza stickers | 0454 |
0455 sos | 0461 reply stanza | 0462 pubsub_type_filtering stanza | 0463 mav stanza |
0469 pinning stanza | 0482 call_invites stanza | 0490 mds stanza | 0492 notify stanza |
0494 cam stanza | 0502 muc_activity | 0511 link_metadata stanza | 0513 mentions stanza
"""

PLUGIN_MODULES: Final[dict[str, frozenset[str]]] = {
    f"xep_{number}": frozenset(modules)
    for number, *modules in (row.split() for row in _PLUGINS.split("|"))
}
"""Names of slixmpp's plugins, with the modules inside each: ``stanza``, ``stanza.info``."""


def targets_of(name: str) -> tuple[str, ...]:
    """Find the modules of ours that stand for one of slixmpp's.

    Args:
        name: its full name, ``slixmpp.plugins.xep_0030``.

    Returns:
        Their names; empty if there is none.
    """
    below = name.removeprefix(ROOT).lstrip(".")
    if below in MODULES:
        return MODULES[below]
    parts = below.split(".")
    if parts[0] not in SAME:
        return ()
    if parts[0] == "plugins" and len(parts) > 2:
        return _inside_plugin(parts[1], ".".join(parts[2:]))
    return (f"{OURS}.{below}",) if _exists(f"{OURS}.{below}") else ()


def _inside_plugin(plugin: str, module: str) -> tuple[str, ...]:
    if module not in PLUGIN_MODULES.get(plugin, ()):
        return ()
    target = f"{OURS}.plugins.{plugin}.{module}"
    while not _exists(target):
        target = target.rpartition(".")[0]
    return () if target == f"{OURS}.plugins" else (target,)


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a part of it is no package
        return False
