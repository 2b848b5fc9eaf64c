"""symlink-escapes-repo: A configuration file is a symbolic link to something that Binder does not get."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.snapshot import Snapshot
from binderlint.source import BINDER_FOLDERS, GITLINK, SYMLINK


class SymlinkEscapesRepo(Rule):
    code = "LAY015"
    severity = Severity.ERROR
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        folder = build_plan(repo).binder_dir
        paths = [*BINDER_FOLDERS, *(posixpath.join(folder, name) for name in CONFIG_NAMES)]
        for path in paths:
            source = repo.sources.get(path)
            if source and source.mode == SYMLINK and not repo.exists(path) and not self._in_submodule(repo, path):
                yield self.at(
                    source,
                    f"`{source.name}` is a link to `{source.text}`, which is not in the repository. On Binder the file does not exist",
                    help="Put the file itself in the repository, or link to one that is in it",
                )

    def _in_submodule(self, repo: Snapshot, path: str) -> bool:
        target = repo.resolve(path)
        while target:
            target = posixpath.dirname(target)
            if target in repo.sources and repo.sources[target].mode == GITLINK:
                return True
        return False
