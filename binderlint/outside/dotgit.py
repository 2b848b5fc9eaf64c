"""Dotgit: what git's own files say, without git: which repository a folder belongs to, its index, refs, origin and size.

Every file is read only while it is a regular one, and up to a bound; what is wrong is said as a GitError.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from binderlint.git import Git, GitError, hosted_name
from binderlint.outside.regular import read_regular
from binderlint.pattern import regex
from binderlint.source import decode_path
from binderlint.values import NamedTuple

_SMALL = 1_000_000  # bytes of HEAD, a configuration, a pointer
_LARGE = 500_000_000  # bytes of an index or of packed-refs
_MOST_REFS = 1_000_000
_ALGORITHMS = {"sha1": 20, "sha256": 32}


class GitFolder(NamedTuple):
    """The parts of a repository: where its files are, and where git keeps what it knows."""

    top: Path
    """The top of the work tree; the folder itself for a bare repository."""
    folder: Path
    """What belongs to this work tree: HEAD and the index."""
    common: Path
    """What all work trees share: configuration, refs and objects."""


class Store(NamedTuple):
    """The objects of a repository: all of it that a git process gets to see."""

    objects: Path
    algorithm: str = "sha1"
    """How objects are named, `sha1` or `sha256`."""
    top: Path | None = None
    """The folder of the repository: programs in it are never run."""


class Entry(NamedTuple):
    """A line of the index or of a tree: path from the top of the work tree, git mode, object id, bytes (-1 where they are not known)."""

    path: str
    mode: int
    oid: str
    size: int = -1
    skipped: bool = False
    """True for what a sparse checkout leaves out of the work tree."""


# -- where


def find_git(folder: Path) -> GitFolder | None:
    """The repository whose work tree a folder lies in, None outside of one. Raises GitError where it cannot be read."""
    for candidate in (folder, *folder.parents):
        if found := _git_folder(candidate):
            return found
    return None


def find_top(folder: Path) -> Path | None:
    """The top of the git work tree that a folder lies in, None outside of one. Raises GitError."""
    found = find_git(folder)
    return found.top if found else None


def _git_folder(top: Path) -> GitFolder | None:
    dot_git = top / ".git"
    try:
        if stat.S_ISDIR(os.stat(dot_git).st_mode):
            return GitFolder(top, dot_git, _common(dot_git)) if _is_git_folder(dot_git) else None
        pointer = _pointer(dot_git)
        if not pointer.startswith("gitdir:"):
            raise GitError("`.git` is not a git folder and does not point to one")
        folder = top / pointer.removeprefix("gitdir:").strip()
        if not _is_git_folder(folder):
            raise GitError("`.git` points to a git folder that is not there")
        return GitFolder(top, folder, _common(folder))
    except (
        FileNotFoundError,
        NotADirectoryError,
        PermissionError,
    ):  # the last: of a folder that may not be looked into
        return None
    except OSError as error:
        raise GitError(f"{top}: `.git` cannot be read: {error.strerror}") from error
    except GitError as error:
        raise GitError(f"{top}: {error}") from error


def _is_git_folder(folder: Path) -> bool:
    try:
        os.lstat(folder / "HEAD")
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise GitError(f"`{_shown(folder)}` cannot be read: {error.strerror}") from error
    return True


def _common(folder: Path) -> Path:
    return folder / _pointer(folder / "commondir").strip()


_OF_GIT = {"HEAD", "FETCH_HEAD", "ORIG_HEAD", "branches", "config", "config.worktree", "description", "gc.log", "gc.pid", "hooks", "index", "info", "lfs", "logs", "modules", "objects", "packed-refs", "refs", "reftable", "shallow", "worktrees"}  # fmt: skip


def find_bare(folder: Path) -> GitFolder | None:
    """A folder as a bare repository, None when it has anything in it that git does not make: then it is a folder of somebody's files."""
    try:
        names = set(os.listdir(folder))
    except OSError:
        return None
    if not {"HEAD", "objects", "refs"} <= names <= _OF_GIT:
        return None
    return GitFolder(folder, folder, folder)


def find_store(place: GitFolder) -> Store:
    """Where the objects of a repository are. Raises GitError."""
    _alternates(place)  # git would wait for a pipe
    return Store(place.common / "objects", _algorithm(place), place.top)


def _algorithm(place: GitFolder) -> str:
    algorithm = setting(place, "extensions.objectformat") or "sha1"
    if algorithm not in _ALGORITHMS:
        raise GitError(f"its object format `{algorithm[:50]}` is unknown")
    return algorithm


# -- the index (git's Documentation/gitformat-index)


