"""shadowed-config-file: Binder ignores a configuration file because of another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.merge_environments import Merge, into_environment, into_requirements, not_in
from binderlint.data import listed_words
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs, environment_mapping
from binderlint.facts.environment.provided import provided
from binderlint.facts.for_binder import is_for_binder
from binderlint.facts.imported import imported_packages
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.commands import script_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.pattern import regex
from binderlint.read.installer import asked_for, is_pip
from binderlint.read.packages import modules_of
from binderlint.read.requirements import brought_by_others, canonical, read_requirements
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CHOSEN_BY, CONDA, ONLY_BINDERS, PIPFILES, REQUIREMENTS, RUN_FILES
from binderlint.repo2docker.plan import Plan, Status
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# What an ignored file leaves undone.
_UNDONE = {
    **dict.fromkeys((*REQUIREMENTS, *CONDA, *PIPFILES, "apt.txt"), "its packages are not installed"),
    **dict.fromkeys(RUN_FILES, "it is never run"),
}


_WORD = regex(r"\w+")
# The name of a repository in its address, which is nearly always that of the package in it.
_REPOSITORY = regex(r"^git\+\w+://[^/]+/(?:[^#?/@]+/)*([\w.-]+?)(?:\.git)?/?(?:@[^#]*)?(?:#.*)?$")
# Of these it is known which packages they ask for.
_COMPARED = ("requirements.txt", "Pipfile")


class ShadowedConfigFile(Rule):
    code = "LAY001"
    severity = Severity.ERROR
    level = Level.RUN

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        winners = (
            CHOSEN_BY.get(plan.buildpack, ()) if plan.buildpack and plan.buildpack != Buildpack.JULIA_REQUIRE else ()
        )
        winner = next((name for name in winners if plan.uses(plan.path(name))), None)
        if winner is None or plan.default:
            return
        for use in plan.files:
            source = repo.get(use.path)
            if use.status is not Status.IGNORED or not source or not self._is_asked_for(repo, source):
                continue
            listed_there = _missing(repo, source)
            missing = listed_there and _not_brought(repo, source, listed_there)
            if missing == []:
                yield self.at(
                    source,
                    f"Binder installs `{winner}` and ignores this file. "
                    + (
                        f"What it lists is installed all the same, in the versions that suit the packages of `{winner}`"
                        if listed_there
                        else f"All that it lists is in `{winner}` or in Binder's own environment"
                    ),
                    help=f"Nothing is missing, but keep in mind that Binder uses only `{winner}`",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
                continue
            undone = f"{_listed(missing)} not installed" if missing else _UNDONE[source.name]
            if missing and listed_words("development_tools.txt").issuperset(map(canonical, missing)):
                yield self.at(
                    source,
                    f"Binder builds from `{winner}` and ignores this file, so {undone}",
                    help=f"Notebooks rarely need that, but keep in mind that Binder uses only `{winner}`",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
                continue
            merge = self._merge(repo, source)
            needless = missing is not None and not _is_needed(repo, missing)
            yield self.at(
                source,
                f"Binder builds from `{winner}` and ignores this file, so {undone}"
                + (f". No notebook imports {'it' if len(missing) == 1 else 'them'}" if missing and needless else ""),
                help=_what_to_do(winner, source.name),
                severity=Severity.WARNING if needless or self._may_be_in_image(repo, source) else None,
                fix=merge and Fix(_title(merge, source), merge.edits, Applicability.UNSAFE),
            )

    def _is_asked_for(self, repo: Snapshot, source: Source) -> bool:
        """Whether this is the rule to speak about an ignored file."""
        plan = build_plan(repo)
        if source.path != plan.path(source.name) or source.name not in _UNDONE:
            return False
        if source.name == "environment.yaml" and repo.get(plan.path("environment.yml")):
            return False  # dual-env-extension
        if source.name == "install.R" and plan.buildpack not in (Buildpack.DOCKER, Buildpack.NIX):
            if not any(spec.key == "r" or spec.key.startswith("r-") for spec in conda_specs(repo)):
                return False  # r-runtime-date-missing
        if source.name == "Pipfile.lock" and repo.get(plan.path("Pipfile")):
            return False  # the Pipfile says it
        if plan.buildpack == Buildpack.DOCKER and source.name not in ONLY_BINDERS and not is_for_binder(repo):
            return False  # the Dockerfile is for something else, and may use it
        return bool(source.data.strip())

    def _may_be_in_image(self, repo: Snapshot, source: Source) -> bool:
        """Whether the image that the Dockerfile starts from may have been built from the file."""
        return build_plan(repo).buildpack == Buildpack.DOCKER and source.name not in (
            *ONLY_BINDERS,
            "start",
        )

    def _merge(self, repo: Snapshot, source: Source) -> Merge | None:

        environment = environment_mapping(repo)
        plan = build_plan(repo)
        if source.name != "requirements.txt" or plan.buildpack != Buildpack.CONDA or not environment:
            return None
        runtime = plan.path("runtime.txt")
        if not any(repo.exists(name) for name in (runtime, "setup.py", "pyproject.toml")):
            if merge := into_requirements(environment, source, runtime):
                return merge
        return into_environment(environment, source)


def _missing(repo: Snapshot, source: Source) -> list[str] | None:
    """The packages of an ignored requirements.txt or Pipfile that environment.yml does not have; None where that is not known."""
    environment = environment_mapping(repo)
    known = source.name == "Pipfile" or (source.name == "requirements.txt" and any(read_requirements(source)))
    if environment is None or source.name not in _COMPARED:
        return None
    try:
        return not_in(environment, source) if known else []
    except (ValueError, RecursionError):  # a Pipfile that is no TOML
        return None


def _is_needed(repo: Snapshot, missing: list[str]) -> bool:
    """Whether the notebooks may import one of the packages, or what only these bring."""
    imported, there = imported_packages(repo), provided(repo)
    if imported is None or there is None or not imported <= there:
        return True
    names = {name for one in map(canonical, missing) for name in (*modules_of(one), one.replace("-", "_"))}
    pages = [cell.text for page in shown_notebooks(repo) for cell in page.code]
    texts = (*pages, *(source.prose for source in repo.files if source.path.endswith(".py")))
    return any(not names.isdisjoint(_WORD.findall(text)) for text in texts)


def _not_brought(repo: Snapshot, source: Source, names: list[str]) -> list[str]:
    """Those of the packages that nothing else brings: neither the environment and the scripts, nor, in the lock of a tool, a package that it names as the reason."""
    there = (provided(repo) or frozenset()) | {"jupyter"}  # which is empty, and its parts are in every image
    for _, command in script_commands(repo):
        if is_pip(command.name) and "install" in command.values:
            words = command.values[command.values.index("install") + 1 :]
            wanted = asked_for(command.name, words)
            there |= {canonical(re.split(r"[<>=!~\[ ;]", word)[0]) for word in wanted.packages}
            there |= {canonical(name) for place in wanted.places for name in _REPOSITORY.findall(place)}
    there |= {canonical(name) for one in pip_requirements(repo) for name in _REPOSITORY.findall(one.url or "")}
    if source.name == "requirements.txt":
        there |= {one.key for one in brought_by_others(source)}
    return [name for name in names if canonical(name) not in there]


def _listed(names: list[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(f'`{name}`' for name in names[:2])} and {len(names) - 2} more packages are"
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'}"


def _title(merge: Merge, source: Source) -> str:
    if source.path not in {edit.path for edit in merge.edits if isinstance(edit, Delete)}:
        return "Move the packages of environment.yml to requirements.txt"
    title = "Move the requirements to environment.yml"
    if not merge.kept:
        return title
    return f"{title} ({', '.join(merge.kept)}: in both, stays as environment.yml has it)"


def _what_to_do(winner: str, name: str) -> str:
    if winner == "Dockerfile":
        return f"Do in the Dockerfile what `{name}` is for, or remove the file"
    if name in (*REQUIREMENTS, *PIPFILES):
        if winner not in (*CONDA, *PIPFILES, "requirements.txt"):
            return f"Move its packages to a requirements.txt, which Binder installs beside `{winner}`"
        return f"Move its packages to `{winner}`, or remove one of the two files"
    if name == "install.R":
        return "List the R packages in environment.yml (`r-sf` for sf), or run `Rscript install.R` in postBuild"
    return f"Remove `{name}`, or the `{winner}` that hides it"
