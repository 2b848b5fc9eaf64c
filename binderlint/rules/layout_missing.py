"""LAY: repositories without an environment file, or with one where Binder does not look."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.buildpacks.names import CONFIG_NAMES
from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Rename, Severity
from binderlint.edits import create
from binderlint.files.launched import launched_elsewhere
from binderlint.files.named import misnamed_environments, naming, relative
from binderlint.outside.git import Git
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.notebooks import Page
    from binderlint.repository import Repository
    from binderlint.source import Source

_OWN = Git("gh/o/r", "main", "main", frozenset({"main", "binder"}), True)
_BADGE = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/"
_ENVIRONMENTS = ("environment.yml", "environment.yaml", "requirements.txt", "Pipfile", "Project.toml")
# Folders whose environment is for something else than running the notebooks.
_OTHER_USES = frozenset(
    {
        "test",
        "tests",
        "testing",
        "docs",
        "doc",
        "ci",
        ".github",
        ".ci",
        "examples",
        "node_modules",
        "vendor",
        "scripts",
        "website",
    }
)
# Configuration that is no environment: no error in it explains why there is none.
_NO_ENVIRONMENT = ("apt.txt", "postBuild", "start", ".dockerignore", ".containerignore")
_NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": ["import os, numpy as np\\n", "import tools\\n",'
    ' "%matplotlib inline\\n", "from sklearn.svm import SVC"]}], "metadata": {"language_info": {"name": "python", "version": "3.12.4"}},'
    ' "nbformat": 4, "nbformat_minor": 4}\n'
)
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


class NoEnvironmentFile(Rule):
    """No file tells Binder what to install.

    Until March 2026, Binder gave such a repository a bare Python. mybinder.org has refused it since then: the build ends with "No environment specification found". Other hubs, and repo2docker on your
    own computer, still build the bare Python, without any packages.

    An environment is one of environment.yml, requirements.txt, Pipfile, Dockerfile, Project.toml, default.nix, a DESCRIPTION, setup.py or installable pyproject.toml in the root, or a runtime.txt with
    `python-x.y` or a dated `r-`. apt.txt, postBuild, start, install.R, lock files and files with other names do not count. If a `binder` folder exists, only the files in it count.

    Nothing is reported if the repository's launch links go elsewhere: to another branch, or to another repository whose environment is used for these notebooks (as nbgitpuller's `git-pull` links do).
    Nothing is reported either if another message names the cause: a misspelt file or folder, an environment file in a folder that Binder does not read, a runtime.txt that Binder does not
    understand, a pyproject.toml that cannot be installed.

    ## Fix safety

    The fix writes a requirements.txt with the packages that the notebooks import, if all of them are known, and a runtime.txt with the Python that ran the notebooks. It is unsafe: the
    versions are not known, and a package that nothing imports directly may be missing.
    """

    code = "LAY006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    whole = True
    sources = ("jupyterhub/repo2docker#1507", "dstl/Stone-Soup#1289", "nci/scores#1083", "repo2docker/app.py")
    examples = (
        Bad(
            {"README.md": _BADGE + "o/r/HEAD)\n", "apt.txt": "cowsay\n"},
            at="README.md:1:1",
            git=_OWN,
            why="A badge, but no environment",
        ),
        Bad(
            {"README.md": "# x\n" + _BADGE + "o/r/main)\n", "a.ipynb": "{}"},
            at="README.md:1:1",
            git=_OWN,
            why="The badge goes to main",
        ),
        Bad(
            {"README.md": _BADGE + "o/r/master)\n"},
            at="README.md:1:1",
            git=_OWN._replace(complete=False),
            why="The badge goes to master",
        ),
        Bad(
            {"index.ipynb": "{}", ".binder/README.md": "x\n", "postBuild": "x\n"},
            at=".binder/README.md:1:1",
            why="A binder directory without an environment",
        ),
        Bad({"README.md": "# x\n", "postBuild": "#!/bin/sh\ntrue\n"}, at="README.md:1:1", why="Only postBuild"),
        Bad({"README.md": "# x\n", "start": "#!/bin/bash\nexport A=1\n"}, at="README.md:1:1", why="Only start"),
        Bad(
            {"README.md": "# x\n", "a.ipynb": "{}"},
            at="README.md:1:1",
            severity=Severity.WARNING,
            hub="generic",
            why="For another hub",
        ),
        Bad(
            {"README.md": _BADGE + "o/r/HEAD)\n", "tools.py": "", "a.ipynb": _NOTEBOOK},
            at="README.md:1:1",
            git=_OWN,
            fixed={"requirements.txt": "numpy\nscikit-learn\n", "runtime.txt": "python-3.12\n"},
            why="Notebooks whose imports are known",
        ),
        Bad(
            {"setup.cfg": "[metadata]\nname = x\n", "environment-dev.yml": "a: b\n"},
            at="environment-dev.yml:1:1",
            why="Files that do not count",
        ),
        Good({"README.md": _BADGE + "o/r/HEAD)\n", "requirements.txt": "numpy\n"}, git=_OWN, why="requirements.txt"),
        Good(
            {"README.md": _BADGE + "o/r/binder)\n", "a.ipynb": "{}"},
            why="The badge goes to another branch",
            git=_OWN,
        ),
        Good({"README.md": _BADGE + "o/r/v1.5)\n", "a.ipynb": "{}"}, why="The badge goes to a tag"),
        Good(
            {
                "README.md": _BADGE
                + "o/env/main?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fo%252Fr)\n",
                "a.ipynb": "{}",
            },
            why="The badge goes to an environment that pulls this repository",
            git=_OWN,
        ),
        Good({"README.md": _BADGE + "o/other/main)\n"}, why="The badge goes to another repository", git=_OWN),
        Good(
            {"README.md": "# x\n", "binder-gallery.yaml": "binder_repo: o/env\nbinder_ref: v1\n"},
            why="The gallery launches another repository",
            git=_OWN,
        ),
        Good(
            {
                "book/_config.yml": "launch_buttons:\n  binderhub_url: https://mybinder.org\nrepository:\n  url: https://github.com/o/r\n",
                "book/a.md": "# x\n",
            },
            why="A book without notebooks",
            git=_OWN,
        ),
        Good(
            {"README.md": "# x\n", "env/requirements.txt": "numpy\n"},
            why="In a folder, which config-in-subdirectory reports",
        ),
        Good(
            {"README.md": "# x\n", "enviroment.yml": "dependencies: []\n"},
            why="The file name is misspelt, which filename-case reports",
        ),
        Good(
            {"README.md": "# x\n", "Binder/Dockerfile": "FROM x:1\n"},
            why="The folder name is misspelt, which config-directory-misnamed reports",
        ),
        Good(
            {"requirements.txt": "numpy\n", "runtime.txt": "julia-1.10\n"},
            why="A runtime.txt that Binder does not understand",
        ),
        Good(
            {"install.R": "install.packages('sf')\n", "runtime.txt": "r-4.4\n"},
            why="A runtime.txt for R without a date",
        ),
        Good(
            {"pyproject.toml": "[project]\nname = 'x'\n", "README.md": "x\n"},
            why="A pyproject.toml that cannot be installed",
        ),
        Good({"README.md": "# A web application\n"}, why="The repository is not meant for Binder", assume_binder=False),
        Good({"binder/requirements.txt": "", "README.md": "x\n"}, why="An empty file"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        if not plan.default or plan.error or misnamed_environments(repo) or launched_elsewhere(repo):
            return
        from binderlint.linter import is_explained

        suspects = [
            use.path
            for use in plan.files
            if (name := posixpath.basename(use.path)) not in _NO_ENVIRONMENT and use.path == plan.path(name)
        ]
        suspects += [source.path for source in environments_in_folders(repo)]
        if any(is_explained(repo, path, self.code) for path in suspects):
            return
        outcome = (
            ": mybinder.org refuses such a repository since March 2026"
            if repo.hub == "mybinder.org"
            else ", so it gives a bare Python, and mybinder.org refuses such a repository since March 2026"
        )
        yield self.at(
            repo.place,
            f"Binder finds no file that tells it what to install{outcome}",
            help=_advice(repo),
            fix=_from_imports(repo),
            severity=Severity.ERROR if repo.hub == "mybinder.org" else Severity.WARNING,
        )


class ConfigInSubdirectory(Rule):
    """The only environment file is in a folder that Binder does not read.

    repo2docker looks in the folder `binder` or `.binder`, or otherwise in the root of the repository, and nowhere else. The environment.yml in a folder `notebooks` or `environment` does not
    count.

    ## Fix safety

    The fix moves the file, with the other configuration beside it, to a folder `binder`. It is unsafe, because it is a guess that the environment is for the whole repository.
    """

    code = "LAY013"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub#163", "repo2docker/buildpacks/base.py")
    examples = (
        Bad(
            {"README.md": "x\n", "environment/requirements.txt": "numpy\n", "notebooks/a.ipynb": "{}"},
            at="environment/requirements.txt:1:1",
            fixed={"environment/requirements.txt": None, "binder/requirements.txt": "numpy\n"},
            why="A folder called environment",
        ),
        Bad(
            {
                "course/notebooks/environment.yml": "dependencies: [numpy]\n",
                "course/notebooks/postBuild": "#!/bin/sh\ntrue\n",
                "course/notebooks/a.ipynb": "{}",
            },
            at="course/notebooks/environment.yml:1:1",
            hub="generic",
            severity=Severity.WARNING,
            fixed={
                "course/notebooks/environment.yml": None,
                "course/notebooks/postBuild": None,
                "binder/environment.yml": "dependencies: [numpy]\n",
                "binder/postBuild": "#!/bin/sh\ntrue\n",
            },
            why="Beside the notebooks, for another hub",
        ),
        Bad(
            {"src/requirements.txt": "-r base.txt\n", "src/base.txt": "numpy\n", "a.ipynb": "{}"},
            at="src/requirements.txt:1:1",
            why="With a file that it includes",
        ),
        Good({"requirements.txt": "numpy\n", "notebooks/requirements.txt": "scipy\n"}, why="The root has one too"),
        Good({"docs/requirements.txt": "sphinx\n", "tests/environment.yml": "a: b\n"}, why="For the tests"),
        Good({"a/requirements.txt": "x\n", "b/requirements.txt": "y\n"}, why="One for each chapter"),
        Good(
            {"README.md": "https://mybinder.org/v2/gh/o/r/env\n", "env/requirements.txt": "x\n"},
            why="The launch links go to another branch",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.plan.default or repo.plan.binder_dir or misnamed_environments(repo) or launched_elsewhere(repo):
            return
        found = environments_in_folders(repo)
        if len({source.folder for source in found}) != 1:
            return
        source = min(found, key=lambda one: _ENVIRONMENTS.index(one.name))
        refused = repo.hub == "mybinder.org"
        yield self.at(
            source,
            f"Binder looks in the root of the repository and in a folder `binder`, never in `{source.folder}`, so this file is not used"
            + (", and mybinder.org refuses a repository without one" if refused else ""),
            help=f"Move it to the root or to a folder `binder`: `git mv {source.path} binder/`",
            severity=Severity.ERROR if refused else Severity.WARNING,
            fix=self._move(repo, source.folder),
        )

    def _move(self, repo: Repository, folder: str) -> Fix | None:
        sources = [repo.sources[path] for path in repo.list(folder) if repo.sources[path].name in CONFIG_NAMES]
        if any(relative(source) or any(naming(repo, source.path, source.path)) for source in sources):
            return None
        moves = tuple(Rename(source.path, f"binder/{source.name}") for source in sources)
        return Fix(f"Move the configuration in `{folder}` to `binder`", moves, Applicability.UNSAFE)


def environments_in_folders(repo: Repository) -> list[Source]:
    """The environment files that may be meant for the whole repository, though they are in a folder where Binder does not look."""

    def may_be_meant(path: str) -> bool:
        *folders, name = path.split("/")
        return name in _ENVIRONMENTS and 1 <= len(folders) <= 2 and not _OTHER_USES & {one.lower() for one in folders}

    return [source for source in repo.files if may_be_meant(source.path)]


def _from_imports(repo: Repository) -> Fix | None:
    """A requirements.txt with what the notebooks import, and a runtime.txt with their Python; None where an import is not known."""
    import sys

    from binderlint.files.cells import imports
    from binderlint.files.provided import base_packages, package_of

    paths = [repo.plan.path(name) for name in ("requirements.txt", "runtime.txt")]
    if not repo.notebooks or not all(page.is_python for page in repo.notebooks) or any(map(repo.exists, paths)):
        return None
    names = {one.name for page in repo.notebooks for cell in page.code for one in imports(cell.text)}
    local = {piece.removesuffix(".py") for path in repo.sources for piece in path.split("/")}
    found = [package_of(name) for name in sorted(names - sys.stdlib_module_names - local)]
    packages = sorted({package.name for package in found if package} - base_packages())
    if not all(found) or not packages:
        return None
    known = ("3.13", "3.12", "3.11")
    python = next((one for one in known if any(_python_of(page).startswith(one) for page in repo.notebooks)), "3.10")
    edits = (create(paths[0], "\n".join(packages) + "\n"), create(paths[1], f"python-{python}\n"))
    return Fix(
        f"Create requirements.txt with what the notebooks import ({', '.join(packages)})", edits, Applicability.UNSAFE
    )


def _python_of(page: Page) -> str:
    """The Python that a notebook was last run with, empty when it does not say."""
    about = page.metadata.get("language_info")
    version = about.get("version") if isinstance(about, dict) else None
    return version if isinstance(version, str) else ""


def _advice(repo: Repository) -> str:
    folder = repo.plan.binder_dir
    where = f"in the folder `{folder}`" if folder else "in the root of the repository"
    advice = f"Add an environment.yml (conda) or a requirements.txt (pip) {where}; an empty requirements.txt is enough when nothing has to be installed"
    there = [name for name in _LOOKALIKES if repo.get(repo.plan.path(name))]
    if there:
        advice += f" (`{there[0]}` does not count)"
    return advice
