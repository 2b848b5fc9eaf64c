"""binder-dir-hides-root-config: The `binder` folder hides configuration in the root of the repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_refused
from binderlint.facts.named import naming, relative
from binderlint.facts.plans import folder_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import WITH_RUNTIME, Buildpack
from binderlint.repo2docker.names import CONDA, CONFIG_NAMES, NO_ENVIRONMENT, ONLY_BINDERS, OWN_PACKAGE, ROOT_ONLY
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class BinderDirHidesRootConfig(Rule):
    code = "LAY002"
    severity = Severity.ERROR
    level = Level.RUN

    @about(folder_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        folder = plan.binder_dir
        linked = {repo.resolve(f"{folder}/{name}") for name in CONFIG_NAMES}
        without = repo.replace(source for path, source in repo.sources.items() if not path.startswith(f"{folder}/"))
        for name in CONFIG_NAMES:
            source = repo.get(name)
            if not source or plan.uses(name) or name in linked or source.path.startswith(f"{folder}/"):
                continue
            if self._is_missed(repo, source, without):
                others = _switched_off(repo, source, folder) if name == "Dockerfile" else []
                yield self.at(
                    source,
                    f"Because of the folder `{folder}`, Binder looks for `{name}` only there and ignores this file",
                    help=f"Add an environment file to `{folder}`, such as a requirements.txt, which may be empty: beside a Dockerfile, Binder would ignore {listed(others, 4)}"
                    if others
                    else f"Move it to `{folder}/{name}`"
                    if name not in ROOT_ONLY
                    else f"Add an environment file to `{folder}`, or rename the folder if it is not for Binder's configuration",
                    severity=Severity.WARNING if name == "runtime.txt" and not plan.default else None,
                    level=Level.LAUNCH if is_refused(repo) and plan.default and name not in NO_ENVIRONMENT else None,
                    fix=None if others else _move(repo, source, f"{folder}/{name}"),
                    cause="the package in the root" if name in OWN_PACKAGE else "",
                )
            elif self._is_worth_knowing(repo, name):
                yield self.at(
                    source,
                    f"Binder reads the files in `{folder}` instead of this one",
                    help="Nothing to do if it has another purpose",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )

    def _is_missed(self, repo: Snapshot, source: Source, without: Snapshot) -> bool:
        """Whether the folder has nothing in the place of a file of the root that would be read without the folder."""
        plan, name = build_plan(repo), source.name
        if repo.exists(plan.path(name)):
            return False
        if name == "start" and "$@" not in source.prose:
            return False
        if plan.default and not build_plan(without).default:
            return build_plan(without).uses(name) and not name.startswith(".")
        if name == "runtime.txt" and plan.buildpack in WITH_RUNTIME:
            return source.text.startswith("python-")
        if plan.buildpack in (Buildpack.DOCKER, None) or name not in (*ONLY_BINDERS, "start"):
            return False
        if name == "install.R" and plan.buildpack != Buildpack.R:
            return False
        return not any(naming(repo, name, name))

    def _is_worth_knowing(self, repo: Snapshot, name: str) -> bool:
        if name == "install.R":
            return not any(naming(repo, name, name))
        if name not in (*CONDA, "requirements.txt", "Pipfile", "runtime.txt"):
            return False
        return not any(repo.exists(one) for one in (*OWN_PACKAGE, "DESCRIPTION"))


def _switched_off(repo: Snapshot, dockerfile: Source, folder: str) -> list[str]:
    """The files of the folder that Binder would not use any more with a Dockerfile in it, which does not name them either."""
    names = (name for name in NO_ENVIRONMENT if not name.startswith(".") and name not in dockerfile.prose)
    return [path for name in names if repo.get(path := f"{folder}/{name}")]


def _move(repo: Snapshot, source: Source, to: str) -> Fix | None:
    """A move into the binder directory, unless the file or another one refers to where it is."""
    if source.name in ROOT_ONLY or relative(source) or any(naming(repo, source.name, source.path)):
        return None
    return Fix(f"Move `{source.path}` to `{to}`", (Rename(source.path, to),), Applicability.UNSAFE)
