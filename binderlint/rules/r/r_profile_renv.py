"""r-profile-renv: `.Rprofile` switches every R session to an empty library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.r import calls, conda_installs_r
from binderlint.facts.rare_files import r_profile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class RProfileRenv(Rule):
    code = "RLG004"
    severity = Severity.WARNING
    level = Level.RUN

    @about(r_profile)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        if build_plan(repo).buildpack != Buildpack.R and not conda_installs_r(repo):
            return
        scripts = [used_file(repo, "install.R"), used_file(repo, "postBuild")]
        if any(script and re.search(r"restore|hydrate|packrat::", script.text) for script in scripts):
            return
        for call in calls(source):
            if call.name == "source" and re.search(r"renv/activate\.R|packrat/init\.R", call.text):
                lock = repo.get("renv.lock")
                kernel = bool(lock and '"IRkernel"' in lock.text)
                packrat = "packrat" in call.text
                restore = (
                    "Restore it in postBuild (`Rscript -e 'packrat::restore()'`)"
                    if packrat
                    else "Restore it in postBuild (`Rscript -e 'renv::restore()'`)"
                    if conda_installs_r(repo)
                    else 'Restore it in install.R (`install.packages("renv"); renv::restore()`)'
                )
                only = 'run this line only outside Binder: `if (!nzchar(Sys.getenv("BINDER_LAUNCH_HOST")))`'
                yield self.at(
                    call.text,
                    "This switches every R session on Binder to the project's own library, which is not in the image, so no package is found",
                    help=f"{restore}, or {only}"
                    if kernel or packrat or not lock
                    else f"R{only[1:]}. Restoring the library is not enough: renv.lock has no IRkernel, so the kernel would not start",
                )
