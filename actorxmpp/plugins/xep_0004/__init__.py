"""XEP-0004: Data Forms."""

from __future__ import annotations

from actorxmpp.plugins.xep_0004.dataforms import XEP_0004
from actorxmpp.plugins.xep_0004.stanza import FieldOption, Form, FormField

__all__ = ["XEP_0004", "FieldOption", "Form", "FormField"]
