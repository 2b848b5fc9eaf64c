"""Output: reports in files, pipes and devices, whole and at the end of a run."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from binderlint.outside.streams import StreamError, show, write_all
from binderlint.outside.whole import put
from binderlint.pattern import regex

_DESCRIPTOR = regex(r"/dev/fd/([0-9]{1,9})|/proc/self/fd/([0-9]{1,9})|/dev/stdout|/dev/stderr")
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}


class OutputError(Exception):
    """A report cannot be written; the message says where and why."""


def check_output(file: str, roots: Iterable[Path] = ()) -> None:
    """Raise OutputError when it can be told beforehand that a report cannot be written. Touches nothing.

    Symbolic links are not followed out of the repositories at `roots` (their real paths), nor written through at all: who has made a
    repository must not choose what a report replaces.
    """
    try:
        if (number := _descriptor(file)) is not None:
            os.fstat(number)
            return
        path = Path(file)
        kind = _kind(path)
        if kind is None or kind == stat.S_IFREG:
            reason = _reason(path, roots)
        elif kind == stat.S_IFLNK:
            reason = "it is a symbolic link. Name the file that it leads to"
        elif kind in (stat.S_IFIFO, stat.S_IFCHR):
            reason = ""
        else:
            reason = "it is a folder" if kind == stat.S_IFDIR else "it is not a file"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason:
        raise OutputError(f"{file} cannot be written: {reason}")


def write_output(file: str, text: str, roots: Iterable[Path] = ()) -> None:
    """Write a report. A regular file gets it whole or not at all, a pipe or a device as it comes, and the summary of a step on GitHub is added to.

    Raises OutputError.
    """
    check_output(file, roots)
    data = text.encode("utf-8", "backslashreplace")
    try:
        if (number := _descriptor(file)) is not None:
            _to_descriptor(number, data)
        elif _kind(Path(file)) in (None, stat.S_IFREG):
            if is_summary(file):
                with open(file, "ab") as stream:
                    stream.write(data)
            else:
                put(Path(file), data)
        else:
            _to_device(file, data)
    except BrokenPipeError:  # the reader has seen enough
        return
    except StreamError as error:
        raise OutputError(f"{file} cannot be written: {error}") from error
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror or error}") from error


def is_summary(file: str) -> bool:
    """True for the summary of a step on GitHub, which the commands of the step add to (GitHub's docs: workflow commands)."""
    return file == os.environ.get("GITHUB_STEP_SUMMARY")


def _descriptor(file: str) -> int | None:
    """The number of an open stream that a path stands for. Opening the path again would lose the place in the file that the stream is at."""
    found = _DESCRIPTOR.fullmatch(file)
    if not found:
        return None
    return _STANDARD[file] if file in _STANDARD else int(found[1] or found[2])


def _kind(path: Path) -> int | None:
    try:
        return stat.S_IFMT(os.lstat(path).st_mode)
    except FileNotFoundError:
        return None


def _reason(path: Path, roots: Iterable[Path]) -> str:
    """Why a regular file cannot be written or made, empty when it can."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return "Permission denied"
    folder = Path(os.path.abspath(path.parent))
    for root in roots:
        if any(os.path.realpath(parent) == os.fspath(root) for parent in (folder, *folder.parents)):
            if not Path(os.path.realpath(folder)).is_relative_to(root):
                return "a symbolic link in its path leads out of the repository"
    return ""


def _to_descriptor(number: int, data: bytes) -> None:
    if number == 1:
        show(data.decode("utf-8"))
        return
    write_all(number, data)


def _to_device(file: str, data: bytes) -> None:
    # without O_NONBLOCK a pipe that nobody reads would be waited for without end
    handle = os.open(file, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    try:
        if sys.platform != "win32":
            os.set_blocking(handle, True)
        write_all(handle, data)
    finally:
        os.close(handle)
