"""Regular: what is read is a file, and only within its bound."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from binderlint.outside.regular import read_itself, read_regular


def refusal(path: Path | str, limit: int = 100) -> str:
    with pytest.raises(OSError, match=r"\w") as caught:
        read_regular(path, limit)
    return caught.value.strerror


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "link").symlink_to("a")
    assert read_regular(tmp_path / "a", 100) == read_regular(tmp_path / "link", 100) == b"x" * 100
    assert refusal(tmp_path / "a", 99) == "Larger than 99 bytes"


def test_what_is_not_a_file_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(".") == "Not a regular file"
    if hasattr(os, "mkfifo"):  # Windows has no such files
        os.mkfifo("pipe")
        os.symlink("/dev/zero", "zero")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
        assert {refusal(name) for name in ("pipe", "zero", "socket")} == {"Not a regular file"}


def test_a_link_in_the_place_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may come between the look at the file and the opening of it."""
    (tmp_path / "a").write_bytes(b"x")
    assert read_itself(tmp_path / "a", 100) == b"x"
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(OSError, match="Not a regular file"):
        read_itself(tmp_path / "link", 100)
    if hasattr(os, "O_NOFOLLOW"):  # Windows has no such flag
        monkeypatch.setattr(os, "lstat", os.stat)
        with pytest.raises(OSError, match="link"):
            read_itself(tmp_path / "link", 100)


def test_names_that_no_file_has(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert refusal(tmp_path / "none") == "No such file or directory"
    assert refusal(f"{tmp_path}/a\0b") == "Invalid file name"
    assert refusal(tmp_path / ("a" * 5000))
    assert refusal(tmp_path / "loop")
