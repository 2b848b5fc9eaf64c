"""both-binder-dirs: The repository has a `binder` and a `.binder` folder."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.rare_files import two_folders
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.snapshot import Snapshot
from binderlint.source import SYMLINK


class BothBinderDirs(Rule):
    code = "LAY005"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(two_folders)
    def check(self, repo: Snapshot, _: tuple[str, ...]) -> Iterator[Diagnostic]:
        inside = [source for path, source in repo.sources.items() if path.startswith((".binder/", "binder/"))]
        yield self.at(
            min(inside, key=lambda source: source.name not in CONFIG_NAMES) if inside else repo.place,
            "The repository has both a folder `binder` and a folder `.binder`. Binder cannot tell which one to use, so the build stops",
            help="Keep one of the two folders",
            fix=self._merge(repo),
        )

    def _merge(self, repo: Snapshot) -> Fix | None:
        for link, other in (("binder", ".binder"), (".binder", "binder")):
            if link in repo.sources:
                if repo.sources[link].mode != SYMLINK or repo.resolve(link) != other:
                    return None
                return Fix(f"Remove the link `{link}`", (Delete(link),))
        plain = [path for path in repo.sources if path.startswith("binder/")]
        others = [path for path in plain if path.removeprefix("binder/") not in CONFIG_NAMES]
        old, new = (".binder", "binder") if others else ("binder", ".binder")
        moves = [Rename(path, new + path[len(old) :]) for path in repo.sources if path.startswith(f"{old}/")]
        if any(move.to in repo.sources for move in moves):
            return None
        return Fix(f"Move the files of `{old}` to `{new}`", tuple(moves), Applicability.UNSAFE)
