"""Child: a process that may run code of a repository, for `binderlint try`: what it sees of the environment, its time, and its end with all that it has started."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from binderlint.outside.git import unwind_at_signals
from binderlint.outside.programs import own_group
from binderlint.values import NamedTuple

_LAST = 20_000  # bytes that are kept of what it prints
# All that a process gets of the environment of the user: nothing that may hold a token, a key or a password.
_KEPT = (
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "TZ",
    "no_proxy",
)
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


class Ended(NamedTuple):
    """How a process ended: its exit code, None where it was stopped because it took too long, and the last that it printed."""

    code: int | None
    said: str


def clean_environment(home: Path, *programs: Path) -> dict[str, str]:
    """The environment of a process that may run a stranger's code: no variable of the user but those about language, certificates and proxies.

    `home` is its home folder, and in `programs` its programs are found before those of the system. A proxy with a password is left out.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    for name in _PROXIES:
        if name in os.environ and "@" not in urlsplit(os.environ[name]).netloc:
            kept[name] = os.environ[name]
    system = [one for one in os.defpath.split(os.pathsep) if os.path.isabs(one)]
    folders = [*map(str, programs), "/usr/local/bin", *system]
    return {
        **kept,
        "PATH": os.pathsep.join(dict.fromkeys(folders)),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
    }


class Child:
    """A process in a group of its own, with no input. At the end of the `with` block it is ended, with its group."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        """Start it in a folder. Raises OSError."""
        unwind_at_signals()
        self._said = bytearray()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **own_group(),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def runs(self) -> bool:
        """True until it has ended."""
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """The last that it has printed."""
        return bytes(self._said).decode(errors="replace")

    def wait(self, seconds: float | None) -> Ended:
        """Wait for its end, at most some seconds, then end it and all that it has started."""
        code: int | None = None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.end()
        return Ended(code, self.said)

    def end(self) -> None:
        """End it with its group: what it has left in the background as well."""
        if sys.platform == "win32":
            from binderlint.outside.programs import end_group

            end_group(self._process)
        else:
            import signal

            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except OSError:  # nothing of it is left
                pass
        self._process.wait()
        self._reader.join(5)

    def _read(self) -> None:
        """Keep the last that it prints; however much it is, it neither waits nor fills the disk."""
        stream = self._process.stdout
        assert stream
        with stream:
            while piece := stream.read1(65_536):  # type: ignore[attr-defined]
                self._said += piece
                del self._said[:-_LAST]


def run_child(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> Ended:
    """Run a program to its end, for some seconds at most. A program that cannot be started has the exit code 127 or 126, as in a shell."""
    try:
        with Child(command, folder, environment) as child:
            return child.wait(seconds)
    except OSError as error:
        return Ended(127 if isinstance(error, FileNotFoundError) else 126, f"{error.strerror}: {command[0]}")


def last_line(said: str, most: int = 300) -> str:
    """The last line that is not empty, which is where programs say why they have ended."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    return lines[-1][:most] if lines else ""


def elapsed(since: float) -> float:
    """The seconds since a moment of `time.monotonic`."""
    return time.monotonic() - since
