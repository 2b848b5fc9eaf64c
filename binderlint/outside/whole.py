"""Whole files: written beside their place, flushed to the disk, and made like the file whose place they take."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from pathlib import Path

from binderlint.outside.streams import write_all
from binderlint.pattern import regex
from binderlint.source import EXECUTABLE

if sys.platform != "win32":
    import fcntl

# The names of temporary files, which nobody else uses.
TEMPORARY = regex(r"\.binderlint-[0-9a-f]{16}\.tmp")
# Extended attributes that the system sets itself, or that are worth nothing for another content (xattr(7)).
_SYSTEM_ATTRIBUTES = ("security.", "trusted.")


class RefusedError(Exception):
    """A file must not be written. The message gives the reason and what to do, and follows a colon."""


def put(target: Path, data: bytes) -> None:
    """Write a file whole: a new one, or one like the old one that it replaces. Raises OSError.

    Where the old file must stay the one that it is (it has other names, is a mount of its own, lies in a folder that takes no new files, has an
    owner that cannot be kept), the content is written into it.
    """
    if not there(target):
        model, mode = None, 0o666
    else:
        status = target.stat()
        model, mode = target, stat.S_IMODE(status.st_mode)
        if status.st_nlink > 1:
            target.write_bytes(data)
            return
    temporary = target.parent / temporary_name()
    try:
        write_new(temporary, data, mode, model)
        os.replace(temporary, target)
    except (RefusedError, OSError) as error:
        refused = isinstance(error, RefusedError) or error.errno in (errno.EACCES, errno.EPERM, errno.EBUSY)
        if model is None or not refused:
            raise
        target.write_bytes(data)
    finally:
        unlink(temporary)


def temporary_name() -> str:
    """A name that no other file has."""
    return f".binderlint-{os.urandom(8).hex()}.tmp"


def write_new(path: Path, data: bytes, mode: int, model: Path | None = None) -> None:
    """Write a new file and flush it to the disk. Raises OSError.

    With a model the new file has exactly that mode, and the owner, group, access lists and other extended attributes of the model; RefusedError
    is raised where it cannot have them. Without one it has what the umask, or the folder's access list, leaves of the mode.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags, 0o600 if model else mode)
    try:
        write_all(handle, data)
        if model:
            _copy_owner(path, model)
            _copy_attributes(path, model)
            os.chmod(path, mode)  # last: a new owner or access list changes it
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_owner(path: Path, model: Path) -> None:
    if sys.platform == "win32":
        return
    new, old = path.stat(), model.stat()
    if (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid):
        return
    try:
        os.chown(path, old.st_uid, old.st_gid)
    except PermissionError as error:
        whose = "another user" if new.st_uid != old.st_uid else "a group that you are not in"
        raise RefusedError(f"it belongs to {whose}, which the new file could not ({error.strerror})") from error


def _copy_attributes(path: Path, model: Path) -> None:
    if sys.platform != "linux":  # elsewhere Python cannot read them
        return
    try:
        wanted = {name: os.getxattr(model, name) for name in os.listxattr(model)}
        surplus = set(os.listxattr(path)) - set(wanted)  # what the folder gives to new files
    except OSError as error:
        if error.errno == errno.ENOTSUP:  # a file system without them
            return
        raise
    for name, value in wanted.items():
        if not name.startswith(_SYSTEM_ATTRIBUTES):
            os.setxattr(path, name, value)
    for name in surplus:
        if not name.startswith(_SYSTEM_ATTRIBUTES):
            os.removexattr(path, name)


def changed_mode(mode: int, old: int, new: int) -> int:
    """The mode of a file on the disk when its git mode changes from old to new. git knows only whether the owner may execute a file."""
    if old == new or (new == EXECUTABLE and mode & stat.S_IXUSR):
        return mode
    if new != EXECUTABLE:
        return mode & ~0o111
    return mode | stat.S_IXUSR | ((mode & 0o444) >> 2 & ~_umask())


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def there(path: Path) -> bool:
    """True when something has this name, a link that leads nowhere included. Raises OSError where that cannot be known."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def unlink(path: Path) -> None:
    """Remove a temporary file where there is one. What cannot be removed, the next run removes."""
    for _ in range(2):
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except OSError:
            continue
        return


def flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can. Raises OSError."""
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder that may be written but not read
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def lock(folder: Path, patience: float) -> int | None:
    """A handle that keeps other runs of binderlint out of a folder until it is closed or the process ends.

    None where the system cannot. Raises BlockingIOError when another run has it for longer than some seconds of patience.
    """
    if sys.platform != "win32":
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            return None
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    os.close(handle)
                    raise
                time.sleep(0.02)
            except OSError:  # a file system without locks
                os.close(handle)
                return None
            else:
                return handle
    return None


def unlock(handle: int | None) -> None:
    """Let other runs into a folder again."""
    if handle is not None:
        try:
            os.close(handle)
        except OSError:  # it is closed all the same (close(2))
            return
