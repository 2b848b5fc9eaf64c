"""Git: the one door to git's processes, and what is known of a repository beyond its files.

A git process never sees a repository. It gets a folder of our own, made for it, and beside that only the objects of the repository:
so there is no configuration, no hook and no attribute of a stranger that it could follow. docs/security.md has the whole table.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from binderlint.git import GitError, MissingError, NoAnswerError, UnknownRefError
from binderlint.outside.dotgit import Store
from binderlint.outside.programs import end_group, find_program, own_group
from binderlint.typed import IO, TYPE_CHECKING
from binderlint.values import Enum, NamedTuple

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class Bounds(NamedTuple):
    """What one git process may take; what takes more is ended."""

    seconds: float
    output: int
    """Bytes it may print; also of one file."""
    disk: int = 0
    """Bytes it may write; 0 where it writes nothing."""
    memory: int = 0
    """Bytes of memory it may have, where the system can hold it to that; 0 for any number."""


LOCAL = Bounds(seconds=60, output=500_000_000)
FETCH = Bounds(seconds=600, output=1_000_000, disk=2_000_000_000, memory=4_000_000_000)  # mybinder.org's clone has 2 GB


class Config(Enum):
    """Whose configuration git reads. That of a repository is never read."""

    NONE = "nobody's"
    MACHINE = "the machine's"
    """/etc/gitconfig: certificates and proxies, for a fetch."""
    USER = "the machine's and the user's"


# -- questions


def ask(store: Store, *arguments: str, stdin: bytes = b"", bounds: Bounds = LOCAL) -> bytes:
    """What git says of the objects of a repository. Raises GitError."""
    with _home(store.algorithm) as home:
        return _run(_Call(home, arguments, store), bounds, stdin)


def fetch(url: str, ref: str, store: Store, bounds: Bounds = FETCH) -> str:
    """Fetch one commit, without its history, into a store, and give its id. Raises GitError; UnknownRefError where there is no such ref."""
    protocols = ("http", "https") if url.startswith("http:") else (url.partition(":")[0],)
    options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules")
    with _home(store.algorithm) as home:
        _run(_Call(home, ("fetch", *options, "--", url, ref), store, Config.MACHINE, protocols), bounds)
        try:
            return Path(home, "FETCH_HEAD").read_text(encoding="ascii", errors="replace").split()[0]
        except (OSError, IndexError) as error:
            raise GitError(f"git fetched nothing for `{ref}`") from error


def user_setting(name: str) -> str:
    """A value of git's configuration of this machine and user, `""` where there is none or no git."""
    try:
        with _home("sha1") as home:
            said = _run(_Call(home, ("config", "--get", name), config=Config.USER), LOCAL)
    except GitError:
        return ""
    return said.decode(errors="replace").strip()


class Blobs:
    """The contents of a store's blobs, from one git process that answers for as long as anybody may ask."""

    def __init__(self, store: Store, bounds: Bounds = LOCAL, folder: TemporaryDirectory[str] | None = None) -> None:
        """`folder` is a temporary one that goes with this."""
        import weakref

        if folder:
            weakref.finalize(self, folder.cleanup)
        self._store = store
        self._bounds = bounds
        self._child: _Child | None = None

    def read(self, oid: str) -> bytes:
        """The content of a blob. Raises GitError; MissingError where the store does not have it."""
        import threading

        child = self._child = self._child or self._started()
        alarm = threading.Timer(self._bounds.seconds, child.kill)
        alarm.daemon = True
        alarm.start()
        try:
            return self._answer(child, oid)
        except MissingError:
            raise
        except BaseException:
            self._child = None
            _end(child)
            raise
        finally:
            alarm.cancel()

    def _started(self) -> _Child:
        import weakref

        home = _home(self._store.algorithm)
        weakref.finalize(self, home.cleanup)  # after `_end`: what was made last comes first
        child = _Child(_Call(home.name, ("cat-file", "--batch"), self._store), stdin=None)
        weakref.finalize(self, _end, child)
        return child

    def _answer(self, child: _Child, oid: str) -> bytes:
        questions, answers = child.process.stdin, child.process.stdout
        assert questions and answers
        try:
            questions.write(oid.encode() + b"\n")
            questions.flush()
        except OSError as error:
            raise GitError(child.problem()) from error
        match answers.readline(200).split():
            case [_, b"missing"]:
                raise MissingError(f"this clone does not have the object {oid[:12]}")
            case [_, b"blob", length]:
                size = int(length)
            case _:
                raise GitError(child.problem())
        if size > self._bounds.output:
            raise GitError(f"it is larger than {_amount(self._bounds.output)}")
        data: bytes = answers.read(size)
        if len(data) != size or answers.read(1) != b"\n":
            raise GitError(child.problem())
        return data


