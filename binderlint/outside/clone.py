"""Clone: what only the repository on this machine can tell: how much its history and files weigh, and which bytes git stores for a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from binderlint.git import GitError
from binderlint.outside.dotgit import GitFolder, find_store, object_bytes, setting
from binderlint.outside.regular import read_regular
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.attributes import State
    from binderlint.source import Source

_ATTRIBUTES = 1_000_000  # bytes of a .gitattributes


class Clone:
    """What a repository in memory knows: nothing but its files."""

    root: Path | None = None
    """The folder that the files are in; None where they are not those of a folder."""

    def history_bytes(self) -> int:
        """The bytes of the whole history as git stores it, 0 where that is not known."""
        return 0

    def tree_bytes(self, sources: Iterable[Source]) -> int:
        """The bytes of all files."""
        return sum(len(source.data) for source in sources)

    def stored(self, source: Source) -> bytes:
        """The bytes of a file that Binder gets."""
        return source.data


class Commit(Clone):
    """The files of a commit: they are as Binder gets them."""

    def __init__(self, place: GitFolder | None, total: int) -> None:
        self._place = place
        self._total = total

    def history_bytes(self) -> int:
        return object_bytes(self._place) if self._place else 0

    def tree_bytes(self, sources: Iterable[Source]) -> int:
        return self._total


class WorkTree(Clone):
    """The files of a folder, with what git's index says of them where git tracks them."""

    def __init__(self, root: Path, place: GitFolder | None = None, oids: dict[str, str] | None = None) -> None:
        self.root: Path = root
        self._place = place
        self._oids = oids or {}

    def history_bytes(self) -> int:
        return object_bytes(self._place) if self._place else 0

    def tree_bytes(self, sources: Iterable[Source]) -> int:
        total = 0
        for source in sources:
            try:
                total += os.lstat(os.path.join(self.root, source.path)).st_size
            except OSError:
                continue
        return total

    def stored(self, source: Source) -> bytes:
        r"""The bytes that git stores, or will store, for a file: where it turns `\r\n` into `\n`, those with `\n`."""
        data = source.data
        unix = data.replace(b"\r\n", b"\n")
        if unix == data or self._place is None:
            return data
        states = self._attributes(source.path)
        if states.get("eol") == "crlf" and states.get("text") is not False:
            return data  # Binder's clone, too, gets `\r\n`
        oid = self._oids.get(source.path, "")
        for known in (unix, data):
            if blob_id(known, oid) == oid:
                return known
        return unix if self._is_converted(data, states, oid) else data  # it changed since it was added

    def _attributes(self, path: str) -> dict[str, State]:
        from binderlint.read.attributes import attributes

        assert self._place
        top = self._place.top
        full = (self.root / path).relative_to(top)
        folders = [folder.as_posix() for folder in full.parents][::-1]
        files = [("" if folder == "." else folder, _plain(top / folder / ".gitattributes")) for folder in folders]
        return attributes(full.as_posix(), [*files, ("", _plain(self._place.common / "info/attributes"))])

    def _is_converted(self, data: bytes, states: dict[str, State], oid: str) -> bool:
        r"""Return True if the next `git add` turns `\r\n` into `\n` (git's convert.c, crlf_to_git)."""
        kind = _kind(states.get("text")) or _kind(states.get("crlf"))
        if not kind:
            kind = (
                "text" if states.get("eol") in ("lf", "crlf") else "auto" if self._autocrlf in _CONVERTING else "binary"
            )
        return kind == "text" or (kind == "auto" and not _looks_binary(data) and not self._had_returns(oid))

    @cached_property
    def _autocrlf(self) -> str:
        from binderlint.outside.git import user_setting

        assert self._place
        return (setting(self._place, "core.autocrlf") or user_setting("core.autocrlf")).lower()

    def _had_returns(self, oid: str) -> bool:
        r"""Return True if git already stores the file with `\r\n`: then it goes on doing so."""
        from binderlint.outside.git import Blobs

        assert self._place
        if not oid:
            return False
        try:
            before = Blobs(find_store(self._place)).read(oid)
        except GitError:
            return False
        return b"\r\n" in before and not _looks_binary(before)


_CONVERTING = ("true", "yes", "on", "1", "input")


def _kind(state: State) -> str:
    """What `text` (or `crlf`, as it was called before) says: `text`, `binary`, `auto`, or nothing."""
    return (
        {True: "text", False: "binary", "input": "text", "auto": "auto"}.get(state or False, "")
        if state is not None
        else ""
    )


def _looks_binary(data: bytes) -> bool:
    """Return True if git takes this for binary (convert.c, convert_is_binary)."""
    if b"\0" in data or b"\r" in data.replace(b"\r\n", b""):
        return True
    text = data.removesuffix(b"\x1a").translate(None, b"\r\n")
    odd = len(text) - len(text.translate(None, _ODD))
    return (len(text) - odd) >> 7 < odd


_ODD = bytes({*range(32), 127} - set(b"\b\t\x1b\f\r\n"))


def _plain(path: Path) -> bytes:
    """An attribute file, empty where git would not read it: it follows no link to one."""
    try:
        return read_regular(path, _ATTRIBUTES) if stat.S_ISREG(os.lstat(path).st_mode) else b""
    except OSError:
        return b""


def blob_id(data: bytes, like: str = "") -> str:
    """The name that git gives to a file's content: by SHA-256 where a name of the repository is as long as that."""
    import hashlib

    make = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return make(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
