"""symlink-escapes-repo: A configuration file is a symbolic link to something that Binder does not get."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.facts.rare_files import linked_configuration
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import GITLINK, Source


class SymlinkEscapesRepo(Rule):
    code = "LAY015"
    severity = Severity.ERROR
    level = Level.RUN

    @about(linked_configuration)
    def check(self, repo: Snapshot, links: tuple[Source, ...]) -> Iterator[Diagnostic]:
        for source in links:
            if not repo.exists(source.path) and not self._in_submodule(repo, source.path):
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