def _end(child: _Child) -> None:
    child.end()
    if child.process.stdout:
        child.process.stdout.close()


# -- the door

SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.askPass": "",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.bareRepository": "explicit",
    "http.emptyAuth": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}
"""What is set in every call. A repository's configuration is not read; these are for that of the machine and for git's own defaults."""

_KEPT = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
_DROPPED = ("SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "PAGER", "EDITOR", "VISUAL", "LANGUAGE")
_USER = ("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_SET = {
    "LC_ALL": "C",  # the messages that are understood here
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # an empty name comes before core.askPass and SSH_ASKPASS, and is not run
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ATTR_NOSYSTEM": "1",
}


class _Call(NamedTuple):
    """What is run where, and what it may see."""

    home: str
    """A folder from `_home`."""
    arguments: tuple[str, ...]
    store: Store | None = None
    config: Config = Config.NONE
    protocols: tuple[str, ...] = ()
    """What git may use to reach other repositories; `ext` and `ssh` are never among them."""


def environment(
    home: str, store: Store | None, config: Config = Config.NONE, protocols: Iterable[str] = ()
) -> dict[str, str]:
    """The environment of a git process: nothing of git's own from outside, and nothing that could ask or answer for the user."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in (_USER if config is Config.USER else ()) or name in _KEPT or not name.startswith("GIT_")
    }
    for name in _DROPPED:
        kept.pop(name, None)
    if config is not Config.USER:
        kept |= {"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": os.devnull}
    if config is Config.NONE:
        kept["GIT_CONFIG_NOSYSTEM"] = "1"
    if store:
        kept["GIT_OBJECT_DIRECTORY"] = str(store.objects)
    return {
        **kept,
        **_SET,
        "GIT_ALLOW_PROTOCOL": ":".join(protocols) or "none",
        "PATH": os.pathsep.join(safe_path(store)),
    }


def safe_path(store: Store | None) -> list[str]:
    """The folders of PATH but for relative ones, the current folder and those in the repository: none of a stranger's programs is git."""
    here = _real(os.curdir)
    top = _real(store.top) if store and store.top else ""
    return [
        folder
        for folder in os.get_exec_path()
        if os.path.isabs(folder)
        and (real := _real(folder)) != here
        and not (top and os.path.join(real, "").startswith(os.path.join(top, "")))
    ]


def _real(folder: str | Path) -> str:
    try:
        return os.path.normcase(os.path.realpath(folder))
    except OSError:  # the current folder is gone
        return ""


def unwind_at_signals() -> None:
    """From now on SIGTERM and SIGHUP end the program as Ctrl-C does, so that processes are ended and temporary folders removed."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _unwind)


def _unwind(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _home(algorithm: str) -> TemporaryDirectory[str]:
    """A folder that git takes for a repository without anything in it. Raises GitError."""
    from tempfile import TemporaryDirectory

    try:
        home = TemporaryDirectory(prefix="binderlint-", ignore_cleanup_errors=True)
        form = "1\n[extensions]\n\tobjectFormat = sha256" if algorithm == "sha256" else "0"
        Path(home.name, "config").write_text(f"[core]\n\tbare = true\n\trepositoryFormatVersion = {form}\n")
        Path(home.name, "HEAD").write_text("ref: refs/heads/none\n")
        for name in ("objects", "refs"):
            Path(home.name, name).mkdir()
    except OSError as error:
        raise GitError(f"git cannot be run: no temporary folder can be made: {error.strerror}") from error
    return home


def _run(call: _Call, bounds: Bounds, stdin: bytes = b"") -> bytes:
    """Run git to its end and give what it prints. Raises GitError."""
    import time
    from tempfile import TemporaryFile

    deadline = time.monotonic() + bounds.seconds
    with TemporaryFile(dir=call.home) as questions:
        questions.write(stdin)
        questions.seek(0)
        child = _Child(call, questions, bounds.memory)
        try:
            output = _Output(child.process.stdout, bounds.output)
            while not output.ended(0.2):
                if time.monotonic() > deadline:
                    raise GitError(f"git took longer than {bounds.seconds:g} seconds and was stopped")
                _weigh(call.store, bounds)
            if output.full:
                raise GitError(f"git gave more than {_amount(bounds.output)} and was stopped")
            child.wait(deadline - time.monotonic())
        finally:
            child.end()
    if child.process.returncode:
        raise child.failure()
    _weigh(call.store, bounds)
    return bytes(output.data)


def _weigh(store: Store | None, bounds: Bounds) -> None:
    """Raise GitError when more has been written than may be."""
    if store and bounds.disk and _weight(store.objects) > bounds.disk:
        raise GitError(f"it is larger than {_amount(bounds.disk)}, so the fetch was stopped")


class _Child:
    """A git process, in a group of its own. Nothing else starts one."""

    def __init__(self, call: _Call, stdin: IO[bytes] | None, memory: int = 0) -> None:
        """Start it; without `stdin` it gets a pipe, without `memory` (bytes) as much as it wants. Raises GitError."""
        import subprocess

        program = find_program("git", safe_path(call.store))
        if program is None:
            raise GitError("git cannot be run: there is no `git` in PATH")
        unwind_at_signals()
        self._name = call.arguments[0]
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [program, f"--git-dir={call.home}", *settings, *call.arguments]
        if memory and sys.platform != "win32":  # a server can send refs without end, and git keeps them all
            command = ["/bin/sh", "-c", 'ulimit -v "$0" 2> /dev/null; exec "$@"', str(memory // 1024), *command]
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                cwd=call.home,
                env=environment(call.home, call.store, call.config, call.protocols),
                stdin=subprocess.PIPE if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                **own_group(),
            )
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror}") from error
        self._errors = _Output(self.process.stderr, 65_536)

    def wait(self, seconds: float) -> None:
        """Wait for the end. Raises GitError after a time."""
        import subprocess

        try:
            self.process.wait(max(seconds, 1))
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {self._name} did not end and was stopped") from error

    def kill(self) -> None:
        """End it with all that it has started."""
        end_group(self.process)

    def end(self) -> None:
        """Kill it if it still runs."""
        self.kill()
        self.process.wait()
        try:
            if self.process.stdin:
                self.process.stdin.close()
        except OSError:  # what was still to be written
            pass

    def failure(self) -> GitError:
        """What to raise."""
        problem = self.problem()
        if "couldn't find remote ref" in problem:
            return UnknownRefError(problem)
        if "could not read Username" in problem or "Authentication failed" in problem:
            return GitError("there is no public repository at this address. Clone a private one, and check the clone")
        if "Out of memory" in problem or "out of memory" in problem:
            return GitError("git needed too much memory and was stopped")
        return NoAnswerError(problem) if self.process.returncode == 1 and not self._errors.data else GitError(problem)

    def problem(self) -> str:
        """Why it failed: the line in which git says so, without anything that a terminal could understand."""
        self._errors.ended(5)
        lines = self._errors.data.decode(errors="replace").splitlines()
        said = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[0] if lines else "")
        plain = "".join(
            letter if letter.isprintable() else "?" for letter in said.removeprefix("fatal: ").removeprefix("error: ")
        )
        return plain[:500] or f"git {self._name} failed"


class _Output:
    """What a stream gives, read in a thread of its own up to a bound; what comes after that is thrown away."""

    def __init__(self, stream: IO[bytes] | None, limit: int) -> None:
        import threading

        assert stream
        self.data = bytearray()
        self.full = False
        self._stream = stream
        self._limit = limit
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._stream.fileno(), 65_536):
                self.full = self.full or len(self.data) + len(piece) > self._limit
                if not self.full:
                    self.data += piece
        finally:
            self._stream.close()

    def ended(self, seconds: float) -> bool:
        """Wait for a time; True when nothing more comes, or nothing more is wanted."""
        self._thread.join(0 if self.full else seconds)
        return self.full or not self._thread.is_alive()


def _weight(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:  # a temporary file
                continue
    return total


def _amount(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB" if size >= 1_000_000 else f"{size:,} bytes"
