"""Regular: the bytes of a file within a bound. A pipe, a socket or a device in the place of a file is never waited for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path | str, limit: int) -> bytes:
    """The bytes of a regular file, links followed.

    Raises OSError, whose `strerror` is for the user: also for anything that is not a regular file, for more than `limit` bytes, and for
    a path that no file can have.
    """
    return _read(path, limit, os.stat, _FLAGS)


def read_itself(path: Path | str, limit: int) -> bytes:
    """The bytes of a regular file that is not a link, nor has become one since it was looked at. Raises OSError as `read_regular` does."""
    return _read(path, limit, os.lstat, _FLAGS | getattr(os, "O_NOFOLLOW", 0))


def _read(path: Path | str, limit: int, look: Callable[[Path | str], os.stat_result], flags: int) -> bytes:
    try:
        if not stat.S_ISREG(look(path).st_mode):  # opening a device can already do something
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        handle = os.open(path, flags)
    except ValueError as error:  # a null character
        raise OSError(errno.EINVAL, "Invalid file name", str(path)) from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        data = file.read(limit + 1) or b""
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"Larger than {limit:,} bytes", str(path))
    return data
