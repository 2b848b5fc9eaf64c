"""Streams: the one place that writes to standard output and to standard error."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

from binderlint.escapes import printable


def show(text: str) -> None:
    """Write a reporter's text, which has made safe what it names, to standard output."""
    sys.stdout.write(text)


def tell(*lines: str) -> None:
    """Write lines to standard error. Whatever they name, each stays one line of text."""
    for line in lines:
        sys.stderr.write(f"{printable(line)}\n")


def command(text: str) -> None:
    """Write a workflow command of the reporter `github` to standard error."""
    sys.stderr.write(text)


def show_patch(patch: bytes, environment: Mapping[str, str] = os.environ) -> None:
    """Write a patch to standard output: its bytes, whatever the encoding of the stream; as text that can be read on a terminal.

    A line of a file may look like a command to GitHub's runner, and a patch cannot be escaped: there, the runner is told to
    take no commands up to a token that no file can know. `git apply` passes over the two lines.
    """
    if sys.stdout.isatty():
        text = patch.decode("utf-8", "surrogateescape")
        sys.stdout.writelines(f"{printable(line)}\n" for line in text.split("\n")[:-1])
        return
    sys.stdout.flush()
    if patch and environment.get("GITHUB_ACTIONS") == "true" and not _is_file():
        import secrets

        token = secrets.token_hex(16).encode()
        patch = b"::stop-commands::%b\n%b::%b::\n" % (token, patch, token)
    sys.stdout.buffer.write(patch)


def _is_file() -> bool:
    """True where standard output goes to a file, which no runner reads."""
    return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
