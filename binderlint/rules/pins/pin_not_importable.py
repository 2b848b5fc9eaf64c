"""pin-not-importable: A pinned version is installed, and importing it ends with an error."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.changes.python import other_python
from binderlint.facts.environment.held import held_at
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.provided import is_export
from binderlint.facts.environment.python import python_minor
from binderlint.facts.environment.unimportable import Unimportable, unimportable_pins
from binderlint.facts.imported import imported_modules
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

_OF_SERVER = frozenset({"requests", "urllib3"})
"""Packages without which `import jupyterlab.labapp` ends with an error."""


class PinNotImportable(Rule):
    code = "PIN010"
    severity = Severity.ERROR
    level = Level.RUN

    @about(unimportable_pins)
    def check(self, repo: Snapshot, found: tuple[Unimportable, ...]) -> Iterator[Diagnostic]:
        python = python_minor(repo)
        modules = imported_modules(repo)
        for one, failing in found:
            held = held_at(one, python)
            if held and (held.too_old or held.missing):
                continue  # pin-python-mismatch and pin-not-available-for-python: pip does not get as far
            written = one.text.partition(";")[0].strip()
            # Nobody knows whether anything imports what no notebook does: a list of all that was installed has much that only other packages use.
            is_used = modules and not modules.packages.isdisjoint((one.key, failing.module))
            severity = None if is_used else Severity.WARNING
            newer = f"use a newer {failing.package}"
            if failing.because == "python":
                fix = other_python(repo, python)
                server = failing.package in _OF_SERVER
                ends = "the Jupyter server, which imports it, does not start"
                yield self.at(
                    one.text,
                    f"`{written}` is installed, and {ends if server else f'`import {failing.module}` ends with an error'}: it {failing.why}, and Binder uses Python {python} here",
                    help=f"{fix.title}, or {newer}" if fix else newer[0].upper() + newer[1:],
                    fix=fix,
                    severity=Severity.ERROR if server else severity,
                    level=Level.LAUNCH if server else None,
                )
                continue
            if failing.why:
                yield self.at(
                    one.text,
                    f"`{written}` is installed, but the server in a session cannot load it, and nothing of it works: it {failing.why}",
                    help=newer[0].upper() + newer[1:],
                    severity=Severity.WARNING if is_export(repo) else None,
                )
                continue
            limit = f"{failing.because}<{failing.since}"
            listed = failing.because in {other.key for other in pip_requirements(repo)}
            free = (
                None if listed or build_plan(repo).buildpack == Buildpack.PIPFILE else add_package(repo, limit, limit)
            )
            yield self.at(
                one.text,
                f"`{written}` does not work with {failing.because} {failing.since} or newer, which is installed beside it, so `import {failing.module}` ends with an error",
                help=f"Let {failing.because} be older, `{limit}`, or {newer}"
                if listed
                else f"Add `{limit}`, or {newer}",
                fix=free,
                severity=severity,
            )
