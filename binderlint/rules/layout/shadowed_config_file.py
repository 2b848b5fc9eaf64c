"""shadowed-config-file: Binder ignores a configuration file because of another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.merge_environments import (
    Merge,
    conda_names,
    into_environment,
    into_requirements,
    not_in,
    of_pipfile,
)
from binderlint.data import listed_words
from binderlint.facts.docker.context import build_dockerfile, image_of_commit
from binderlint.facts.docker.stand_ins import apt_missing, is_done_elsewhere, shared_programs
from binderlint.facts.environment.asked import locked_names
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs, environment_mapping
from binderlint.facts.environment.own_package import own_names, own_requirements
from binderlint.facts.environment.provided import installed_packages, provided
from binderlint.facts.for_binder import is_application, is_for_binder
from binderlint.facts.imported import imported_modules
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.plans import ignored_files
from binderlint.facts.r import calls
from binderlint.facts.scripts.commands import script_commands
from binderlint.facts.scripts.other_lists import installed_lists, installs_other_list
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.pattern import regex
from binderlint.read.installer import asked_for, is_pip
from binderlint.read.packages import modules_of, packages_by_name
from binderlint.read.requirements import (
    CONDA_PIN,
    Invalid,
    Option,
    Requirement,
    brought_by_others,
    canonical,
    read_requirements,
    repository_name,
)
from binderlint.read.yaml import read_yaml
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CHOSEN_BY, CONDA, ONLY_BINDERS, PIPFILES, REQUIREMENTS, RUN_FILES
from binderlint.repo2docker.plan import FileUse
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Table, Text

# What an ignored file leaves undone.
_UNDONE = {
    **dict.fromkeys((*REQUIREMENTS, *CONDA, *PIPFILES, "apt.txt"), "its packages are not installed"),
    **dict.fromkeys(RUN_FILES, "it is never run"),
}


_WORD = regex(r"\w+")
# Files of other programs that may use a list of packages.
_OTHERS = regex(
    r"(?:\.github/workflows|\.circleci)/|(?:\.readthedocs\.ya?ml|\.travis\.yml|\.gitlab-ci\.yml|tox\.ini|noxfile\.py|Makefile|Procfile|setup\.py|setup\.cfg|pyproject\.toml)$"
)
# Programs that only build the package or its documentation.
_TOOLS = ("conf.py", "setup.py", "noxfile.py")
# Of these it is known which packages they ask for.
_COMPARED = ("requirements.txt", "Pipfile")


class ShadowedConfigFile(Rule):
    code = "LAY001"
    severity = Severity.ERROR
    level = Level.RUN

    @about(ignored_files)
    def check(self, repo: Snapshot, passed_by: tuple[FileUse, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        winners = (
            CHOSEN_BY.get(plan.buildpack, ()) if plan.buildpack and plan.buildpack != Buildpack.JULIA_REQUIRE else ()
        )
        winner = next((name for name in winners if plan.uses(plan.path(name))), None)
        dockerfile = build_dockerfile(repo)
        if winner is None or plan.default or (dockerfile and not dockerfile.instructions):
            return
        image = image_of_commit(dockerfile) if dockerfile else None
        for use in passed_by:
            source = repo.get(use.path)
            if not source or source.path != use.path:
                continue  # a link: where it leads, the file speaks for itself
            if not self._is_asked_for(repo, source):
                continue
            builder = winner if source.path == plan.path(source.name) else plan.path(winner)
            ignored = f"Binder builds from `{builder}` and ignores this file"
            if winner in CONDA and (line := _of_conda(source)):
                yield self._info(
                    line,
                    f"{ignored}. It was exported from conda, and pip cannot read it either",
                    help=f"Nothing to do if `{winner}` lists what the notebooks need; copy a version that matters to it",
                )
                continue
            if image:
                yield self._info(
                    source,
                    f"Binder uses the image `{image.written}`, which was built from an earlier commit, and does not read this file: a change here has no effect until a new image is built",
                    help="Build a new image after a change of this file, and name it in the Dockerfile",
                )
                continue
            if done := _done_by_dockerfile(repo, source):
                yield self._info(
                    source,
                    f"{ignored}. {done}",
                    help=f"Remove `{source.name}` if nothing of it is missing in the Dockerfile",
                )
                continue
            listed_there = apt_missing(repo, source) if source.name == "apt.txt" else _missing(repo, source)
            missing = (
                listed_there
                if source.name == "apt.txt"
                else listed_there and _not_brought(repo, source, listed_there, provided(repo) or frozenset())
            )
            lists = source.name in (*REQUIREMENTS, *CONDA, *PIPFILES)
            if lists and listed_there != [] and installs_other_list(repo):
                yield self._info(
                    source,
                    f"{ignored}. A script of the build or the launch installs packages from another list",
                    help="Nothing to do if that list has what this one lists, but keep in mind that Binder does not read this file",
                )
                continue
            if (
                listed_there
                and missing == []
                and (open_ := _not_brought(repo, source, listed_there, installed_packages(repo)))
            ):
                yield self._info(
                    source,
                    f"{ignored}. Whether {listed(open_)} {'is' if len(open_) == 1 else 'are'} installed depends on what other packages of `{winner}` bring along",
                    help=f"Copy what the notebooks need of it to `{winner}`",
                )
                continue
            if missing == []:
                yield self._info(
                    source,
                    f"{ignored}. "
                    + (
                        f"All that it lists is in `{winner}` or in Binder's own environment"
                        if not listed_there and winner in (*CONDA, *PIPFILES)
                        else f"What it lists is installed all the same, in the versions that suit the packages of `{winner}`"
                        if winner in CONDA
                        else "What it lists is installed all the same"
                    ),
                    help=f"Nothing is missing but the versions, such as `{pin}`: copy them to `{winner}`"
                    if (pin := _lost_pin(repo, source))
                    else "Nothing is missing, but keep in mind that Binder does not read this file",
                )
                continue
            undone = f"{_listed(missing)} not installed" if missing else _UNDONE[source.name]
            if dockerfile and source.name not in RUN_FILES:
                listing = _listed(missing) if missing else "its packages are"
                undone = f"{listing} there only if the image has {'it' if missing and len(missing) == 1 else 'them'}"
            imported = imported_modules(repo)
            unused = imported is None or imported.packages.isdisjoint(map(canonical, missing or ()))
            if missing and unused and listed_words("development_tools.txt").issuperset(map(canonical, missing)):
                yield self._info(
                    source,
                    f"{ignored}, so {undone}",
                    help=f"Notebooks rarely need that, but keep in mind that Binder uses only `{winner}`",
                )
                continue
            if missing and (own := _of_own_package(repo, missing)):
                yield self._info(
                    source,
                    f"{ignored}. It is the list of the package `{own}`, which `{winner}` installs together with what it needs",
                    help=f"Nothing to do, but keep in mind that Binder uses only `{winner}`",
                )
                continue
            needed = None if missing is None or source.name == "apt.txt" else _is_needed(repo, missing)
            other = _other_reader(repo, source)
            if missing and needed is False:
                undone += f". No notebook imports {'it' if len(missing) == 1 else 'them'}"
                if other:
                    yield self._info(
                        source,
                        f"{ignored}, so {undone}",
                        help=f"Nothing to do, as `{other.path}` uses this list; keep in mind that Binder uses only `{winner}`",
                    )
                    continue
            merge = None if other else self._merge(repo, source)
            yield self.at(
                source,
                f"{ignored}, so {undone}",
                help=f"Copy its packages to `{winner}`: the application may need both files"
                if missing and is_application(repo)
                else f"Copy what the notebooks need of it to `{winner}`; `{other.path}` uses this file, too"
                if other and winner in (*CONDA, *PIPFILES)
                else _what_to_do(winner, source.name),
                severity=Severity.WARNING
                if (missing and not needed) or (dockerfile and source.name not in RUN_FILES)
                else None,
                fix=merge and Fix(_title(merge, source, winner), merge.edits, Applicability.UNSAFE),
            )

    def _info(self, where: Source | Text, message: str, help: str) -> Diagnostic:
        return self.at(where, message, help=help, severity=Severity.INFO, level=Level.POLISH)

    def _is_asked_for(self, repo: Snapshot, source: Source) -> bool:
        """Whether this is the rule to speak about an ignored file."""
        plan = build_plan(repo)
        if source.name not in _UNDONE or (source.path != plan.path(source.name) and not _is_hidden(repo, source)):
            return False
        if source.name == "environment.yaml" and repo.get(plan.path("environment.yml")):
            return False  # dual-env-extension
        if source.name == "install.R" and plan.buildpack not in (Buildpack.DOCKER, Buildpack.NIX):
            if not any(spec.key == "r" or spec.key.startswith("r-") for spec in conda_specs(repo)):
                return False  # r-runtime-date-missing
        if source.name == "Pipfile.lock" and repo.get(plan.path("Pipfile")):
            return False  # the Pipfile says it
        if _installs_only_kernel(repo, source):
            return False
        if plan.buildpack == Buildpack.DOCKER and source.name not in ONLY_BINDERS and not is_for_binder(repo):
            return False  # the Dockerfile is for something else, and may use it
        return bool(source.data.strip()) and not is_done_elsewhere(repo, source)

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


def _is_hidden(repo: Snapshot, source: Source) -> bool:
    """Whether only Binder would run or install a file of the root, beside a Dockerfile in the binder directory that has no such file next to it."""
    if (
        build_plan(repo).buildpack != Buildpack.DOCKER
        or source.folder
        or repo.exists(build_plan(repo).path(source.name))
    ):
        return False
    return source.name in ("apt.txt", "postBuild") or (source.name == "start" and "$@" in source.prose)


def _of_conda(source: Source) -> Text | None:
    """The first line of a list that `conda list --export` wrote, each with a version and a build; None for any other file."""
    lines = read_requirements(source) if source.name == "requirements.txt" else ()
    broken = (one.line for one in lines if isinstance(one, Invalid))
    return next((line for line in broken if (found := CONDA_PIN.match(line)) and found[4]), None)


def _other_reader(repo: Snapshot, source: Source) -> Source | None:
    """The first file of another program that names a list of packages, and would miss it."""
    name = re.compile(rf"(?<![\w.-])(?<!\w/){re.escape(source.path)}(?![\w-]|\.\w)")
    return next((one for one in repo.files if _OTHERS.match(one.path) and name.search(one.text)), None)


def _lost_pin(repo: Snapshot, source: Source) -> str:
    """A version that only the ignored list pins; "" for none."""
    open_ones = {canonical(spec.name) for spec in conda_specs(repo) if not spec.version}
    lines = read_requirements(source) if source.name == "requirements.txt" else ()
    pins = (one for one in lines if isinstance(one, Requirement) and one.pin and one.key in open_ones)
    return next((f"{one.name}=={one.pin}" for one in pins), "")


def _installs_only_kernel(repo: Snapshot, source: Source) -> bool:
    """Whether an install.R only installs the kernel, which repo2docker brings with conda's packages of R."""
    if source.name != "install.R" or build_plan(repo).buildpack != Buildpack.CONDA:
        return False
    words = {
        str(text)
        for call in calls(source)
        if call.name == "install.packages"
        for argument in call.arguments
        for text in argument.strings
        if not argument.name
    }
    return words == {"IRkernel"}


