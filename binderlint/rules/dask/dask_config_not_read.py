"""dask-config-not-read: dask does not read the configuration in `.dask/`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.dask.configs import (
    FOLDER,
    OLD_FOLDER,
    Config,
    old_folder_mentions,
    unread_configs,
)
from binderlint.facts.dask.versions import newest
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Table


class DaskConfigNotRead(Rule):
    code = "DSK002"
    severity = Severity.ERROR
    level = Level.RUN

    @about(unread_configs)
    def check(self, repo: Snapshot, configs: tuple[Config, ...]) -> Iterator[Diagnostic]:
        yield self.at(
            configs[0].source,
            # only two releases for Python 3.7 are newer, and what else is pinned can keep them out
            severity=Severity.WARNING if newest(repo) == (2022, 2, 0) else None,
            message="dask has not looked in `.dask` since version 2022.1.1, so nothing in this file has an effect",
            help="Move it to `.config/dask/`, which is `~/.config/dask/` on Binder",
            fix=_moved(repo, configs),
        )


def _moved(repo: Snapshot, configs: tuple[Config, ...]) -> Fix | None:
    """The folder at its new place, where this makes nothing worse: all of its files are valid, and none is in the way."""
    paths = [path for path in repo.sources if path.startswith(f"{OLD_FOLDER}/")]
    targets = {path: FOLDER + path[len(OLD_FOLDER) :] for path in paths}
    if any(config.problem or not isinstance(config.value, Table | None) for config in configs):
        return None
    if any(target in repo.sources for target in targets.values()):
        return None
    ignored = repo.get(".gitignore")
    if ignored and re.search(r"^/?\.config\b", ignored.text, re.MULTILINE):
        return None  # git would leave the moved files out
    mentions = old_folder_mentions(repo)
    if mentions is None:
        return None
    edits: list[Edit] = [Rename(path, target) for path, target in targets.items()]
    edits += [replace(mention, FOLDER) for mention in mentions]
    return Fix("Move `.dask/` to `.config/dask/`", tuple(edits))
