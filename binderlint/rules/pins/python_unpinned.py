"""python-unpinned: No Python version is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, create, prepend, replace, set_key
from binderlint.changes.python import fitting_python, for_folder
from binderlint.facts.environment.held import never_built
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.mapping import conda_specs, environment_file, environment_mapping
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.for_binder import is_only_package
from binderlint.facts.scripts.other_lists import installs_from_lock
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import python_replaced
from binderlint.read.constraints import pip_admits
from binderlint.read.requirements import canonical
from binderlint.read.toml import find_value
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import WITH_RUNTIME, Buildpack
from binderlint.repo2docker.names import CONDA
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Source, Table, Text


class PythonUnpinned(Rule):
    code = "PIN001"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        python = plan.python
        if plan.default or plan.error or python is None:
            return
        if installs_from_lock(repo) or any(file.is_environment for file in pip_files(repo)):
            return
        hidden = repo.get("runtime.txt") if plan.binder_dir and plan.buildpack in WITH_RUNTIME else None
        if hidden and hidden.text.startswith("python-") and not repo.get(plan.path("runtime.txt")):
            return  # binder-dir-hides-root-config
        version = python.version
        if _unpinned(repo, plan, version)[0] is None:
            return
        pin = fitting_python(repo, version)
        where, edit = _unpinned(repo, plan, pin or version)
        assert where
        excluding = never_built(repo, version)
        why = f"for which `{excluding.text}` was never built" if excluding else ""
        if any(spec.key == "python" for spec in conda_specs(repo)) and excluding:
            consequence = python_replaced(version, why)
        elif excluding:  # without a Python in the list, conda keeps the one that is installed
            consequence = f"uses its default, currently {version}, {why}, so the build usually stops"
        elif any(spec.key == "python" for spec in conda_specs(repo)):
            consequence = f"starts with its default, currently {version}, which conda may replace with the newest"
        else:
            consequence = f"uses its default, currently {version}, and will change it some day without notice"
        info = plan.buildpack is Buildpack.JULIA or (plan.buildpack is Buildpack.CONDA and _only_r(repo))
        yield self.at(
            where,
            f"No Python version is given. Binder {consequence}",
            help=_advice(repo, version, pin),
            fix=Fix(f"Pin Python {pin}", (edit,), Applicability.UNSAFE) if edit and pin else None,
            severity=Severity.INFO if info and not excluding else self.severity,
            level=Level.LAUNCH if excluding else self.level,
            explained_in=_perhaps_misspelt(repo),
        )


def _unpinned(repo: Snapshot, plan: Plan, version: str) -> tuple[Source | Text | Table | None, Edit | None]:
    """Where the repository should say the version of Python, and how to write it; None where it says it in some way."""
    match plan.buildpack:
        case Buildpack.CONDA:
            if (runtime := runtime_file(repo)) and runtime.error:
                return None, None  # runtime-malformed, whose fix says the version
            if runtime and runtime.name == "python" and (named := re.match(r"3\.\d+", runtime.version or "")):
                if plan.python and named[0] != plan.python.version:
                    return None, None  # runtime-ignored
            return _unpinned_environment(repo, version)
        case Buildpack.PYTHON:
            if is_only_package(repo):
                return None, None
            return _unpinned_runtime(repo, version, ("requirements.txt", "setup.py", "pyproject.toml"))
        case Buildpack.JULIA:
            if any(spec.key == "python" and spec.version for spec in conda_specs(repo)):
                return None, None  # env-python-ignored-by-r-or-julia
            if is_only_package(repo):
                return None, None
            return _unpinned_runtime(repo, version, ("requirements.txt", *CONDA))
        case Buildpack.PIPFILE:
            return _unpinned_pipfile(repo, version)
    return None, None


def _advice(repo: Snapshot, version: str, pin: str | None) -> str:
    places = {
        Buildpack.CONDA: ("environment.yml", f"`python={pin}`"),
        Buildpack.PYTHON: (for_folder(repo) or "runtime.txt", f"`python-{pin}`"),
    }
    buildpack = build_plan(repo).buildpack
    shown = places.get(buildpack) if buildpack else None
    if pin is None:
        return f"Give the version you work with{f' in {shown[0]}' if shown else ''}, one for which the pinned packages exist"
    advice = f"Give the version you work with{f', as in {shown[1]} in {shown[0]}' if shown else ''}"
    if pin == version:
        return f"{advice}; Binder currently uses {version}"
    return f"{advice}; Python {pin} fits what is listed here, and {version} does not"


def _perhaps_misspelt(repo: Snapshot) -> tuple[str, ...]:
    """environment.yml without `dependencies`: the key may be there under another name."""
    environment = environment_mapping(repo)
    return () if environment is None or "dependencies" in environment else (environment.place.path,)


def _only_r(repo: Snapshot) -> bool:
    """Whether conda installs R and its packages only, so that Python runs nothing but the server."""
    match environment_mapping(repo):
        case {"dependencies": Array() as dependencies}:
            names = [str(item) for item in dependencies if isinstance(item, Text)]
            wanted = [name for name in names if not re.match(r"(?:python|pip|nodefaults)\b(?!-)", name)]
            return bool(wanted) and len(names) == len(dependencies) and all(name.startswith("r-") for name in wanted)
    return False


def _unpinned_environment(repo: Snapshot, version: str) -> tuple[Source | Text | Table | None, Edit | None]:
    """Where environment.yml should say the version of Python and how to write it."""
    environment, source, pin = environment_mapping(repo), environment_file(repo), f"python={version}"
    if environment is None:
        if source is None or source.decode_error or re.sub(r"(?m)#.*|^---|\s", "", source.text.lstrip("\ufeff")):
            return None, None
        return source, append_lines(source, f"dependencies:\n  - {pin}")
    if "dependencies" not in environment:
        return next((key for key in environment if isinstance(key, Text)), environment), set_key(
            environment, "dependencies", f"[{pin}]"
        )
    dependencies = environment["dependencies"]
    if not isinstance(dependencies, Array):
        return None, None
    for item in dependencies:
        if isinstance(item, Table) and any(canonical(key) == "python" for key in item):
            return None, None
        if not isinstance(item, Text) or not (
            found := re.match(r"\s*(?:\S+::)?python(?![\w-])(.*)", item, re.I | re.S)
        ):
            continue
        if re.fullmatch(r"\s*=*\s*", found[1]) and item.startswith("python"):
            return item, replace(item, pin)
        return None, None
    return environment.key("dependencies"), prepend(dependencies, pin)


def _unpinned_runtime(repo: Snapshot, version: str, names: tuple[str, ...]) -> tuple[Source | Text | None, Edit | None]:
    """The file that wants a runtime.txt beside it, or the runtime.txt that says `python-3` only."""
    if runtime := used_file(repo, "runtime.txt"):
        line = next(iter(runtime.lines()), None)
        if line is not None and re.fullmatch(r"python-3\s*", runtime.text):
            return line.trimmed(), replace(line.trimmed(), f"python-{version}")
        return None, None
    where = next((source for name in names if (source := used_file(repo, name))), None)
    if where is None or _decided_by_project(repo):
        return None, None
    path = build_plan(repo).path("runtime.txt")  # taken by a link that leads nowhere, perhaps
    return where, None if path in repo.sources or for_folder(repo) else create(path, f"python-{version}\n")


def _decided_by_project(repo: Snapshot) -> bool:
    """Whether `requires-python` of pyproject.toml chooses the version, or leaves only this one."""
    plan = build_plan(repo)
    if plan.python and plan.python.place and plan.python.place.path == "pyproject.toml":
        return True
    written = _requires_python(repo)
    if not written or plan.python is None:
        return False
    allowed = [minor for minor in (f"3.{number}" for number in range(8, 15)) if pip_admits(written, minor)]
    return plan.python.version not in allowed or len(allowed) == 1


def _requires_python(repo: Snapshot) -> str:
    source = repo.get("pyproject.toml")
    if source is None or build_plan(repo).binder_dir:
        return ""

    return str(find_value(source, "project", "requires-python") or "")


def _unpinned_pipfile(repo: Snapshot, version: str) -> tuple[Source | None, Edit | None]:
    files = [source for name in ("Pipfile.lock", "Pipfile") if (source := used_file(repo, name))]
    if not files or any(re.search(r"python_(?:full_)?version\W+\d", source.prose) for source in files):
        return None, None
    pipfile = files[-1]
    if pipfile.name != "Pipfile" or re.search(r"(?m)^\s*\[requires\]|^\s*requires\b", pipfile.text):
        return pipfile, None
    return pipfile, append_lines(pipfile, f'\n[requires]\npython_version = "{version}"')