def _done_by_dockerfile(repo: Snapshot, source: Source) -> str:
    """That the Dockerfile installs every package of an ignored apt.txt, or uses every program of an ignored postBuild; "" where it does not."""
    if source.name == "apt.txt" and apt_missing(repo, source) == []:
        return "The Dockerfile installs all that it lists"
    if programs := shared_programs(repo, source):
        return f"The Dockerfile uses the same {'program' if len(programs) == 1 else 'programs'}: {listed(programs)}"
    return ""


def _missing(repo: Snapshot, source: Source) -> list[str] | None:
    """The packages of an ignored requirements.txt or Pipfile that the files of the build do not have; None where that is not known."""
    if source.name not in _COMPARED:
        return None
    if source.name == "requirements.txt" and any(
        isinstance(line, Option) and line.name == "--requirement" for line in read_requirements(source)
    ):
        return None
    try:
        names = _listed_in_build(repo)
        return None if names is None else not_in(names, source)
    except (ValueError, RecursionError):  # a Pipfile that is no TOML
        return None


def _listed_in_build(repo: Snapshot) -> set[str] | None:
    """The packages that the files of the build list; None where that is not known. Raises ValueError for a Pipfile that is no TOML."""
    plan, environment = build_plan(repo), environment_mapping(repo)
    match plan.buildpack:
        case Buildpack.PIPFILE:
            pipfile = used_file(repo, "Pipfile")
            return (
                {key for key, _ in of_pipfile(pipfile)} | locked_names(repo)
                if pipfile
                else set(locked_names(repo)) or None
            )
        case Buildpack.CONDA:
            return conda_names(environment) if environment is not None else None
        case Buildpack.JULIA | Buildpack.R:
            return (conda_names(environment) if environment else set()) | {one.key for one in pip_requirements(repo)}
    return None


