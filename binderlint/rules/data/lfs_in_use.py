"""lfs-in-use: The repository uses Git LFS."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_step
from binderlint.facts.lfs import Stored, stored_in_lfs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import used_file
from binderlint.repo2docker.mentions import says_what_is_installed
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD, Source, Text, stands_in

_TESTS = frozenset(["test", "tests", "testing"])


class LfsInUse(Rule):
    code = "DAT003"
    severity = Severity.WARNING
    level = Level.RUN

    @about(stored_in_lfs)
    def check(self, repo: Snapshot, stored: tuple[Stored, ...]) -> Iterator[Diagnostic]:
        of_build: set[str] = set()
        for path in (path for one in stored for path in one.files):
            name = path.rpartition("/")[2]
            used = used_file(repo, name) if says_what_is_installed(name) else None
            if used and used.path == path:
                of_build.add(path)
                yield self.at(
                    Source(path, b"") if used.mode == UNREAD else used,
                    "Git LFS stores this file, which Binder builds from. Where it does not arrive, the clone fails, or Binder reads the three lines of its pointer instead"
                    + (". This clone has only the pointer, so the file was not checked" if used.mode == UNREAD else ""),
                    help=f"Take it out of Git LFS: `git lfs migrate export --include='{path}'`",
                )
        notebooks: list[tuple[Text, list[str]]] = []
        others: list[tuple[Text, list[str]]] = []
        for one in stored:
            if files := [path for path in one.files if path not in of_build]:
                only_notebooks = all(path.endswith(".ipynb") for path in files)
                (notebooks if only_notebooks else others).append((one.pattern, files))
        step = f"Store the data elsewhere (Zenodo, an object store) and download it {build_step(repo)}"
        export = "Run `git lfs migrate export --include='*.ipynb'`, and commit the notebooks themselves"
        for patterns, advice in ((notebooks, export), (others, step)):
            number = sum(len(files) for _, files in patterns)
            if all(stands_in(path, _TESTS) for _, files in patterns for path in files):
                advice = "What only tests need is better taken out of Git LFS, or downloaded by the tests"
            for pattern, files in patterns:
                many, them = (f"{number} files", "them") if number > 1 else (f"`{files[0]}`", "it")
                yield self.at(
                    pattern,
                    f"Git LFS stores {many}. Binder gets {them} only while the owner has bandwidth left, and not on every hub",
                    help=advice,
                )
