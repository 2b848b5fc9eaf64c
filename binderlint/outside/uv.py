"""uv: the one door to the processes of uv, the resolver for pip's packages, which `binderlint[lock]` installs.

uv runs in a temporary folder of our own, with a configuration of our own beside that of the user: it never sees the repository, neither its
uv.toml and pyproject.toml nor its environments. docs/security.md says what it may do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from binderlint.outside.child import clean_environment
from binderlint.outside.git import unwind_at_signals
from binderlint.outside.programs import end_group, own_group
from binderlint.source import RepositoryError
from binderlint.values import NamedTuple

MISSING = "binderlint lock needs uv and py-rattler, which are not installed. Install them with `pip install 'binderlint[lock]'`"
_SECONDS = 1800  # of one process; sources that are built can take long
_LARGEST = 200_000_000  # bytes that are read of what it prints
# The user's settings for where packages come from. All others could change what is resolved.
_KEPT = (
    "UV_CACHE_DIR",
    "UV_CONCURRENT_",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_HTTP_",
    "UV_INDEX",
    "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER",
    "UV_NATIVE_TLS",
    "UV_NO_INDEX",
    "UV_OFFLINE",
    "UV_REQUEST_TIMEOUT",
    "UV_SYSTEM_CERTS",
)
# What would lead to other Pythons, environments and programs than those that are meant.
_DROPPED = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "SSH_ASKPASS", "PAGER", "EDITOR", "VISUAL")
_OWN = {
    "LC_ALL": "C.UTF-8",
    "NO_COLOR": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "https:http:git",
}


class UvError(RepositoryError):
    """uv cannot be run, or did not answer; the message is for the user."""


class Answer(NamedTuple):
    """What uv did: True where it found what was asked for, what it printed, and what it said (its log, then its error)."""

    found: bool
    output: str
    said: str


def run(
    arguments: Iterable[str], files: Mapping[str, str], inside: Path | None = None, *, builds: bool = False
) -> Answer:
    """Run uv to its end, in a folder that holds these files and nothing else. Raises UvError.

    `builds`: it may run code of packages, so it gets an environment that holds no secrets but those of indexes. With `inside` it runs in that
    folder, a copy of a repository, of which it reads no configuration.
    """
    from tempfile import TemporaryDirectory

    program = _program()
    try:
        home = TemporaryDirectory(prefix="binderlint-", ignore_cleanup_errors=True)
    except OSError as error:
        raise UvError(f"uv cannot be run: no temporary folder can be made: {error.strerror}") from error
    with home as folder:
        for name, text in {"uv.toml": "", **files}.items():
            Path(folder, name).write_text(text, encoding="utf-8", errors="replace")
        own = {"UV_NO_CONFIG": "1"} if inside else {}
        variables = {**(building_environment() if builds else environment()), **own}
        return _run([program, *arguments], Path(folder), inside or Path(folder), variables)


def _program() -> str:
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError) as error:
        raise UvError(MISSING) from error


def _run(command: list[str], folder: Path, current: Path, variables: Mapping[str, str]) -> Answer:
    import subprocess

    unwind_at_signals()
    with open(folder / "output", "w+b") as output, open(folder / "said", "w+b") as said:
        try:
            process = subprocess.Popen(
                command,
                cwd=current,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=said,
                **own_group(),
            )
        except OSError as error:
            raise UvError(f"uv cannot be run: {error.strerror}") from error
        try:
            code = process.wait(_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise UvError(f"uv took longer than {_SECONDS // 60} minutes and was stopped") from error
        finally:
            end_group(process)
            process.wait()
        texts = []
        for stream in (output, said):
            stream.seek(0)
            texts.append(stream.read(_LARGEST).decode(errors="replace"))
    return Answer(code == 0, *texts)


def environment() -> dict[str, str]:
    """The environment of uv: what the user has set about indexes, proxies and certificates, and nothing that chooses versions or Pythons."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("UV_", "PYTHON", "GIT_")) or name.startswith(_KEPT)
    }
    for name in _DROPPED:
        kept.pop(name, None)
    return {**kept, **_OWN}


def building_environment() -> dict[str, str]:
    """The environment of uv where it may run code of packages: what `clean_environment` leaves, and the user's settings of uv about indexes."""
    own = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    return {**clean_environment(Path.home()), **own, **_OWN}
