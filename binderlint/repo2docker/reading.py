"""Reading a configuration file as repo2docker does: Python's text mode, its errors, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from binderlint.read.text import open_text
from binderlint.snapshot import Snapshot
from binderlint.source import Place, RepositoryError, Source
from binderlint.typed import TypeVar

_Result = TypeVar("_Result")


class RaisedError(Exception):
    """An exception that repo2docker raises: the name of its class, its message, and the place to blame."""

    def __init__(self, kind: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.place = place


def has_both_folders(repo: Snapshot) -> bool:
    """Whether there are both a `binder` and a `.binder` folder, of which repo2docker takes neither."""
    return repo.is_dir(".binder") and repo.is_dir("binder")


def config_folder(repo: Snapshot) -> str:
    """`binder`, `.binder` or `""` (base.py, binder_dir). Raises RaisedError where both folders exist, UnreadError for one that cannot be listed."""
    for unlisted in (repo.sources.get(".binder/"), repo.sources.get("binder/")):
        if unlisted:
            unlisted.data  # noqa: B018 - what is in the folder is not known
    hidden, plain = repo.is_dir(".binder"), repo.is_dir("binder")
    if has_both_folders(repo):
        message = "The repository contains both a 'binder' and a '.binder' directory. However they are exclusive."
        raise RaisedError("RuntimeError", message, place_of(repo, ".binder"))
    return ".binder" if hidden else "binder" if plain else ""


def place_of(repo: Snapshot, path: str) -> Place:
    """The first line of a file, of the first file in a folder, or of the repository."""
    source = repo.get(path) or next(
        (found for name, found in repo.sources.items() if name.startswith(f"{path}/")), None
    )
    return source.place() if source else repo.place


def open_source(repo: Snapshot, path: str) -> Source | None:
    """The file that `open(path)` opens, None where it raises FileNotFoundError. Raises RaisedError for a folder."""
    source = repo.get(path)
    if source is None and repo.exists(path):
        raise RaisedError("IsADirectoryError", f"[Errno 21] Is a directory: '{path}'", place_of(repo, path))
    return source


def attempt(action: Callable[[], _Result], place: Place | Callable[[Exception], Place]) -> _Result:
    """Run what repo2docker runs; whatever it raises becomes RaisedError, blaming the place."""
    try:
        return action()
    except (RaisedError, RepositoryError):
        raise
    except Exception as error:
        where = place(error) if callable(place) else place
        raise RaisedError(type(error).__name__, str(error), where) from error


def read_text(source: Source, path: str) -> str:
    """What `open(path).read()` gives. Raises RaisedError for bytes that are not UTF-8."""
    if source.data.isascii() and b"\r" not in source.data:
        return source.data.decode("ascii")
    return attempt(open_text(source, path).read, source.decode_error or source.place())


def read_lines(source: Source, path: str, encoding: str = "utf-8") -> Iterator[str]:
    """The lines that `for line in open(path)` gives, decoded in pieces as Python does. Raises RaisedError for bytes it cannot decode."""
    lines = iter(open_text(source, path, encoding))
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except UnicodeError as error:
            raise RaisedError(type(error).__name__, str(error), source.decode_error or source.place()) from error
        yield line
