"""nbserverproxy-renamed: A proxy package was renamed in 2019."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import remove, remove_requirement, replace
from binderlint.changes.launch_scripts import removed
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import pip_requirements, server_requirements
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.facts.scripts.commands import script_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import subcommand
from binderlint.read.packages import packages_by_name
from binderlint.read.renamed import RENAMED
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text


def _named(one: Requirement) -> Text:
    """The name with its version, which belongs to the other package."""
    end = len(one.name) if not one.clauses else len(one.text) - (len(one.text) - one.text.index(one.specifier) - len(one.specifier))  # fmt: skip
    return one.text.part(0, end) if one.text.place.text == one.text else one.text


def _enabling(repo: Snapshot, old: str) -> Iterator[Edit]:
    """The edits that remove what enables the old package in scripts, since the new one registers itself."""
    for _, command in script_commands(repo):
        words = subcommand(command)
        if words[0] == "jupyter" and "enable" in words and old in words and words[1:2] != ("nbextension",):
            fix = removed(command, "", Applicability.SAFE)
            yield from fix.edits if fix else ()


def _bringing(repo: Snapshot, name: str) -> str:
    """A package that is asked for and installs another one; empty for none."""
    known = packages_by_name()
    return next((one for one in sorted(asked_names(repo) & known.keys()) if name in known[one].brings), "")


class NbserverproxyRenamed(Rule):
    code = "PIP009"
    severity = Severity.ERROR
    level = Level.RUN

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if not plan.transparent or (plan.python and plan.python.version == "3.7"):
            return  # with the server of an image, or the classic one
        yield from self._of_pip(repo, pip_requirements(repo), plan.separate_kernel)
        yield from self._of_pip(repo, server_requirements(repo), False)
        dependencies = conda_list(repo)
        specs = conda_specs(repo)
        names = {spec.key for spec in specs}
        for spec in specs:
            if (name := RENAMED.get(spec.key)) and name in names and dependencies is not None:
                index = next(
                    n
                    for n, item in enumerate(dependencies)
                    if item.place.span.start <= spec.text.place.span.start < item.place.span.end
                )
                yield self.at(
                    spec.text,
                    f"`{spec.name}` is the old name of `{name}`, which is also listed. It has no effect in Binder's images",
                    help="Remove the line",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                    fix=Fix(f"Remove `{spec.name}`", (remove(dependencies, index), *_enabling(repo, spec.name))),
                )
            elif name:
                start = spec.name.place.span.start - spec.text.place.span.start
                part = spec.text if spec.whole else spec.text.part(start, len(spec.text))
                yield self._renamed(repo, spec.text, spec.name, part, name, plan.separate_kernel)

    def _of_pip(self, repo: Snapshot, requirements: tuple[Requirement, ...], for_kernel: bool) -> Iterator[Diagnostic]:
        asked = {one.key for one in requirements}
        for one in requirements:
            name = RENAMED.get(one.key)
            if name and name in asked:
                yield self.at(
                    one.text,
                    f"`{one.name}` is the old name of `{name}`, which is also listed. It has no effect in Binder's images",
                    help="Remove the line",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                    fix=Fix(f"Remove `{one.name}`", (remove_requirement(one), *_enabling(repo, one.name))),
                )
            elif name and not one.url:
                yield self._renamed(repo, one.text, one.name, None if one.hashed else _named(one), name, for_kernel)

    def _renamed(
        self, repo: Snapshot, where: Text, old: str, part: Text | None, new: str, for_kernel: bool
    ) -> Diagnostic:
        if not for_kernel and (by := _bringing(repo, new)):
            return self.at(
                where,
                f"`{old}` is the old name of `{new}`, which `{by}` installs. It has no effect in Binder's images",
                help="Remove it",
                severity=Severity.INFO,
                level=Level.POLISH,
            )
        if for_kernel:
            return self.at(
                where,
                f"`{old}` was renamed `{new}`, and here it is installed for the kernel, not for the server on another Python beside it, so nothing is served",
                help=f"Run `pip install {new}` in postBuild, and remove this line",
            )
        return self.at(
            where,
            f"`{old}` was renamed `{new}`. The old package does not work with the server in Binder's images, so nothing is served",
            help=f"Use `{new}`",
            fix=Fix(f"Change it to `{new}`", (replace(part, new), *_enabling(repo, old))) if part is not None else None,
        )