def _is_needed(repo: Snapshot, missing: list[str]) -> bool | None:
    """Whether the notebooks import one of the packages, or what only these bring; None where that is not known."""
    names = {name for one in map(canonical, missing) for name in (*modules_of(one), one.replace("-", "_"))}
    texts = [cell.text for page in shown_notebooks(repo) for cell in page.code]
    texts += [source.prose for source in repo.files if source.name.endswith(".py") and source.name not in _TOOLS]
    if any(not names.isdisjoint(_WORD.findall(text)) for text in texts):
        return True
    imported, there, known = imported_modules(repo), provided(repo), packages_by_name()
    if imported is None or there is None:
        # where nothing here could use them, they are for notebooks that come from elsewhere
        return None if texts or shown_notebooks(repo) else True
    wanted = set(map(canonical, missing)) - listed_words("development_tools.txt")
    if (imported.packages - there) & wanted.union(*(known[one].brings for one in wanted & known.keys())):
        return True
    explained = {canonical(module) for module in imported.unknown} <= there
    # of a package that nobody knows, it is not known what it brings
    return False if explained or wanted <= known.keys() else None


def _of_own_package(repo: Snapshot, missing: list[str]) -> str:
    """The name of the repository's own package where the build installs a release of it, which the packages are for; "" otherwise."""
    listed_names = {canonical(spec.name) for spec in conda_specs(repo)} | {one.key for one in pip_requirements(repo)}
    needs = own_requirements(repo) or ()
    return next((name for name in own_names(repo) & listed_names if set(map(canonical, missing)) <= set(needs)), "")


