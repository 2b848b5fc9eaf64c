"""no-environment-file: No file tells Binder what to install."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.changes.edits import create
from binderlint.facts.environment.subfolders import environments_in_folders
from binderlint.facts.for_binder import is_application, is_refused
from binderlint.facts.imported import imported_packages
from binderlint.facts.launch.launched import launched_elsewhere
from binderlint.facts.named import misnamed_environments
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.plans import default_plan
from binderlint.facts.scripts.start_and_post_build import another_start
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import MYBINDER
from binderlint.read.packages import base_packages
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.r_versions import DEFAULT, settled_day
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CHOOSES, NO_ENVIRONMENT, OWN_PACKAGE
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# Files that people expect to count.
_LOOKALIKES = (
    "environment-dev.yml",
    "environment_dev.yml",
    "environment-binder.yml",
    "binder-environment.yml",
    "binder_environment.yml",
    "env.yml",
    "conda.yml",
    "requirements-dev.txt",
    "requirements_dev.txt",
    "requirements-binder.txt",
    "requirements.in",
    "setup.cfg",
    "pyproject.toml",
    "install.R",
    "apt.txt",
)


_CONDA = regex(r"(?:env|conda)[^/]*\.ya?ml$", re.IGNORECASE)
_DEPENDENCIES = regex(r"^dependencies:[ \t]*(?:\[.*|#.*)?$", re.MULTILINE)


class NoEnvironmentFile(Rule):
    code = "LAY006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    whole = True

    @about(default_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if plan.error or launched_elsewhere(repo):
            return
        suspects = [
            use.path
            for use in plan.files
            if (name := posixpath.basename(use.path)) not in NO_ENVIRONMENT and use.path == plan.path(name)
        ]
        suspects += [source.path for source in (*environments_in_folders(repo), *misnamed_environments(repo))]
        suspects += [name for name in (*CHOOSES, *OWN_PACKAGE, "runtime.txt") if plan.binder_dir and repo.get(name)]
        refused = is_refused(repo)
        outcome = "" if refused else ", so it installs only Python"
        refuses = (
            f"{repo.hub} does not build such repositories"
            if refused and repo.hub != MYBINDER
            else f"{MYBINDER} has refused such repositories since March 2026"
        )
        yield self.at(
            repo.place,
            f"Binder finds no file that tells it what to install{outcome}. {refuses}",
            help=_advice(repo),
            fix=_renamed(repo) or _from_imports(repo),
            severity=Severity.ERROR if refused else Severity.WARNING,
            level=None if refused else Level.RUN,
            explained_in=suspects,
        )


def _conda_lookalikes(repo: Snapshot) -> list[Source]:
    """The files beside which an environment.yml would be, and that are one but for their names."""
    found = [repo.sources[path] for path in repo.list(build_plan(repo).binder_dir) if _CONDA.search(path)]
    return [one for one in found if repo.get(one.path) and _DEPENDENCIES.search(one.prose)]


def _renamed(repo: Snapshot) -> Fix | None:
    """The one file that is an environment.yml but for its name, under that name."""
    found, right = _conda_lookalikes(repo), build_plan(repo).path("environment.yml")
    if len(found) != 1 or repo.exists(right):
        return None
    return Fix(f"Rename `{found[0].name}` to `environment.yml`", (Rename(found[0].path, right),), Applicability.UNSAFE)


def _from_imports(repo: Snapshot) -> Fix | None:
    """A requirements.txt with what the notebooks import, and a runtime.txt with their Python; None where an import is not known."""
    folder = "binder/" if is_application(repo) and not build_plan(repo).binder_dir else ""
    paths = [folder + build_plan(repo).path(name) for name in ("requirements.txt", "runtime.txt")]
    notebooks = shown_notebooks(repo)
    packages = sorted((imported_packages(repo) or frozenset()) - base_packages())
    if not packages or any(map(repo.exists, paths)):
        return None
    known = ("3.13", "3.12", "3.11")
    python = next((one for one in known if any(_python_of(page).startswith(one) for page in notebooks)), "3.10")
    edits = (create(paths[0], "\n".join(packages) + "\n"), create(paths[1], f"python-{python}\n"))
    return Fix(
        f"Create requirements.txt with what the notebooks import ({', '.join(packages)})", edits, Applicability.UNSAFE
    )


def _python_of(page: PlainNotebook) -> str:
    """The Python that a notebook was last run with, empty when it does not say."""
    about = page.metadata.get("language_info")
    version = about.get("version") if isinstance(about, dict) else None
    return version if isinstance(version, str) else ""


_LANGUAGES = {"r": "r", "rmd": "r", "qmd": "r", "jl": "julia", "py": "python"}


def _languages_of_scripts(repo: Snapshot) -> set[str]:
    """The languages of the files of code, by their endings."""
    endings = {path.rpartition(".")[2].lower() for path in repo.sources}
    return {_LANGUAGES[one] for one in endings if one in _LANGUAGES}


def _advice(repo: Snapshot) -> str:
    plan = build_plan(repo)
    folder = plan.binder_dir
    where = f"in the folder `{folder}`" if folder else "in the root of the repository"
    if is_application(repo) or another_start(repo):
        where = "in a folder `binder`"
    languages = {page.language for page in shown_notebooks(repo)} or _languages_of_scripts(repo)
    if languages == {"julia"}:
        return f'Add a Project.toml with the packages that the code uses {where} (in Julia: `Pkg.activate("."); Pkg.add([...])`)'
    if languages == {"r"}:
        return f"Add a runtime.txt with `r-{DEFAULT}-{settled_day(DEFAULT)}` (the version and a day of CRAN) {where}, and an install.R with the packages"
    advice = f"Add an environment.yml (conda) or a requirements.txt (pip) {where}; an empty requirements.txt is enough when nothing has to be installed"
    there = [name for name in _LOOKALIKES if repo.get(plan.path(name))]
    hidden = [name for name in ("pyproject.toml", "setup.py") if folder and repo.get(name)]
    if hidden:
        return f"{advice} (because of this folder, Binder does not look at `{hidden[0]}`)"
    misnamed = misnamed_environments(repo)
    if misnamed:
        advice += f" (`{misnamed[0].path}` does not count, because of its name)"
    elif conda := _conda_lookalikes(repo):
        advice += f" (`{conda[0].name}` does not count: its name would have to be `environment.yml`)"
    elif there:
        advice += f" (`{there[0]}` does not count)"
    return advice
