"""lockfile-not-supported: Binder does not know the lock file's tool."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.projects import EXPORTS, PYTHON_LOCKS, in_binder, uninstallable_project, unknown_locks
from binderlint.facts.for_binder import is_application, is_only_package, is_refused
from binderlint.facts.launch.launched import launched_elsewhere
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CONDA
from binderlint.repo2docker.plan import Status
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class LockfileNotSupported(Rule):
    code = "LAY017"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    whole = True

    @about(unknown_locks)
    def check(self, repo: Snapshot, locks: tuple[Source, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if any((use := plan.use(lock.path)) and use.status is not Status.IGNORED for lock in locks):
            return
        if plan.default and not plan.error:
            if uninstallable_project(repo) or launched_elsewhere(repo):
                return
            yield self.at(
                locks[0],
                f"Binder does not read {locks[0].name}, and finds no other environment file, so it does not know what to install",
                help=_advice(repo, locks[0]),
                severity=Severity.ERROR if is_refused(repo) else Severity.WARNING,
                level=Level.LAUNCH if is_refused(repo) else Level.RUN,
            )
            return
        if plan.binder_dir or any(used_file(repo, name) for name in ("requirements.txt", *CONDA)):
            return
        if plan.buildpack == Buildpack.PYTHON:
            found = [lock for lock in locks if lock.name in PYTHON_LOCKS]
        elif plan.buildpack == Buildpack.R:
            found = [lock for lock in locks if lock.name == "renv.lock"]
        else:
            found = []
        for lock in found[:1]:
            yield self.at(
                lock,
                f"Binder does not read {lock.name}: it installs the newest versions instead of the locked ones",
                help=_advice(repo, lock),
                severity=Severity.INFO if is_only_package(repo) else None,
            )


def _advice(repo: Snapshot, lock: Source) -> str:
    if lock.name == "renv.lock":
        return "Put `renv::restore()` in install.R, and `r-` with a date in runtime.txt"
    export = EXPORTS.get(lock.name)
    if export and is_application(repo):
        export = in_binder(export)
    return (
        f"Create a file that Binder reads: `{export}`" if export else "Create an environment.yml or a requirements.txt"
    )
