"""Faults: every call to the file system that a function makes, counted, and one of them failing, interrupted, or the last thing the process does."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

if sys.platform != "win32":
    import fcntl

# What changes something on the disk, and what only looks.
CHANGING = ("write", "fsync", "link", "rename", "replace", "unlink", "mkdir", "rmdir", "chmod", "chown", "setxattr")
LOOKING = ("lstat", "stat", "listdir", "readlink", "close", "listxattr", "getxattr")

KILL = "kill -9"
CTRL_C = "Ctrl-C"


class Fault(NamedTuple):
    """What happens at the call of a number: KILL, CTRL_C or an error number of the system."""

    at: int
    what: str | int
    after: bool = False
    """The call is made, and what happens happens then."""
    lasting: bool = False
    """All later calls that change something fail, too."""

    def __str__(self) -> str:
        name = self.what if isinstance(self.what, str) else errno.errorcode[self.what]
        return f"{name}{' from then on' if self.lasting else ''} {'after' if self.after else 'before'} call {self.at}"


class Calls:
    """The calls made, by name, and where the fault struck."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.struck = ""


@contextmanager
def injected(fault: Fault | None) -> Iterator[Calls]:
    """Count the calls that the block makes, and let one of them fail."""
    calls = Calls()
    real: list[tuple[Any, str, Any]] = []

    def wrapped(name: str, call: Callable[..., Any], changes: Callable[..., bool]) -> Callable[..., Any]:
        def made(*arguments: Any, **named: Any) -> Any:
            calls.names.append(name)
            number = len(calls.names)
            if fault and number == fault.at:
                calls.struck = f"{name} {' '.join(os.path.basename(os.fspath(one)) for one in arguments if isinstance(one, (str, os.PathLike)))}"
                if fault.what == KILL and name == "write":  # in the middle of it
                    call(arguments[0], arguments[1][: len(arguments[1]) // 2])
                try:
                    return call(*arguments, **named) if fault.after else None
                finally:  # whatever the call itself has to say
                    happen(fault.what)
            if fault and fault.lasting and number > fault.at and changes(*arguments, **named):
                happen(fault.what)
            return call(*arguments, **named)

        return made

    def happen(what: str | int) -> None:
        if what == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == CTRL_C:
            raise KeyboardInterrupt
        elif isinstance(what, int):
            raise OSError(what, os.strerror(what))

    def opens_to_write(_: Any, flags: int = os.O_RDONLY, *__: Any, **___: Any) -> bool:
        return bool(flags & (os.O_WRONLY | os.O_RDWR))

    def replace(module: Any, name: str, changes: Callable[..., bool]) -> None:
        if hasattr(module, name):
            real.append((module, name, getattr(module, name)))
            setattr(module, name, wrapped(name, getattr(module, name), changes))

    try:
        real.append((os, "fsync", os.fsync))
        os.fsync = lambda _: None  # the disk of the tests need not be waited for
        for name in CHANGING:
            replace(os, name, lambda *_, **__: True)
        for name in LOOKING:
            replace(os, name, lambda *_, **__: False)
        replace(os, "open", opens_to_write)
        replace(io, "open", lambda *_, **__: False)
        if sys.platform != "win32":
            replace(fcntl, "flock", lambda *_, **__: False)
        yield calls
    finally:
        for module, name, call in reversed(real):
            setattr(module, name, call)
