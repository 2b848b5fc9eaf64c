"""Regular: the bytes of a file within a bound. A pipe, a socket or a device in the place of a file is never waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path | str, limit: int) -> bytes:
    """The bytes of a regular file, links followed.

    Raises OSError, whose `strerror` is for the user: also for anything that is not a regular file, for more than `limit` bytes, and for
    a path that no file can have.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a device can already do something
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        handle = os.open(path, _FLAGS)
    except ValueError as error:  # a null character
        raise OSError(errno.EINVAL, "Invalid file name", str(path)) from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        data = file.read(limit + 1) or b""
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"Larger than {limit:,} bytes", str(path))
    return data
