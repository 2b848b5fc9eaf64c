"""Case: one repository to try, in memory, as a JSON file, and as a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from binderlint.git import Git
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Source

_MODES = {REGULAR: "file", EXECUTABLE: "executable", SYMLINK: "link", GITLINK: "submodule"}


class Case(NamedTuple):
    """The files of a repository by path, and what the answers depend on beside them."""

    files: Mapping[str, Source]
    git: Git | None = None
    hub: str = "mybinder.org"

    def repository(self) -> Snapshot:
        """A new snapshot of the case, which remembers nothing of an earlier run."""
        fresh = {path: Source(path, one.data, one.mode, one.tracked) for path, one in self.files.items()}
        return Snapshot.from_dict(fresh, git=self.git, hub=self.hub)

    def with_files(self, files: Mapping[str, Source]) -> Case:
        """The same case with other files."""
        return self._replace(files=dict(files))


def dumps(case: Case, **notes: str) -> str:
    """A case as JSON; bytes that are not UTF-8 become lone surrogates, as in `os.fsdecode`."""
    files: dict[str, Any] = {}
    for path, source in case.files.items():
        text = source.data.decode("utf-8", "surrogateescape")
        kind = _MODES[source.mode]
        files[path] = text if kind == "file" and source.tracked else {"kind": kind, "text": text}
        if not source.tracked:
            files[path]["tracked"] = False
    document: dict[str, Any] = {**notes, "files": files}
    if case.git:
        document["git"] = {**case.git._asdict(), "refs": sorted(case.git.refs)}
    if case.hub != "mybinder.org":
        document["hub"] = case.hub
    return json.dumps(document, indent=1) + "\n"


def loads(text: str) -> Case:
    """The case that `dumps` wrote."""
    document = json.loads(text)
    modes = {kind: mode for mode, kind in _MODES.items()}
    files = {}
    for path, content in document["files"].items():
        one: dict[str, Any] = {"kind": "file", "text": content} if isinstance(content, str) else content
        data = one["text"].encode("utf-8", "surrogateescape")
        files[path] = Source(path, data, modes[one["kind"]], one.get("tracked", True))
    git = document.get("git")
    return Case(
        files,
        Git(**{**git, "refs": frozenset(git["refs"])}) if git else None,
        document.get("hub", "mybinder.org"),
    )


def read(path: Path) -> Case:
    """The case in a JSON file, in a folder that has a `case.json`, or in any other folder: its files."""
    if path.is_file():
        return loads(path.read_text("utf-8"))
    if (path / "case.json").is_file():
        return loads((path / "case.json").read_text("utf-8"))
    files = {}
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name != ".git"]
        for name in [*names, *(name for name in folders if (Path(folder) / name).is_symlink())]:
            file = Path(folder) / name
            inside = file.relative_to(path).as_posix()
            if file.is_symlink():
                files[inside] = Source(inside, os.fsencode(os.readlink(file)), SYMLINK)
            elif file.is_file():
                files[inside] = Source(inside, file.read_bytes(), EXECUTABLE if os.access(file, os.X_OK) else REGULAR)
    return Case(files)


def write_files(case: Case, folder: Path) -> None:
    """Write the files of a case to a new folder. Raises OSError or ValueError for names that this system cannot have as they are."""
    folder.mkdir(parents=True)
    for path, source in case.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if source.mode == SYMLINK:
            os.symlink(os.fsdecode(source.data), file)
        elif source.mode == GITLINK:
            file.mkdir()
        else:
            with file.open("xb") as stream:
                stream.write(source.data)
            file.chmod(0o755 if source.mode == EXECUTABLE else 0o644)
    for path in case.files:  # a system that ignores case, or a kind of accents, has another name
        for name, above in ((part, (folder / path).parents[up]) for up, part in enumerate(reversed(path.split("/")))):
            if name not in os.listdir(above):
                raise FileNotFoundError(f"{path}: {name} has another name here")
