"""Secrets: fetched from where a table says, and never shown."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from actorxmpp.fleet.secrets import Secret, SecretMissing, SecretSource


def source(folder: Path, **environ: str) -> SecretSource:
    return SecretSource(environ, folder)


class TestSecret:
    def test_it_is_not_shown(self) -> None:
        secret = Secret("hunter2")
        assert secret.reveal() == "hunter2"
        assert "hunter2" not in f"{secret} {secret!r} {[secret]}"

    def test_it_is_not_pickled(self) -> None:
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(Secret("hunter2"))

    def test_equal_when_the_text_is(self) -> None:
        assert Secret("a") == Secret("a")
        assert Secret("a") != Secret("b")
        assert Secret("a") != "a"


class TestVariable:
    def test_it_is_read(self, tmp_path: Path) -> None:
        assert source(tmp_path, PW="x").variable("PW", 0) == Secret("x")

    def test_it_may_be_numbered(self, tmp_path: Path) -> None:
        assert source(tmp_path, PW_7="x").variable("PW_{n}", 7) == Secret("x")

    def test_not_set_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SecretMissing, match="environment variable PW_7, which is not set"):
            source(tmp_path).variable("PW_{n}", 7)

    def test_empty_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SecretMissing, match="environment variable PW, which is empty"):
            source(tmp_path, PW="").variable("PW", 0)

    def test_sessions_share_one_object(self, tmp_path: Path) -> None:
        secrets = source(tmp_path, PW="x")
        assert secrets.variable("PW", 1) is secrets.variable("PW", 2)
        assert secrets.literal("x") is secrets.literal("x")


class TestFile:
    @pytest.mark.parametrize("data", [b"x y", b"x y\n", b"x y\r\n"])
    def test_it_is_read_without_its_line_end(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "pw").write_bytes(data)
        assert source(tmp_path).file("pw", 0) == Secret("x y")

    def test_it_is_read_once(self, tmp_path: Path) -> None:
        (tmp_path / "pw").write_text("x")
        secrets = source(tmp_path)
        first = secrets.file("pw", 1)
        (tmp_path / "pw").unlink()
        assert secrets.file("pw", 2) is first

    def test_it_may_be_numbered(self, tmp_path: Path) -> None:
        (tmp_path / "pw3").write_text("x")
        assert source(tmp_path).file("pw{n}", 3) == Secret("x")

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (None, "No such file"),
            (b"", "which is empty"),
            (b"\n", "which is empty"),
            (b"one\ntwo\n", "more than one line"),
            (b"x" * 5000, "more than one line"),
            (b"\xff\xfe", "not UTF-8"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, data: bytes | None, said: str) -> None:
        if data is not None:
            (tmp_path / "pw").write_bytes(data)
        with pytest.raises(SecretMissing, match=said) as caught:
            source(tmp_path).file("pw", 0)
        assert "names the file" in str(caught.value)
        assert "one" not in str(caught.value).replace("one line", "")
