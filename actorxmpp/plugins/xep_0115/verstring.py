"""Verification strings: making them, and checking what somebody says against one (section 5)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from actorxmpp.plugins.xep_0004 import Form

if TYPE_CHECKING:
    from actorxmpp.plugins.xep_0030 import DiscoInfo

__all__ = ["HASHES", "generate", "is_wellformed"]

HASHES = {
    "sha-1": "sha1",
    "sha-256": "sha256",
    "sha-512": "sha512",
    "md5": "md5",
}
"""Hash functions by their names at IANA; others are not verified."""

FORM_TYPE = "FORM_TYPE"


def generate(info: DiscoInfo, hash_name: str) -> str | None:
    """Make the verification string of somebody's info (section 5.1).

    Args:
        info: identities, features and forms.
        hash_name: one of HASHES.

    Returns:
        The string; None if the hash is none of HASHES.
    """
    algorithm = HASHES.get(hash_name)
    if algorithm is None:
        return None
    parts = sorted("/".join(part or "" for part in each) for each in info["identities"])
    parts += sorted(info["features"])
    for form_type, form in sorted(_forms(info), key=lambda pair: pair[0]):
        parts.append(form_type)
        for var, field in sorted(form.get_fields().items()):
            if var != FORM_TYPE:
                parts.append(var)
                parts += sorted(_texts(field.get_value(convert=False)))
    text = "".join(f"{part}<" for part in parts)
    digest = hashlib.new(algorithm, text.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def is_wellformed(info: DiscoInfo) -> bool:
    """Whether info may be used at all: nothing twice (section 5.4, points 3.3 to 3.6)."""
    identities, features = info.get_identities(dedupe=False), info.get_features(dedupe=False)
    if len(identities) != len(set(identities)) or len(features) != len(set(features)):
        return False
    types = []
    for form in _all_forms(info):
        field = form.get_fields().get(FORM_TYPE)
        if field is None:
            continue
        values = _texts(field.get_value(convert=False))
        if len(set(values)) > 1:
            return False
        types += values[:1]
    return len(types) == len(set(types))


def _all_forms(info: DiscoInfo) -> list[Form]:
    return [each for each in info.iterables if isinstance(each, Form)]


def _forms(info: DiscoInfo) -> list[tuple[str, Form]]:
    """The forms that count: those with a hidden FORM_TYPE."""
    found = []
    for form in _all_forms(info):
        field = form.get_fields().get(FORM_TYPE)
        if field is not None and field["type"] == "hidden":
            found.append(("".join(_texts(field.get_value(convert=False))[:1]), form))
    return found


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
