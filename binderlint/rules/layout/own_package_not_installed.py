"""own-package-not-installed: Notebooks import the repository's own package, and Binder does not install it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines
from binderlint.changes.merge_environments import into_pip_list
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.environment.own_package import own_backend, own_names, own_table
from binderlint.facts.local_modules import finds_modules
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.rare_files import package_file
from binderlint.facts.scripts.other_lists import installs_other_list
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import imports
from binderlint.read.pyproject_faults import faults
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.repo2docker.plan import Plan, Status
from binderlint.snapshot import Snapshot
from binderlint.source import Source

_NO_PACKAGES = ("test", "tests", "doc", "docs", "example", "examples", "binder", "scripts", "notebooks")


# What a script does to make a package known.
_MAKES_KNOWN = regex(
    r"PYTHONPATH|\bdevelop\b|\.pth\b|\b(?:poetry|pdm|uv|hatch|flit|pixi|make|tox|pip3?)\b[^\n]*\b(?:install|sync)\b[^\n]*(?:\s|/)\.|\bmake\b"
    r"|(?:^|[;&|]|\s-m)[ \t]*(?:doit|inv(?:oke)?|nox|tox|just)\b|\b(?:npm|jlpm|yarn)[ \t]+run\b",  # runners of tasks
    re.MULTILINE,
)


class OwnPackageNotInstalled(Rule):
    code = "LAY018"
    severity = Severity.WARNING
    level = Level.RUN

    @about(package_file)
    def check(self, repo: Snapshot, project: Source) -> Iterator[Diagnostic]:
        plan, packages = build_plan(repo), _own_packages(repo)
        if plan.error or plan.default or not plan.transparent:
            return
        if not packages or _is_installed(repo) or _is_reached_otherwise(repo):
            return
        for page in shown_notebooks(repo):
            if not page.is_python or finds_modules(page):
                continue
            names = [one.name for cell in page.code for one in imports(cell.text) if one.name in packages]
            folder = page.source.folder
            missing = [
                name
                for name in names
                if not repo.exists(posixpath.join(folder, name)) and f"{name}.py" not in page.all_code
            ]
            if missing:
                fault = _fault(repo)
                yield self.at(
                    project,
                    f"`{page.source.path}` imports `{missing[0]}`, the package of this repository, which Binder does not install",
                    help=_what_to_do(plan)
                    + (
                        f". First mend pyproject.toml, which pip refuses: {fault[:1].lower()}{fault[1:]}"
                        if fault
                        else ""
                    ),
                    fix=None if fault else _install_own(repo),
                )
                return


def _what_to_do(plan: Plan) -> str:
    match plan.buildpack:
        case Buildpack.CONDA:
            root = ".." if plan.binder_dir else "."
            return f"Add `-e {root}` to the `pip:` list of environment.yml, or `pip install .` to postBuild"
        case Buildpack.PIPFILE:
            return "Add `pip install .` to postBuild"
        case _:
            return "Add `-e .` to requirements.txt, or `pip install .` to postBuild"


def _own_packages(repo: Snapshot) -> frozenset[str]:
    """The packages in the root and in `src`."""
    folders = (path.rpartition("/")[0] for path in repo.sources if path.endswith("/__init__.py"))
    names = {folder.removeprefix("src/") for folder in folders}
    return frozenset(name for name in names if name.isidentifier() and name not in _NO_PACKAGES)


def _is_installed(repo: Snapshot) -> bool:
    plan = build_plan(repo)
    if any((use := plan.use(name)) and use.status is Status.INDIRECT for name in OWN_PACKAGE):
        return True
    if plan.binder_dir or plan.buildpack in (Buildpack.CONDA, Buildpack.PIPFILE):
        return False
    return bool(repo.get("setup.py")) or _is_installable(repo)


def _is_installable(repo: Snapshot) -> bool:
    return {"project", "build-system"} <= own_table(repo).keys()


def _is_reached_otherwise(repo: Snapshot) -> bool:
    """Whether the package is a dependency under its name, or a script may make it known in a way of its own."""
    names = own_names(repo) | {canonical(name) for name in _own_packages(repo)}
    written = {*names, *filter(None, [repo.git.origin.partition("/")[2].lower()])}
    if asked_names(repo) & names or any(
        one.url and any(name in str(one.url).lower() for name in written) for one in pip_requirements(repo)
    ):
        return True
    if installs_other_list(repo):
        return True
    scripts = [script.source for script in (start_script(repo), post_build_script(repo)) if script]
    return any(_MAKES_KNOWN.search(source.prose) for source in scripts)


def _fault(repo: Snapshot) -> str:
    """What is wrong with pyproject.toml, so that the package cannot be built; "" where nothing is known to be."""
    source = repo.get("pyproject.toml")
    found = next(faults(source, own_table(repo), own_backend(repo)), None) if source else None
    return found.words if found else ""


def _install_own(repo: Snapshot) -> Fix | None:
    if not repo.get("setup.py") and not _is_installable(repo):
        return None
    title = "Install the package of the repository with `-e .`"
    plan = build_plan(repo)
    if (requirements := used_file(repo, "requirements.txt")) and plan.buildpack == Buildpack.PYTHON:
        return Fix(title, (append_lines(requirements, "-e ."),), Applicability.UNSAFE)
    dependencies = conda_list(repo)
    if plan.buildpack != Buildpack.CONDA or plan.binder_dir or not dependencies:
        return None

    edits = into_pip_list(dependencies, ["- -e ."])
    return Fix(title, edits, Applicability.UNSAFE) if edits else None
