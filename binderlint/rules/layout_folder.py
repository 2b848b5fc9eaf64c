"""LAY: the folder that holds the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.buildpacks.names import CONFIG_NAMES, ROOT_ONLY
from binderlint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Rename, Severity
from binderlint.files.named import misnamed_folders, naming, naming_folder, relative
from binderlint.rule import Bad, Good, Rule
from binderlint.source import SYMLINK, Source

if TYPE_CHECKING:
    from binderlint.repository import Repository

# Files that only repo2docker reads: nobody keeps them for something else.
_ONLY_BINDER = ("postBuild", "apt.txt", "install.R", "start")


class BinderDirHidesRootConfig(Rule):
    """The `binder` folder hides configuration in the root of the repository.

    As soon as a folder `binder` or `.binder` exists, even if it contains only a README or notebooks, repo2docker looks for environment.yml, requirements.txt, apt.txt, postBuild, start and all
    other configuration files in that folder only. The same files in the root are silently ignored.

    This is an error if the root has something for which the folder has no counterpart: an environment, an apt.txt or a postBuild. If both have an environment, the one in the root is usually
    for development; this is then an info, and nothing is reported if the repository is a package.

    ## Fix safety

    The fix moves the file to the folder. Binder then builds something else than today, so the fix is unsafe. There is no fix if another file names this one, or if it refers to
    other files by relative paths.
    """

    code = "LAY002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#141", "jupyter-widgets/tutorial#139", "repo2docker/buildpacks/base.py")
    examples = (
        Bad(
            {
                "binder/README.md": "# How to run\n",
                "environment.yml": "dependencies: [python=3.12, numpy]\n",
                "postBuild": "#!/bin/bash\nset -e\npython data.py\n",
            },
            at=("environment.yml:1:1", "postBuild:1:1"),
            fixed={
                "environment.yml": None,
                "postBuild": None,
                "binder/environment.yml": "dependencies: [python=3.12, numpy]\n",
                "binder/postBuild": "#!/bin/bash\nset -e\npython data.py\n",
            },
            why="The folder contains only a README",
        ),
        Bad(
            {".binder/requirements.txt": "numpy\n", "apt.txt": "graphviz\r\n"},
            at="apt.txt:1:1",
            fixed={"apt.txt": None, ".binder/apt.txt": "graphviz\r\n"},
            why="apt.txt is in the root, the environment in the folder",
        ),
        Bad(
            {"binder/start": '#!/bin/bash\nexec "$@"\n', "setup.py": "from setuptools import setup\nsetup()\n"},
            at="setup.py:1:1",
            why="A package in the root, and no environment in the folder",
        ),
        Bad(
            {"binder/a": "", "requirements.txt": "-r b.txt\n", "b.txt": "numpy\n"},
            at="requirements.txt:1:1",
            why="requirements.txt with an include",
        ),
        Bad(
            {".binder/requirements.txt": "numpy\n", "environment.yml": "dependencies: [numpy]\n"},
            at="environment.yml:1:1",
            severity=Severity.INFO,
            why="Both have an environment",
        ),
        Good(
            {"binder/requirements.txt": "-r ../requirements.txt\n", "requirements.txt": "numpy\n"},
            why="A file in the folder includes it",
        ),
        Good(
            {
                "binder/environment.yml": "dependencies: [python=3.12, pip, {pip: [-e ..]}]\n",
                "setup.py": "x\n",
                "requirements.txt": "numpy\n",
            },
            why="A package that the folder installs",
        ),
        Good(
            {"binder/environment.yml": "dependencies: [numpy]\n", "Dockerfile": "FROM python:3.12\n"},
            why="A Dockerfile for deployment",
        ),
        Good(
            {"binder/environment.yml": "dependencies: [numpy]\n", "requirements-dev.txt": "pytest\n"},
            why="A file whose name says that it is for development",
        ),
        Good(
            {"binder/environment.yml": "dependencies: [numpy]\n", "start": "#!/bin/sh\nnpm run serve\n"},
            why="A start that is not for Binder",
        ),
        Good(
            {
                "binder/environment.yml": Source("binder/environment.yml", b"../environment.yml", SYMLINK),
                "environment.yml": "dependencies: [numpy]\n",
            },
            why="A file in the folder is a link to it",
        ),
        Good({"binder": "a file\n", "requirements.txt": "numpy\n"}, why="A file called binder"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        folder = plan.binder_dir
        if not folder:
            return
        linked = {repo.resolve(f"{folder}/{name}") for name in CONFIG_NAMES}
        without = repo.replace(source for path, source in repo.sources.items() if not path.startswith(f"{folder}/"))
        for name in CONFIG_NAMES:
            source = repo.get(name)
            if not source or plan.uses(name) or name in linked:
                continue
            if self._is_missed(repo, source, without):
                yield self.at(
                    source,
                    f"The folder `{folder}` makes Binder look for `{name}` in it and nowhere else, so this file is ignored",
                    help=f"Move it to `{folder}/{name}`"
                    if name not in ROOT_ONLY
                    else f"Add an environment file to `{folder}`, or rename the folder if it is not meant for Binder's configuration",
                    fix=_move(repo, source, f"{folder}/{name}"),
                )
            elif self._is_worth_knowing(repo, name):
                yield self.at(
                    source,
                    f"Binder reads the files in `{folder}` and not this one",
                    help="Nothing to do if it is there for another purpose",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )

    def _is_missed(self, repo: Repository, source: Source, without: Repository) -> bool:
        """Whether the folder has nothing in the place of a file of the root that would be read without the folder."""
        plan, name = repo.plan, source.name
        if repo.exists(plan.path(name)):
            return False
        if name == "start" and "$@" not in source.prose:
            return False
        if plan.default and not without.plan.default:
            return without.plan.uses(name) and not name.startswith(".")
        if plan.buildpack in ("DockerBuildPack", None) or name not in _ONLY_BINDER:
            return False
        if name == "install.R" and plan.buildpack != "RBuildPack":
            return False
        return not any(naming(repo, name, name))

    def _is_worth_knowing(self, repo: Repository, name: str) -> bool:
        if name not in ("environment.yml", "environment.yaml", "requirements.txt", "Pipfile", "runtime.txt"):
            return False
        return not any(repo.exists(one) for one in ("setup.py", "setup.cfg", "pyproject.toml", "DESCRIPTION"))


class BothBinderDirs(Rule):
    """The repository has a `binder` and a `.binder` folder.

    repo2docker refuses to choose between them and stops before it looks at any file.

    ## Fix safety

    The fix moves everything in one folder to the other: from `binder` to `.binder`, or the other way round if `binder` also contains files other than configuration. It is unsafe, because
    links may point to the files that move. There is no fix if both folders have a file of the same name. A symbolic link from one name to the other is removed, which is safe.
    """

    code = "LAY005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad(
            {"binder/environment.yml": "dependencies: []\n", ".binder/postBuild": "#!/bin/sh\ntrue\n"},
            at=".binder/postBuild:1:1",
            fixed={"binder/environment.yml": None, ".binder/environment.yml": "dependencies: []\n"},
            why="Configuration in both folders",
        ),
        Bad(
            {"binder/a.ipynb": "{}", "binder/requirements.txt": "numpy\n", ".binder/start": "#!/bin/sh\n"},
            at=".binder/start:1:1",
            fixed={".binder/start": None, "binder/start": "#!/bin/sh\n"},
            why="Notebooks in binder",
        ),
        Bad(
            {
                "binder/requirements.txt": "numpy\n",
                ".binder/Notes.txt": "mine\n",
                ".binder/requirements.txt": "scipy\n",
            },
            at=".binder/requirements.txt:1:1",
            why="A file of the same name in both folders",
        ),
        Bad(
            {"binder": Source("binder", b".binder", SYMLINK), ".binder/requirements.txt": "scipy\n"},
            at=".binder/requirements.txt:1:1",
            fixed={"binder": None},
            why="One is a link to the other",
        ),
        Good({"binder": "a file\n", ".binder/requirements.txt": "scipy\n"}, why="A file called binder"),
        Good(
            {".binder/requirements.txt": "x\n", "binder/a": Source("binder/a", b"", tracked=False)},
            why="git does not track one of them",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.is_dir("binder") and repo.is_dir(".binder"):
            inside = [source for path, source in repo.sources.items() if path.startswith((".binder/", "binder/"))]
            yield self.at(
                min(inside, key=lambda source: source.name not in CONFIG_NAMES) if inside else repo.place,
                "The repository has a folder `binder` and a folder `.binder`: Binder cannot tell which one counts, and the build stops",
                help="Keep one of the two folders",
                fix=self._merge(repo),
            )

    def _merge(self, repo: Repository) -> Fix | None:
        for link, other in (("binder", ".binder"), (".binder", "binder")):
            if link in repo.sources:
                if repo.sources[link].mode != SYMLINK or repo.resolve(link) != other:
                    return None
                return Fix(f"Remove the link `{link}`", (Delete(link),))
        plain = [path for path in repo.sources if path.startswith("binder/")]
        others = [path for path in plain if path.removeprefix("binder/") not in CONFIG_NAMES]
        old, new = (".binder", "binder") if others else ("binder", ".binder")
        moves = [Rename(path, new + path[len(old) :]) for path in repo.sources if path.startswith(f"{old}/")]
        if any(move.to in repo.sources for move in moves):
            return None
        return Fix(f"Move the files of `{old}` to `{new}`", tuple(moves), Applicability.UNSAFE)


class ConfigDirectoryMisnamed(Rule):
    """The configuration folder is not called `binder` or `.binder`.

    repo2docker looks for its files in a folder `binder` or `.binder`, in lower case, and otherwise in the root of the repository. It never opens a `Binder` or `binders` folder, so
    everything in it is ignored.

    ## Fix safety

    The fix renames the folder. It is unsafe if Binder uses files in the root today (the renamed folder would hide them), or if another file of the repository names the folder.
    """

    code = "LAY004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad(
            {"Binder/environment.yml": "dependencies: [python=3.12]\n", "Binder/notes.md": "x\n", "README.md": "# x\n"},
            at="Binder/environment.yml:1:1",
            fixed={
                "Binder/environment.yml": None,
                "Binder/notes.md": None,
                "binder/environment.yml": "dependencies: [python=3.12]\n",
                "binder/notes.md": "x\n",
            },
            why="A capital letter",
        ),
        Bad(
            {".Binder/postBuild": "#!/bin/sh\ntrue\n", ".Binder/requirements.txt": "numpy\n"},
            at=".Binder/requirements.txt:1:1",
            fixed={
                ".Binder/postBuild": None,
                ".Binder/requirements.txt": None,
                ".binder/postBuild": "#!/bin/sh\ntrue\n",
                ".binder/requirements.txt": "numpy\n",
            },
            why="A capital letter after the dot",
        ),
        Bad(
            {"binders/requirements.txt": "numpy\n", "requirements.txt": "flask\n"},
            at="binders/requirements.txt:1:1",
            fixed={"binders/requirements.txt": None, "binder/requirements.txt": "numpy\n"},
            why="The plural",
        ),
        Good(
            {"Binder/environment.yml": "a: b\n", "binder/environment.yml": "a: b\n"}, why="The right folder exists too"
        ),
        Good({"Binder/slides.md": "x\n", "requirements.txt": "numpy\n"}, why="A folder without configuration"),
        Good(
            {"docs/binder/environment.yml": "a: b\n", "requirements.txt": "x\n"}, why="A folder that is not in the root"
        ),
        Good({"bindery/requirements.txt": "x\n", "requirements.txt": "x\n"}, why="Another word"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.plan.binder_dir or repo.plan.error:
            return
        folders = misnamed_folders(repo)
        if len(folders) != 1:
            return
        folder, files = next(iter(folders.items()))
        right = ".binder" if folder.startswith(".") else "binder"
        moves = tuple(
            Rename(path, right + path[len(folder) :]) for path in repo.sources if path.startswith(f"{folder}/")
        )
        harmless = repo.plan.default and not any(naming_folder(repo, folder))
        yield self.at(
            files[0],
            f"Binder reads a folder `{right}` and never one called `{folder}`, so nothing in it is used",
            help=f"Rename the folder: `git mv {folder} {right}`",
            fix=Fix(
                f"Rename the folder `{folder}` to `{right}`",
                moves,
                Applicability.SAFE if harmless else Applicability.UNSAFE,
            ),
        )


def _move(repo: Repository, source: Source, to: str) -> Fix | None:
    """A move into the binder directory, unless the file or another one refers to where it is."""
    if source.name in ROOT_ONLY or relative(source) or any(naming(repo, source.name, source.path)):
        return None
    return Fix(f"Move `{source.path}` to `{to}`", (Rename(source.path, to),), Applicability.UNSAFE)
