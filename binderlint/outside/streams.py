"""Streams: the one place that writes to standard output and to standard error. Closed, full and broken ones end in no traceback and no wrong exit code."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

from binderlint.escapes import printable
from binderlint.typed import IO


class StreamError(Exception):
    """Standard output cannot take what is to be printed; the message is for the user."""


def prepare() -> None:
    """Make the streams safe to write to: characters that they cannot show become escapes, closed ones lead to the null device.

    Without that a file of the user could get the number of a closed stream, and what is meant for the stream would go into the file.
    `sys.stdout` stays None where it is closed, so that `show` can say so.
    """
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if None in streams:
        for number in range(3):
            try:
                os.fstat(number)
            except OSError:
                os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
        if sys.stderr is None:
            sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in streams[1:]:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def show(text: str) -> None:
    """Write a reporter's text, which has made safe what it names, to standard output. Raises StreamError.

    A reader that has seen enough, such as `head`, is no error.
    """
    _show(text)


def tell(*lines: str) -> None:
    """Write lines to standard error. Whatever they name, each stays one line of text."""
    for line in lines:
        command(f"{printable(line)}\n")


def command(text: str) -> None:
    """Write to standard error what has been made safe already, such as a workflow command of the reporter `github`. Where that fails there is nobody left to tell."""
    try:
        _write(sys.stderr, text)
    except OSError:
        _silence(sys.stderr)


def show_patch(patch: bytes, environment: Mapping[str, str] = os.environ) -> None:
    """Write a patch to standard output: its bytes, whatever the encoding of the stream; as text that can be read on a terminal.

    A line of a file may look like a command to GitHub's runner, and a patch cannot be escaped: there, the runner is told to
    take no commands up to a token that no file can know. `git apply` passes over the two lines. Raises StreamError.
    """
    if _stdout().isatty():
        text = patch.decode("utf-8", "surrogateescape")
        _show("".join(f"{printable(line)}\n" for line in text.split("\n")[:-1]))
        return
    if patch and environment.get("GITHUB_ACTIONS") == "true" and not _is_file():
        import secrets

        token = secrets.token_hex(16).encode()
        patch = b"::stop-commands::%b\n%b::%b::\n" % (token, patch, token)
    _show(patch)


def write_all(handle: int, data: bytes) -> None:
    """Write to an open file, by as many calls as it takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _is_file() -> bool:
    """True where standard output goes to a file, which no runner reads."""
    return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)


def _stdout() -> IO[str]:
    if sys.stdout is None:
        raise StreamError("Standard output cannot be written: it is closed")
    return sys.stdout


def _show(content: str | bytes) -> None:
    stream = _stdout()
    try:
        _write(stream, content)
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise StreamError(f"Standard output cannot be written: {error.strerror or error}") from error


def _write(stream: IO[str], content: str | bytes) -> None:
    """Write at once: what waits in a buffer until the end of the program can fail when there is no exit code to say so with."""
    if isinstance(content, str):
        stream.write(content)
    else:
        stream.flush()
        stream.buffer.write(content)  # type: ignore[attr-defined]
        stream.buffer.flush()  # type: ignore[attr-defined]
    stream.flush()


def _silence(stream: IO[str]) -> None:
    """Let what is left in the buffer of a stream go nowhere: Python would try to write it at exit (docs: library/signal, on SIGPIPE)."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, stream.fileno())
    except (OSError, ValueError):  # a stream without a number, as in a test
        pass
    finally:
        os.close(null)
