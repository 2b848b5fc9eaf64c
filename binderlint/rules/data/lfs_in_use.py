"""lfs-in-use: The repository uses Git LFS."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_step
from binderlint.facts.rare_files import attribute_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.gitmodules import lfs_patterns
from binderlint.read.wildmatch import fits
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class LfsInUse(Rule):
    code = "DAT003"
    severity = Severity.WARNING
    level = Level.RUN

    @about(attribute_files)
    def check(self, repo: Snapshot, sources: tuple[Source, ...]) -> Iterator[Diagnostic]:
        settings = repo.get(".lfsconfig")
        if settings and re.search(r"fetchexclude\s*=\s*\"?\*", settings.text):
            return
        for source in sources:
            folder = os.fsencode(source.folder)
            for pattern, meant in lfs_patterns(source):
                files = [path for path in repo.sources if fits(meant, os.fsencode(path), folder)]
                if files:
                    many = f"{len(files)} files" if len(files) > 1 else f"`{files[0]}`"
                    yield self.at(
                        pattern,
                        f"Git LFS stores {many}. Binder gets them only while the owner has bandwidth left, and not on every hub",
                        help=f"Run `git lfs migrate export --include='{pattern}'`, and commit the notebooks themselves"
                        if all(path.endswith(".ipynb") for path in files)
                        else f"Store the data elsewhere (Zenodo, an object store) and download it {build_step(repo)}",
                    )
