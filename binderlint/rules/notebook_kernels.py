"""NBK: the kernels that notebooks ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.rules.notebook_examples import page
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.files.notebooks import Page
    from binderlint.repository import Repository

# What installs a kernel for a language, in an environment file or script.
_KERNELS = {
    "r": r"irkernel|r-essentials|r-irkernel|xeus-r\b",
    "julia": r"julia",
    "bash": r"bash_kernel|bash-kernel|calysto",
    "octave": r"octave",
    "c++": r"cling|xeus-cpp|clang",
    "kotlin": r"kotlin",
    "go": r"lgo|gophernotes|gonb|\bgo\b",
    "perl": r"perl",
    "scala": r"almond|scala|toree",
    "javascript": r"ijavascript|tslab|deno|javascript",
    "sos": r"\bsos",
    "ruby": r"iruby",
    "rust": r"evcxr|rust",
    "haskell": r"haskell",
    "matlab": r"matlab",
}
_NAMES = {"r": "R", "julia": "Julia", "c++": "C++", "javascript": "JavaScript", "sos": "SoS"}
_OTHER_PYTHON = regex(
    r"sage|spark|xpython|xeus|sos|pyodide|calysto|metakernel|databricks|qsharp|cadabra|mpi|deepnote", re.I
)


class NotebookKernelMissing(Rule):
    """A notebook uses a kernel that is not installed.

    The file says in which kernel it ran. On Binder there is `python3`, in an R build `ir`, in a Julia build Julia's, and whatever the environment installs. A notebook in a language without a kernel cannot run at
    all. This is an error, and a warning if postBuild may have installed a kernel.

    The name of an environment on somebody's computer (`conda-env-course-py`) is a warning: JupyterLab uses the only kernel of the same language or asks the visitor, while Voila and nbconvert stop.
    `python2` is a warning too, because Python 3 does not run its code.

    ## Fix safety

    If the name is that of an environment, the fix is safe. Replacing `python2` is unsafe, and only offered for code that Python 3 can read: divisions and strings may give other results.
    """

    code = "NBK002"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterlab/jupyterlab: packages/apputils/src/sessioncontext.tsx",)
    examples = (
        Bad(
            {"requirements.txt": "numpy\n", "a.ipynb": page("1", kernel="conda-env-course-py")},
            at="a.ipynb:16",
            fixed={"a.ipynb": page("1", kernel="python3")},
         why="The name of an environment on the author's computer"),
        Bad(
            {"requirements.txt": "numpy\n", "a.ipynb": page("print(1)\n%time", kernel="python2")},
            at="a.ipynb:17",
            fixed={"a.ipynb": page("print(1)\n%time", kernel="python3")},
         why="Python 2, with code that Python 3 can read"),
        Bad(
            {"binder/environment.yml": "dependencies: [python=3.12]\n", "n/a.ipynb": page("1", kernel="my env").replace("\n", "\r\n")},
            at="n/a.ipynb:16",
            fixed={"n/a.ipynb": page("1", kernel="python3").replace("\n", "\r\n")},
         why="A name with a space, with Windows line endings"),
        Bad({"requirements.txt": "numpy\n", "a.ipynb": page("print 1", kernel="python2")}, at="a.ipynb:16", why="Code of Python 2"),
        Bad({"requirements.txt": "numpy\n", "a.ipynb": page("x <- 1", kernel="ir", language="R")}, at="a.ipynb:16", severity=Severity.ERROR, why="An R notebook without a kernel for R"),
        Bad({"requirements.txt": "numpy\n", "a.ipynb": page("ls", kernel="bash", language="bash")}, at="a.ipynb:16", severity=Severity.ERROR, why="A notebook in Bash"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("1")}, why="The kernel of every build"),
        Good(
            {
                "binder/environment.yml": "dependencies: []\n",
                "binder/postBuild": "mamba install --file binder/more.lock\n",
                "binder/more.lock": "https://conda.anaconda.org/conda-forge/noarch/r-irkernel-1.3-r41_0.tar.bz2\n",
                "a.ipynb": page("1", kernel="ir", language="R"),
            },
            why="A lock file in the binder directory installs the kernel",
        ),
        Good({"runtime.txt": "r-4.4-2024-06-01\n", "a.ipynb": page("1", kernel="ir", language="R")}, why="An R repository"),
        Good({"environment.yml": "dependencies: [r-irkernel]\n", "a.ipynb": page("1", kernel="ir", language="R")}, why="conda installs the kernel"),
        Good({"Project.toml": "[deps]\n", "a.ipynb": page("1", kernel="julia-1.6", language="julia")}, why="A Julia repository with another version"),
        Good({"requirements.txt": "numpy\n", "postBuild": "python -m ipykernel install --user --name course\n", "a.ipynb": page("1", kernel="course")}, why="postBuild installs the kernel"),
        Good({"environment.yml": "dependencies: [nb_conda_kernels]\n", "a.ipynb": page("1", kernel="conda-env-notebook-py")}, why="nb_conda_kernels, which creates such names"),
        Good({"Dockerfile": "FROM x:1\n", "a.ipynb": page("1", kernel="ir", language="R")}, why="An image whose content is not known"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("1", kernel="sagemath", language="python")}, why="A kernel that binderlint does not know"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("1", kernel="k", language="K")}, why="A language that binderlint does not know"),
        Good({"runtime.txt": "python-2.7\n", "requirements.txt": "", "a.ipynb": page("print 1", kernel="python2")}, why="A build with Python 2"),
        Good({"a.ipynb": page("1", kernel="course")}, why="No environment, which no-environment-file reports"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        if plan.default or plan.buildpack in (None, "DockerBuildPack", "NixBuildPack", "JuliaRequireBuildPack"):
            return
        from binderlint.files.launched import environment_elsewhere

        if environment_elsewhere(repo):
            return
        texts = _configuration(repo)
        for one in repo.notebooks:
            name, language = one.kernel, one.language
            if not name or name in ("python3", "python") or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", texts):
                continue
            where = one.value("metadata", "kernelspec", "name") or one.source
            if language in ("python", "ipython"):
                yield from self._python(repo, one, where, texts)
            elif language in _KERNELS and not _has_language(repo, language, texts):
                spoken = _NAMES.get(language, language.capitalize())
                yield self.at(
                    where,
                    f"There is no kernel for {spoken} in this environment, so the notebook cannot be run",
                    help=f"Install {spoken} and its kernel in the environment"
                    if language != "r"
                    else "Add a `runtime.txt` with `r-4.4-<date>`, or `r-irkernel` to environment.yml",
                    severity=None if repo.post_build else Severity.ERROR,
                )

    def _python(self, repo: Repository, one: Page, where: object, texts: str) -> Iterator[Diagnostic]:
        version, name = repo.plan.python.version if repo.plan.python else "", one.kernel
        if not isinstance(where, Text) or _OTHER_PYTHON.search(name) or "nb_conda" in texts:
            return
        edit = replace(where, '"python3"')
        if name != "python2":
            yield self.at(
                where,
                f"The kernel `{name}` is on another computer: JupyterLab takes `python3` in its place or asks, and other programs stop",
                help="Choose the kernel `Python 3` and save the notebook",
                fix=Fix("Use the kernel `python3`", (edit,)),
            )
        elif not version.startswith("2"):
            from binderlint.files.cells import python, syntax

            modern = all(syntax(cell.text) or python(cell.text) is None for cell in one.code)
            yield self.at(
                where,
                "There is no Python 2 in this environment: JupyterLab runs the notebook with Python 3 or asks, and other programs stop"
                if modern
                else "There is no Python 2 in this environment, and Python 3 refuses some of the code in this notebook",
                help="Run the notebook with Python 3, mend what fails, and save it",
                fix=Fix("Use the kernel `python3`", (edit,), Applicability.UNSAFE) if modern else None,
            )


def _configuration(repo: Repository) -> str:
    """The text of everything that may say what is installed: the files of the configuration folder, scripts, lists and lock files."""
    folder = repo.plan.binder_dir
    found = [
        source.prose
        for path in repo.list(folder)
        if not path.endswith((".ipynb", ".md", ".rst")) and (source := repo.get(path)) and len(source.data) < 1_000_000
    ]
    used = [source.prose for use in repo.plan.files if repo.plan.uses(use.path) and (source := repo.get(use.path))]
    return "\n".join(found + used)


def _has_language(repo: Repository, language: str, texts: str) -> bool:
    if language == "r" and repo.plan.buildpack == "RBuildPack":
        return True
    if language == "julia" and repo.plan.buildpack == "JuliaProjectTomlBuildPack":
        return True
    return bool(re.search(_KERNELS[language], texts, re.I))