def _not_brought(repo: Snapshot, source: Source, names: list[str], packages: frozenset[str]) -> list[str]:
    """Those of the names that nothing else brings: neither the packages of the environment and the scripts, nor, in the lock of a tool, a package that it names as the reason."""
    there = packages | {"jupyter"}  # which is empty, and its parts are in every image
    for _, command in script_commands(repo):
        if is_pip(command.name) and "install" in command.values:
            words = command.values[command.values.index("install") + 1 :]
            wanted = asked_for(command.name, words)
            there |= {canonical(re.split(r"[<>=!~\[ ;]", word)[0]) for word in wanted.packages}
            there |= {repository_name(place) for place in wanted.places}
    for other in installed_lists(repo):
        environment = read_yaml(other).value if other.name.endswith((".yml", ".yaml")) else None
        there |= conda_names(environment) if isinstance(environment, Table) else set()
        there |= {one.key for one in read_requirements(other) if isinstance(one, Requirement)}
    there |= {repository_name(str(one.url)) for one in pip_requirements(repo) if one.url}
    if source.name == "requirements.txt":
        there |= {one.key for one in brought_by_others(source)}
    return [name for name in names if canonical(name) not in there]


def _listed(names: list[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(f'`{name}`' for name in names[:2])} and {len(names) - 2} more packages are"
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'}"


def _title(merge: Merge, source: Source, winner: str) -> str:
    if source.path not in {edit.path for edit in merge.edits if isinstance(edit, Delete)}:
        return f"Move the packages of {winner} to requirements.txt"
    title = f"Move the requirements to {winner}"
    if not merge.kept:
        return title
    return f"{title} ({', '.join(merge.kept)}: in both, stays as {winner} has it)"


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
