"""What can go wrong with an upload."""

from __future__ import annotations

from actorxmpp.exceptions import ActorXMPPError

__all__ = [
    "FileTooBig",
    "FileUploadError",
    "HTTPError",
    "PurposeNotSupported",
    "UploadServiceNotFound",
]


class FileUploadError(ActorXMPPError):
    """An upload failed."""


class UploadServiceNotFound(FileUploadError):
    """The server offers no upload service."""

    def __str__(self) -> str:
        return "no upload service was found"


class FileTooBig(FileUploadError):
    """The file is larger than the service takes; arguments: its size, the limit, in bytes."""

    def __str__(self) -> str:
        return f"the file has {self.args[0]} bytes, the service takes {self.args[1]}"


class HTTPError(FileUploadError):
    """The web server refused the file; arguments: status, what it said."""

    def __str__(self) -> str:
        return f"the file could not be uploaded: {self.args[0]} ({self.args[1]})"


class PurposeNotSupported(FileUploadError):
    """The service does not know the purpose; arguments: service, purpose."""

    def __str__(self) -> str:
        return f"{self.args[0]} does not know the purpose {self.args[1]!r}"
