"""XEP-0363: HTTP File Upload."""

from __future__ import annotations

from actorxmpp.plugins.xep_0363.errors import (
    FileTooBig,
    FileUploadError,
    HTTPError,
    PurposeNotSupported,
    UploadServiceNotFound,
)
from actorxmpp.plugins.xep_0363.stanza import Get, Header, Put, Request, Slot
from actorxmpp.plugins.xep_0363.upload import XEP_0363

__all__ = [
    "XEP_0363",
    "FileTooBig",
    "FileUploadError",
    "Get",
    "HTTPError",
    "Header",
    "PurposeNotSupported",
    "Put",
    "Request",
    "Slot",
    "UploadServiceNotFound",
]
