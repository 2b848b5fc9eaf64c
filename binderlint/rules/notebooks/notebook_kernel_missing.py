"""notebook-kernel-missing: A notebook uses a kernel that is not installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.data import rows
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.channels import has_other_channel
from binderlint.facts.environment.own_package import own_installs
from binderlint.facts.environment.provided import provided
from binderlint.facts.launch.launched import environment_elsewhere
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.r import conda_installs_r
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import python, syntax
from binderlint.read.packages import base_packages, packages_by_name
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.mentions import says_what_is_installed
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_KERNELS = {language: more for language, *more in rows("kernels.tsv")}


# Packages that have a kernel, or may have one; of IPython's every build knows.
_WITH_KERNEL = regex(r"(?!ipykernel$).*(?:kernel|xeus|calysto|beakerx|sagemath).*")
_OTHER_PYTHON = regex(
    r"sage|spark|xpython|xeus|sos|pyodide|calysto|metakernel|databricks|qsharp|cadabra|mpi|deepnote", re.I
)


class NotebookKernelMissing(Rule):
    code = "NBK002"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not plan.transparent:
            return

        if environment_elsewhere(repo):
            return
        texts = _configuration(repo)
        languages = {one.language for one in notebooks}
        for one in notebooks:
            name, language = one.kernel, "c++" if one.language.removeprefix("c++").isdigit() else one.language
            if not name or name in ("python3", "python") or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", texts):
                continue
            where = one.value("metadata", "kernelspec", "name") or one.source
            if language in ("python", "ipython"):
                if plan.default and name != "python2":  # no-environment-file
                    continue
                yield from self._python(repo, one, where, texts)
            elif language == "r" and name != "ir" and isinstance(where, Text) and _has_language(repo, "r", texts):
                yield self.at(
                    where,
                    f"The kernel `{name}` exists only on the author's computer. JupyterLab uses `ir` instead or asks, and other programs stop",
                    help="Choose the kernel `R` and save the notebook",
                    fix=Fix("Use the kernel `ir`", (replace(where, '"ir"'),)),
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
            elif language in _KERNELS and not _has_language(repo, language, texts) and not has_other_channel(repo):
                spoken = _KERNELS[language][0] or language.capitalize()
                yield self.at(
                    where,
                    f"The environment has no kernel for {spoken}, so the notebook cannot run",
                    help=_how(plan, language, languages),
                    severity=None if post_build_script(repo) else Severity.ERROR,
                )
            elif language not in ("", "text", "markdown", *_KERNELS) and _has_no_kernel(repo):
                yield self.at(
                    where,
                    f"The environment does not have the kernel `{name}`, so the notebook cannot run",
                    help="Install this kernel in the environment",
                    severity=Severity.ERROR,
                )

    def _python(self, repo: Snapshot, one: PlainNotebook, where: object, texts: str) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        version, name = plan.python.version if plan.python else "", one.kernel
        if not isinstance(where, Text) or _OTHER_PYTHON.search(name) or "nb_conda" in texts:
            return
        edit = replace(where, '"python3"')
        if name != "python2":
            yield self.at(
                where,
                f"The kernel `{name}` exists only on the author's computer. JupyterLab uses `python3` instead or asks, and other programs stop",
                help="Choose the kernel `Python 3` and save the notebook",
                fix=Fix("Use the kernel `python3`", (edit,)),
                severity=Severity.INFO,
                level=Level.POLISH,
            )
        elif not version.startswith("2"):
            modern = all(syntax(cell.text) or python(cell.text) is None for cell in one.code)
            yield self.at(
                where,
                "The environment has no Python 2. JupyterLab runs the notebook with Python 3 or asks, and other programs stop"
                if modern
                else "The environment has no Python 2, and Python 3 cannot run some of the code in this notebook",
                help="Run the notebook with Python 3, correct what fails, and save it",
                fix=Fix("Use the kernel `python3`", (edit,), Applicability.UNSAFE) if modern else None,
                severity=Severity.INFO if modern else None,
                level=Level.POLISH if modern else None,
            )


def _how(plan: Plan, language: str, languages: set[str]) -> str:
    """What brings a language and its kernel; beside a Project.toml, which Julia needs, repo2docker does not read an R in runtime.txt."""
    if language == "r" and (plan.buildpack == Buildpack.JULIA or "julia" in languages):
        return "Add `r-irkernel` to environment.yml, which is installed beside Julia"
    spoken, _, how = _KERNELS[language]
    return how or f"Install a kernel for {spoken or language.capitalize()} in the environment"


def _has_no_kernel(repo: Snapshot) -> bool:
    """Whether everything that the build installs is known, and nothing of it has a kernel."""
    installed, known = provided(repo), packages_by_name().keys() | base_packages()
    if installed is None or own_installs(repo) or has_other_channel(repo):
        return False
    if post_build_script(repo) or start_script(repo) or used_file(repo, "apt.txt") or used_file(repo, "install.R"):
        return False
    if any(path.endswith("kernel.json") for path in repo.sources):
        return False
    return all(one in known or one in ("python", "pip") for one in asked_names(repo)) and not any(
        _WITH_KERNEL.fullmatch(one) for one in installed
    )


def _configuration(repo: Snapshot) -> str:
    """The text of everything that may say what is installed: the files of the binder directory, or what in the root has such a name, and what they bring in."""
    plan = build_plan(repo)
    folder = plan.binder_dir
    found = [
        source.prose
        for path in repo.list(folder)
        if (source := repo.get(path))
        and len(source.data) < 1_000_000
        and (
            not path.endswith((".ipynb", ".md", ".rst"))
            if folder
            else says_what_is_installed(source.name)
            and (source.name in CONFIG_NAMES or not path.endswith((".jl", ".R")))
        )
    ]
    used = [source.prose for use in plan.files if plan.uses(use.path) and (source := repo.get(use.path))]
    return "\n".join(found + used)


def _has_language(repo: Snapshot, language: str, texts: str) -> bool:
    plan = build_plan(repo)
    if language == "r" and (plan.buildpack == Buildpack.R or conda_installs_r(repo)):
        return (
            True  # with a package of R in environment.yml repo2docker installs the kernel as well (conda/__init__.py)
        )
    if language == "julia" and plan.buildpack == Buildpack.JULIA:
        return True
    return bool(re.search(_KERNELS[language][1], texts, re.I))
