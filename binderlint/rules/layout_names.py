"""LAY: files whose names are nearly those that Binder looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.buildpacks.names import meant
from binderlint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Rename, Severity
from binderlint.files.named import naming
from binderlint.rule import Bad, Good, Rule
from binderlint.source import EXECUTABLE, REGULAR, SYMLINK, Source

if TYPE_CHECKING:
    from binderlint.repository import Repository

# The names that this rule knows how to judge; others (DESCRIPTION, setup.py) mean too many things in small letters.
_KNOWN = frozenset(
    {
        "postBuild",
        "start",
        "environment.yml",
        "environment.yaml",
        "requirements.txt",
        "runtime.txt",
        "apt.txt",
        "install.R",
    }
    | {"Dockerfile", "Project.toml", "Pipfile"}
)
# A file of one of these names decides what is built, so one that the others leave no use for may be there for something else.
_CHOOSES = frozenset({"environment.yml", "requirements.txt", "Dockerfile", "Project.toml", "Pipfile"})


class FilenameCase(Rule):
    """The name of a configuration file is misspelt.

    repo2docker looks for exact names, with exact capital letters: `postBuild`, `start`, `environment.yml`, `requirements.txt`, `install.R`. It never looks at a `postbuild`, a `postBuild.sh` or an
    `enviroment.yml`, and the build silently goes on without it. On a Mac or on Windows, where capital letters do not matter, such a name can go unnoticed for years.

    If a file with the right name exists too, the other one is treated as its helper. A `start.sh` outside a `binder` folder is treated as Binder's launch script only if it passes the command
    on with `"$@"`.

    ## Fix safety

    The fix renames the file. It is unsafe if the renamed file would replace another environment file that Binder uses today, or if a script or a configuration file names the file.
    """

    code = "LAY003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("binder-examples/jupyter-extension#1", "repo2docker/buildpacks/base.py")
    examples = (
        Bad(
            {"requirements.txt": "numpy\n", "postbuild": "#!/bin/bash\npython get_data.py\n"},
            at="postbuild:1:1",
            fixed={"postbuild": None, "postBuild": "#!/bin/bash\npython get_data.py\n"},
            why="postbuild in lower case",
        ),
        Bad(
            {"binder/enviroment.yml": "dependencies: [python=3.12]\r\n", "binder/start.sh": '#!/bin/bash\nexec "$@"\n'},
            at=("binder/enviroment.yml:1:1", "binder/start.sh:1:1"),
            fixed={
                "binder/enviroment.yml": None,
                "binder/environment.yml": "dependencies: [python=3.12]\r\n",
                "binder/start.sh": None,
                "binder/start": '#!/bin/bash\nexec "$@"\n',
            },
            why="A misspelt environment.yml, and start with an ending",
        ),
        Bad(
            {"Requirements.txt": "numpy\n", "Apt.txt": "gdal-bin\n", "runtime.text": "python-3.12"},
            at=("Apt.txt:1:1", "Requirements.txt:1:1", "runtime.text:1:1"),
            fixed={
                "Requirements.txt": None,
                "requirements.txt": "numpy\n",
                "Apt.txt": None,
                "apt.txt": "gdal-bin\n",
                "runtime.text": None,
                "runtime.txt": "python-3.12",
            },
            why="Capital letters, and a wrong ending",
        ),
        Bad(
            {".binder/environment.yml.txt": "dependencies: []\n", ".binder/PostBuild.sh": "#!/bin/sh\ntrue\n"},
            at=(".binder/PostBuild.sh:1:1", ".binder/environment.yml.txt:1:1"),
            fixed={
                ".binder/environment.yml.txt": None,
                ".binder/environment.yml": "dependencies: []\n",
                ".binder/PostBuild.sh": None,
                ".binder/postBuild": "#!/bin/sh\ntrue\n",
            },
            why="Endings added by an editor, in .binder",
        ),
        Bad(
            {"Environment.yml": "dependencies: [python=3.12]\n", "requirements.txt": "numpy\n"},
            at="Environment.yml:1:1",
            fixed={"Environment.yml": None, "environment.yml": "dependencies: [python=3.12]\n"},
            why="A capital letter, and another environment file that Binder uses",
        ),
        Bad(
            {"install.r": "install.packages('sf')\n", "runtime.txt": "r-4.4-2024-10-01\n"},
            at="install.r:1:1",
            fixed={"install.r": None, "install.R": "install.packages('sf')\n"},
            why="install.r in lower case",
        ),
        Good(
            {"binder/environment.yml": "dependencies: []\n", "binder/start": "#!/bin/bash\n", "binder/start.sh": "x\n"},
            why="A helper beside the file with the right name",
        ),
        Good(
            {
                "binder/environment.yml": "dependencies: []\n",
                "binder/postBuild": "#!/bin/sh\n./binder/start.sh\n",
                "binder/start.sh": "x\n",
            },
            why="A helper that another file calls",
        ),
        Good(
            {"requirements.txt": "flask\n", "start.sh": "#!/bin/sh\ngunicorn app:app\n"},
            why="The start.sh of a web application",
        ),
        Good(
            {"environment.yml": "dependencies: []\n", "requirements-dev.txt": "a\n", "environment-dev.yml": "a: b\n"},
            why="Files for development",
        ),
        Good({"environment.yml": "dependencies: []\n", "Containerfile": "FROM x\n"}, why="A file of another tool"),
        Good(
            {"environment.yml": "dependencies: []\n", "postbuild_bak": "x\n", "environment_old.yml": "x\n"},
            why="Backup copies",
        ),
        Good(
            {"environment.yml": "dependencies: []\n", "dockerfile": "FROM python:3.12\n"},
            why="A dockerfile beside environment.yml",
        ),
        Good(
            {"environment.yml": "dependencies: []\n", "Requirements.txt": "black\n"},
            why="A file that Binder would ignore under its right name too",
        ),
        Good(
            {"binder/environment.yml": "dependencies: []\n", "postbuild": "#!/bin/sh\n"},
            why="The `binder` folder hides the root",
        ),
        Good(
            {"binder/Dockerfile": "FROM x:1\n", "binder/start.sh": '#!/bin/sh\nexec "$@"\n'},
            why="With a Dockerfile, Binder does not read `start`",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        for path in repo.list(repo.resolve(plan.binder_dir) or ""):
            source = repo.sources[path]
            right = _right_name(source.name)
            if not right or source.mode not in (REGULAR, EXECUTABLE) or self._is_meant_so(repo, source, right):
                continue
            rename = Rename(path, plan.path(right))
            if rename.to in repo.sources:  # a link that leads nowhere: that is what to mend
                continue
            after = repo.apply([rename]).plan
            if (right in _CHOOSES or plan.buildpack == "DockerBuildPack") and not (
                after.error or after.uses(rename.to)
            ):
                continue
            lost = [use.path for use in plan.files if plan.uses(use.path) and not after.uses(use.path)]
            if lost and right in ("Dockerfile", "Project.toml"):
                continue
            careful = lost or any(naming(repo, source.name, path))
            yield self.at(
                source,
                f"Binder looks for `{right}` and never at `{source.name}`, so what this file asks for is not done",
                help=f"Rename the file: `git mv {path} {rename.to}`",
                fix=Fix(
                    f"Rename `{source.name}` to `{right}`",
                    (rename,),
                    Applicability.UNSAFE if careful else Applicability.SAFE,
                ),
            )

    def _is_meant_so(self, repo: Repository, source: Source, right: str) -> bool:
        """Whether the file has this name for a reason."""
        both = ("environment.yml", "environment.yaml") if right.startswith("environment") else (right,)
        if any(repo.exists(repo.plan.path(name)) for name in both):
            return True
        if right == "start" and not repo.plan.binder_dir and "$@" not in source.prose:
            return True
        return source.name.endswith((".sh", ".bash")) and any(naming(repo, source.name, source.path))


class DualEnvExtension(Rule):
    """There are an environment.yml and an environment.yaml.

    repo2docker reads environment.yml and ignores the other.
    """

    code = "LAY010"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#970", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {"environment.yml": "dependencies: [python=3.12]\n", "environment.yaml": "dependencies: [numpy]\n"},
            at="environment.yaml:1:1",
            why="They list different packages",
        ),
        Bad(
            {"binder/environment.yml": "dependencies: []\n", "binder/environment.yaml": "dependencies: []\n"},
            at="binder/environment.yaml:1:1",
            fixed={"binder/environment.yaml": None},
            why="They are the same",
        ),
        Good(
            {"binder/environment.yml": "dependencies: []\n", "environment.yaml": "dependencies: [numpy]\n"},
            why="The `binder` folder hides one of them, which binder-dir-hides-root-config reports",
        ),
        Good(
            {"environment.yml": "a: b\n", "environment.yaml": "a: b\n", "Dockerfile": "FROM x:1\n"},
            why="With a Dockerfile, Binder reads neither",
        ),
        Good(
            {
                "environment.yml": Source("environment.yml", b"environment.yaml", SYMLINK),
                "environment.yaml": "dependencies: [numpy]\n",
            },
            why="One is a link to the other",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        used, other = repo.used("environment.yml"), repo.get(plan.path("environment.yaml"))
        if not used or not other or used is other or plan.uses(plan.path("environment.yaml")):
            return
        same = used.data == other.data
        yield self.at(
            other,
            "Binder reads `environment.yml` and ignores this file, "
            + ("which says the same" if same else "so what only this one asks for is not installed"),
            help="Remove this file" if same else "Move what is missing to environment.yml, and remove this file",
            fix=Fix("Remove the copy", (Delete(other.path),)) if same else None,
        )


class EnvYamlExtension(Rule):
    """Only the newest repo2docker knows environment.yaml.

    repo2docker has read environment.yaml since its release of April 2026. Hubs with an older one, and older copies of repo2docker, do not find the file and install nothing from it. environment.yml
    works everywhere.

    ## Fix safety

    The fix renames the file. It is unsafe if a script or a configuration file names it.
    """

    code = "LAY011"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/repo2docker#970", "jupyterhub/repo2docker#1373")
    examples = (
        Bad(
            {"binder/environment.yaml": "dependencies: [numpy]\n"},
            at="binder/environment.yaml:1:1",
            fixed={"binder/environment.yaml": None, "binder/environment.yml": "dependencies: [numpy]\n"},
            why="environment.yaml in the binder directory",
        ),
        Bad(
            {
                "environment.yaml": "dependencies: [numpy]\n",
                "Makefile": "env:\n\tconda env create -f environment.yaml\n",
            },
            at="environment.yaml:1:1",
            fixed={"environment.yaml": None, "environment.yml": "dependencies: [numpy]\n"},
            why="A Makefile names the file",
        ),
        Good({"environment.yml": "dependencies: [numpy]\n"}, why="environment.yml"),
        Good(
            {"environment.yaml": "a: b\n", "binder/environment.yml": "dependencies: [x]\n"},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.environment_file
        if not source or source.name != "environment.yaml" or repo.exists(repo.plan.path("environment.yml")):
            return
        to = repo.plan.path("environment.yml")
        named = any(naming(repo, source.name, source.path))
        yield self.at(
            source,
            "Only repo2docker 2026.4 and later read `environment.yaml`; to a hub with an older one this file does not exist",
            help="Rename it to `environment.yml`",
            fix=Fix(
                "Rename `environment.yaml` to `environment.yml`",
                (Rename(source.path, to),),
                Applicability.UNSAFE if named else Applicability.SAFE,
            ),
        )


def _right_name(name: str) -> str:
    """The name of the configuration file that a file is nearly called, empty for all others and for the right names."""
    right = meant(name) or ""
    if (right in ("start", "postBuild") and name.lower().endswith((".py", ".r"))) or name.lower() == "runtime":
        return ""  # as likely a helper
    return right if right in _KNOWN else ""