def read_index(place: GitFolder) -> list[Entry]:
    """The entries of the index, as `git ls-files --stage` gives them. Raises GitError.

    A folder that a sparse index keeps as one entry has the mode 040000, and a slash at the end of its path.
    """
    data = _bytes(place.folder / "index")
    if not data:
        return []
    index = parse_index(data, _ALGORITHMS[_algorithm(place)])
    entries = index.entries
    if index.shared:
        base = _bytes(place.folder / f"sharedindex.{index.shared}")
        entries = _joined(parse_index(base, len(index.shared) // 2).entries, index)
    for entry in entries:
        if _leaves(entry.path):
            raise GitError(
                f"the git index is damaged: it lists `{entry.path[:200]}`, which cannot be a file of this repository"
            )
    return entries


_NO_NAMES = frozenset(["", ".", "..", ".git", *(["git~1"] if os.name == "nt" else [])])


def _leaves(path: str) -> bool:
    """Whether a path leads out of the work tree, or into the folder of git. Windows has a second sign between folders, a short name of `.git`, and drives."""
    if os.name == "nt":
        path = path.replace("\\", "/")
        if path[1:2] == ":":
            return True
    return not _NO_NAMES.isdisjoint(path.removesuffix("/").lower().split("/"))


class Index(NamedTuple):
    """The content of an index file. In a split index it has only what differs from the one that it shares."""

    entries: list[Entry]
    shared: str = ""
    """The name of the shared index; empty for an index that is not split."""
    deleted: frozenset[int] = frozenset()
    """The entries of the shared index that are no longer there, by their number."""
    replaced: tuple[int, ...] = ()
    """Those for which the first entries of this one, which have no name, stand."""


def parse_index(data: bytes, hash_size: int) -> Index:
    """Read an index of version 2, 3 or 4. Raises GitError."""
    if len(data) < 12 + hash_size or data[:4] != b"DIRC":
        raise GitError("the git index is damaged")
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version not in (2, 3, 4):
        raise GitError(f"the git index has version {version}, which is unknown")
    entries, offset, path, end = [], 12, b"", len(data) - hash_size
    for _ in range(count):
        hash_at, flags_at = offset + 40, offset + 40 + hash_size
        flags = int.from_bytes(data[flags_at : flags_at + 2], "big")
        extended = version >= 3 and bool(flags & 0x4000)
        start = flags_at + (4 if extended else 2)
        if version == 4:
            dropped, start = _varint(data, start)
            if dropped > len(path):
                raise GitError("the git index is damaged")
        stop = data.find(b"\0", start, end)
        if stop < 0:
            raise GitError("the git index is damaged")
        path = path[: len(path) - dropped] + data[start:stop] if version == 4 else data[start:stop]
        mode = int.from_bytes(data[offset + 24 : offset + 28], "big")
        skipped = extended and bool(int.from_bytes(data[flags_at + 2 : flags_at + 4], "big") & 0x4000)
        entries.append(Entry(decode_path(path), mode, data[hash_at:flags_at].hex(), skipped=skipped))
        offset = stop + 1 if version == 4 else offset + (stop - offset + 8) // 8 * 8
    index = Index(entries)
    while offset + 8 <= end:
        name, size = data[offset : offset + 4], int.from_bytes(data[offset + 4 : offset + 8], "big")
        content = data[offset + 8 : offset + 8 + size]
        offset += 8 + size
        if name == b"link" and any(content[:hash_size]):
            deleted, rest = _bits(content[hash_size:])
            replaced, _ = _bits(rest)
            index = Index(entries, content[:hash_size].hex(), frozenset(deleted), tuple(replaced))
        elif name not in (b"link", b"sdir") and not name[:1].isupper():  # git, too, stops here
            raise GitError(f"the git index has the extension `{name.decode('ascii', 'replace')}`, which is unknown")
    if offset != end:
        raise GitError("the git index is damaged")
    return index


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """A number in git's offset encoding, and where it ends."""
    value = -1
    for position in range(offset, min(offset + 8, len(data))):
        value = value + 1 << 7 | data[position] & 127
        if data[position] < 128:
            return value, position + 1
    raise GitError("the git index is damaged")


def _bits(data: bytes) -> tuple[list[int], bytes]:
    """The numbers of the bits that are set in an EWAH bitmap, and what follows it (git's ewah/ewah_io.c)."""
    size, length = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
    if size > 8 * _LARGE // 62 or len(data) < 12 + 8 * length:
        raise GitError("the git index is damaged")
    words = [int.from_bytes(data[8 + 8 * n : 16 + 8 * n], "big") for n in range(length)]
    found: list[int] = []
    position = place = 0
    while place < length:
        marker = words[place]
        run, literals = marker >> 1 & 0xFFFFFFFF, marker >> 33
        if marker & 1:
            found += range(position, min(position + 64 * run, size))
        position += 64 * run
        for word in words[place + 1 : place + 1 + literals]:
            found += (position + bit for bit in range(64) if word >> bit & 1)
            position += 64
        place += 1 + literals
    return found, data[12 + 8 * length :]


def _joined(base: list[Entry], index: Index) -> list[Entry]:
    """All entries of a split index (Documentation/gitformat-index, "Split index")."""
    entries = list(base)
    if len(index.replaced) > len(index.entries) or max((*index.deleted, *index.replaced), default=-1) >= len(base):
        raise GitError("the git index is damaged")
    for number, new in zip(index.replaced, index.entries, strict=False):
        entries[number] = new._replace(path=base[number].path)
    kept = [entry for number, entry in enumerate(entries) if number not in index.deleted]
    return sorted(kept + index.entries[len(index.replaced) :], key=lambda entry: os.fsencode(entry.path))


# -- refs, origin, size


def read_git(place: GitFolder) -> Git:
    """Origin, branches and tags of a repository; what is unknown is empty. Raises GitError."""
    settings = read_config(_text(place.common / "config"))
    known = dict(settings)
    reftable = (place.common / "reftable").is_dir()  # a format of its own, which is not read here
    packed = "" if reftable else _text(place.common / "packed-refs", _LARGE)
    loose = "" if reftable else "".join(f" {ref}\n" for ref in _loose_refs(place.common))
    names = {*_NAMES.findall(packed), *_NAMES.findall(loose)}
    return Git(
        origin=hosted_name(known.get("remote.origin.url", "")),
        branch="" if reftable else _symbolic(place.folder / "HEAD", "refs/heads/"),
        default_branch=_symbolic(place.common / "refs/remotes/origin/HEAD", "refs/remotes/origin/"),
        refs=frozenset(names - {"HEAD"}),
        complete=("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*") in settings
        and known.get("remote.origin.tagopt") != "--no-tags"
        and " refs/remotes/origin/" in packed + loose
        and not os.path.lexists(place.common / "shallow"),
        commit=checked_out(place),
    )


def checked_out(place: GitFolder) -> str:
    """The commit that HEAD stands for, empty where there is none or it cannot be read."""
    try:
        return find_ref(place, "HEAD")
    except GitError:  # of the refs, only this one cannot be read
        return ""


def find_ref(place: GitFolder, name: str) -> str:
    """The object id that a ref stands for, found as `git rev-parse` finds it; `""` where there is none. Raises GitError."""
    packed: dict[str, str] | None = None
    for prefix, suffix in _PLACES if is_ref_name(name) else ():
        ref = f"{prefix}{name}{suffix}"
        for _ in range(5):  # a symbolic ref may lead to another
            value = _loose_ref(place, ref)
            if not value and ref.startswith("refs/"):
                packed = _packed_refs(place.common) if packed is None else packed
                value = packed.get(ref, "")
            if not value.startswith("ref:"):
                break
            ref = value.removeprefix("ref:").strip()
        oid = value.split(maxsplit=1)[0] if value else ""
        if len(oid) in (40, 64) and not oid.strip("0123456789abcdef"):
            return oid
    return ""


_PLACES = (
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
)


def _loose_ref(place: GitFolder, ref: str) -> str:
    """What the file of a ref says, `""` where there is none. Raises GitError."""
    if not is_ref_name(ref) or not (ref.startswith("refs/") or ref.isupper()):
        return ""
    found = [folder for folder in (place.folder, place.common) if not (folder / ref).is_dir()]
    return next((text for folder in found if (text := _text(folder / ref).strip())), "")


_NO_REF = regex(r"[\0- \x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|[/.]$|\.lock(?:/|$)|^@?$")


def is_ref_name(name: str) -> bool:
    """Return True if this can be the name of a ref (git-check-ref-format)."""
    plain = all(part.replace("-", "x").replace("_", "x").isalnum() for part in name.split("/"))
    return (plain and not name.startswith("-")) or not _NO_REF.search(name)


def object_bytes(place: GitFolder) -> int:
    """Bytes of all objects of a clone, with those it borrows; 0 for a shallow or partial clone, which does not have them all."""
    try:
        if os.path.lexists(place.common / "shallow") or is_partial(place):
            return 0
        return sum(_store_bytes(store) for store in (place.common / "objects", *_alternates(place)))
    except GitError:
        return 0


def is_partial(place: GitFolder) -> bool:
    """Return True if objects of the repository may be somewhere else only. Raises GitError."""
    settings = dict(read_config(_text(place.common / "config")))
    return "extensions.partialclone" in settings or any(
        name.endswith((".promisor", ".partialclonefilter")) for name in settings
    )


def _alternates(place: GitFolder) -> list[Path]:
    objects = place.common / "objects"
    lines = _pointer(objects / "info/alternates").splitlines()
    return [objects / line for line in dict.fromkeys(lines) if line and not line.startswith("#")][:100]


def _store_bytes(store: Path) -> int:
    total = 0
    for parent, folders, names in os.walk(store):
        folders[:] = [name for name in folders if len(name) == 2 or name == "pack"]
        if parent == os.fspath(store):
            continue
        packed = os.path.basename(parent) == "pack"
        for name in names:
            if packed and not name.endswith(".pack"):
                continue
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except OSError:
                continue
    return total


def _packed_refs(common: Path) -> dict[str, str]:
    found = _PACKED.findall(_text(common / "packed-refs", _LARGE))
    return {name: oid for oid, name in found}


_NAMES = regex(r"(?m) refs/(?:heads|tags|remotes/origin)/([^\r\n]+)")
_PACKED = regex(r"^([0-9a-f]{40,64}) (\S+)\r?$", re.M)


def _loose_refs(common: Path) -> Iterator[str]:
    waiting, count = ["refs"], 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(common / folder) as entries:
                for entry in entries:
                    count += 1
                    path = f"{folder}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    else:
                        yield path
        except OSError:
            continue
        if count > _MOST_REFS:
            raise GitError(f"it has more than {_MOST_REFS:,} refs")


def _symbolic(path: Path, prefix: str) -> str:
    target = _text(path).strip()
    return target.removeprefix(f"ref: {prefix}") if target.startswith(f"ref: {prefix}") else ""


# -- files


def _bytes(path: Path, limit: int = _LARGE) -> bytes:
    """A file of git's, `b""` when it is not there. Raises GitError."""
    try:
        return read_regular(path, limit)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise GitError(f"`{_shown(path)}` cannot be read: {error.strerror}") from error


def _shown(path: Path) -> str:
    """The path of one of git's files as the user knows it: from `.git` on, where it is in there."""
    parts = path.parts[path.parts.index(".git") :] if ".git" in path.parts else path.parts
    return "/".join(parts)[:200]


def _text(path: Path, limit: int = _SMALL) -> str:
    """The same as text."""
    return _bytes(path, limit).decode("utf-8", "surrogateescape")


def _pointer(path: Path) -> str:
    """A file of git's that names folders, `""` when it is not there. Raises GitError."""
    text = _text(path)
    if "\0" in text:
        raise GitError(f"`{_shown(path)}` is damaged")
    return text


def setting(place: GitFolder, name: str) -> str:
    """A value of the repository's own configuration, `""` where it has none. Raises GitError."""
    return dict(read_config(_text(place.common / "config"))).get(name, "")


_SECTION = regex(r"\s*\[\s*([\w.-]+)\s*(?:\"((?:[^\"\\]|\\.)*)\")?\s*\]")
_ESCAPED = regex(r"\\(.)")
_VARIABLE = regex(r"\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$", 16)


@lru_cache(maxsize=1)
def read_config(text: str) -> tuple[tuple[str, str], ...]:
    """The variables of a git configuration, `section.subsection.name` (but for the subsection in small letters) with their values, in order.

    What it includes from elsewhere is not followed.
    """
    found: list[tuple[str, str]] = []
    section = ""
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        if header := _SECTION.match(line):
            subsection = "" if header[2] is None else "." + _ESCAPED.sub(r"\1", header[2])
            section = header[1].lower() + subsection
            line = line[header.end() :]
        while line.endswith("\\") and not line.endswith("\\\\"):
            line = line[:-1] + next(lines, "")
        if variable := _VARIABLE.match(line):
            value = _value(variable[2]) if variable[2] is not None else "true"
            found.append((f"{section}.{variable[1].lower()}".removeprefix("."), value))
    return tuple(found)


_PIECE = regex(r'\\(.)|"|[#;]|[^\\"#;]+')


def _value(written: str) -> str:
    """A value without its quotes, escapes and comment, and without the blanks after it."""
    if not any(sign in written for sign in '\\"#;'):
        return written.rstrip()
    value, kept, quoted = "", 0, False
    for piece in _PIECE.finditer(written):
        text = piece.group()
        if text == '"':
            quoted = not quoted
        elif text in ("#", ";") and not quoted:
            break
        else:
            value += {"n": "\n", "t": "\t", "b": "\b"}.get(piece[1], piece[1]) if piece[1] else text
            kept = len(value) if quoted or piece[1] else kept
    return value[:kept] + value[kept:].rstrip()
