from __future__ import annotations

import errno
import inspect
import re

import pytest

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.net import errors
from actorxmpp.net.errors import (
    ConnectFailed,
    ConnectionLost,
    DnsError,
    NetError,
    describe_os_error,
    lost,
)


def test_the_tree_is_the_one_drawn_in_the_docstring() -> None:
    drawn = set(re.findall(r"^[ │├└─]+([A-Z]\w+)\s", errors.__doc__ or "", re.MULTILINE))
    real = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, NetError)
    }
    assert drawn | {"NetError"} == real
    assert issubclass(NetError, ActorXMPPError)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection refused"),
        (OSError(errno.EMFILE, "x"), "RLIMIT_NOFILE"),
        (OSError(errno.EDOM, "x"), "domain"),
        (TimeoutError(), "timed out"),
        (TimeoutError(errno.ETIMEDOUT, "x"), "timed out"),
        (RuntimeError("odd"), "odd"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_words_for_failures(error: Exception, words: str) -> None:
    assert words in describe_os_error(error)


def test_translation_keeps_the_cause() -> None:
    cause = ConnectionResetError(errno.ECONNRESET, "x")
    error = lost(cause)
    assert isinstance(error, ConnectionLost)
    assert error.__cause__ is cause
    assert lost(None) is None
    assert lost(error) is error


def test_errors_name_what_was_tried() -> None:
    assert "nothing to try" in str(ConnectFailed("example.net", []))
    assert str(DnsError("example.net", "no address")) == "example.net: no address"
