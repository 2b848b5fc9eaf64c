"""PBD: the Python that postBuild installs with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.launch_scripts import rewritten
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"


class PythonpathMismatch(Rule):
    """`pip` in a script installs for the server, not for the notebooks.

    For a Python older than 3.7, Binder makes two environments: one for the server with Python 3.10, and one for the notebooks with the old version. In `postBuild` and
    `start`, `pip` and `python` are those of the server, so notebooks cannot import what they install. The commands of the notebooks' environment are in `$KERNEL_PYTHON_PREFIX/bin`.

    ## Fix safety

    The fix is unsafe: the packages are installed for the old Python, for which they may not exist.
    """

    code = "PBD012"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#698", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {**_PIP, "runtime.txt": "python-3.6\n", "postBuild": _SH + "pip install -e .\n"},
            at="postBuild:3:1",
            fixed={"postBuild": _SH + "$KERNEL_PYTHON_PREFIX/bin/pip install -e .\n"},
            why="runtime.txt names Python 3.6",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=2.7]\n", "postBuild": _SH + "python -m pip install x && ls\n"},
            at="postBuild:3:1",
            fixed={"postBuild": _SH + "$KERNEL_PYTHON_PREFIX/bin/python -m pip install x && ls\n"},
            why="environment.yml names Python 2.7",
        ),
        Good(
            {**_PIP, "runtime.txt": "python-3.7\n", "postBuild": _SH + "pip install -e .\n"},
            why="Python 3.7, which needs one environment only",
        ),
        Good(
            {
                **_PIP,
                "runtime.txt": "python-3.6\n",
                "postBuild": _SH + "${KERNEL_PYTHON_PREFIX}/bin/pip install -e .\n",
            },
            why="The pip of the notebooks' environment",
        ),
        Good(
            {
                **_PIP,
                "runtime.txt": "python-3.6\n",
                "postBuild": _SH + "pip install jupyter-server-proxy nbgitpuller\n",
            },
            why="Extensions of the server",
        ),
        Good(
            {
                **_PIP,
                "runtime.txt": "python-3.6\n",
                "postBuild": _SH + "export PATH=$KERNEL_PYTHON_PREFIX/bin:$PATH\npip install -e .\n",
            },
            why="The notebooks' environment is first in PATH",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.plan.separate_kernel:
            return
        for script in (repo.post_build, repo.start):
            if script is None or re.search(r"PATH=.*KERNEL_PYTHON_PREFIX|activate", script.source.prose):
                continue
            for command in script.executed:
                if (
                    not re.fullmatch(r"pip[\d.]*", command.name)
                    or command.values[:1] != ("install",)
                    or not command.written
                ):
                    continue
                word = next(
                    (one for one in command.written if re.fullmatch(r"(?:pip|python)[\d.]*", one.value or "")), None
                )
                if word is None or _for_server(command):
                    continue
                version = repo.plan.python.version if repo.plan.python else ""
                yield self.at(
                    word.raw,
                    f"`pip` here is that of the Jupyter server and not of Python {version}: what it installs is not there in the notebooks",
                    help="Use `$KERNEL_PYTHON_PREFIX/bin/pip`",
                    fix=rewritten(
                        "Use the notebooks' own",
                        word.raw,
                        f"$KERNEL_PYTHON_PREFIX/bin/{word.value}",
                        Applicability.UNSAFE,
                    ),
                )


def _for_server(command: Command) -> bool:
    """Whether all that is installed extends the server and not the notebooks."""
    packages = command.operands[1:]
    return bool(packages) and all(
        re.match(r"jupyter|nb|notebook|voila|.*proxy|ipywidgets|.*labextension|bash_kernel", one) for one in packages
    )


class PackageNeedsNewerPython(Rule):
    """The repository's own package does not allow the Python of the build.

    `postBuild` installs the package in this repository, but its `requires-python` excludes the Python of the build. pip refuses to install it: "Package requires a
    different Python". If the environment files do not name a version, Binder uses Python 3.10.
    """

    code = "PBD013"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("pypa/pip: src/pip/_internal/resolution", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {
                "binder/requirements.txt": "numpy==2.2.0\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "binder/postBuild": _SH + "pip install .\n",
            },
            at="binder/postBuild:3:1",
            why="pyproject.toml requires a newer Python than the default",
        ),
        Bad(
            {
                "environment.yml": "dependencies: [python=3.9]\n",
                "setup.cfg": "[metadata]\nname = x\n[options]\npython_requires = >=3.10\n",
                "postBuild": _SH + "python -m pip install --no-deps -e .[dev]\n",
            },
            at="postBuild:3:1",
            why="setup.cfg requires a newer Python than environment.yml installs",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.12]\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "postBuild": _SH + "pip install .\n",
            },
            why="environment.yml installs a newer Python",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.10]\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.10.5"\n',
                "postBuild": _SH + "pip install .\n",
            },
            why="A patch release of Python 3.10 is required, and the build has the newest",
        ),
        Good(
            {
                "environment.yml": "dependencies: ['python>=3.11']\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "postBuild": _SH + "pip install .\n",
            },
            why="environment.yml replaces Python 3.10 with a newer one",
        ),
        Good(
            {
                "requirements.txt": "numpy==2.2.0\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "postBuild": _SH + "pip install --ignore-requires-python .\n",
            },
            why="pip is told to ignore the requirement",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script, plan = repo.post_build, repo.plan
        if script is None or plan.python is None or plan.buildpack in (None, "NixBuildPack", "DockerBuildPack"):
            return
        if any(
            spec.key == "python" and not re.match(r"=+\s*\d+\.\d+", spec.version or "") for spec in repo.conda_specs
        ):
            return
        written = _requires_python(repo)
        if written is None:
            return
        from binderlint.files.agreement import pip_admits
        from binderlint.files.dask_versions import python_minor

        version = python_minor(repo)
        if not version or any(pip_admits(written, f"{version}.{patch}") is not False for patch in (0, 5, 12, 99)):
            return
        for command in script.executed:
            if not re.fullmatch(r"pip[\d.]*", command.name) or command.values[:1] != ("install",) or command.ignored:
                continue
            own = any(re.fullmatch(r"\./?(?:\[[\w,-]+\])?", one) for one in command.operands[1:])
            if (
                own
                and command.cwd == ""
                and not command.has("--ignore-requires-python")
                and "run" not in " ".join(command.wrappers)
            ):
                yield self.at(
                    command.place,
                    f"The package of this repository needs Python {written}, but Binder builds with Python {version}: pip refuses to install it",
                    help="Ask for a Python that it allows in environment.yml or runtime.txt",
                )


def _requires_python(repo: Repository) -> str | None:
    """What the package in the root says of its Python."""
    patterns = {
        "pyproject.toml": r"""^requires-python\s*=\s*["']([^"']+)["']""",
        "setup.cfg": r"^python_requires\s*=\s*([^\n#]+)",
        "setup.py": r"""\bpython_requires\s*=\s*["']([^"']+)["']""",
    }
    for path, pattern in patterns.items():
        source = repo.get(path)
        if source and (found := re.search(pattern, source.text, re.MULTILINE)):
            return found[1].strip()
    return None


class KernelInstallUser(Rule):
    """A kernel is installed that is already there.

    `python -m ipykernel install --user` adds a second entry for the Python that Binder's notebooks already use under the name `python3`. If a notebook was saved with a
    kernel of your own computer, change the notebook to `python3` instead.
    """

    code = "PBD014"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/repo2docker#411",)
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "python -m ipykernel install --user --name rca\n"},
            at="postBuild:3:1",
            why="A kernel with a name of its own",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "pixi run python -m ipykernel install --user --name x\n"},
            why="The Python of a pixi environment",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "./venv/bin/python -m ipykernel install --user --name x\n"},
            why="The Python of a virtual environment",
        ),
        Good(
            {**_PIP, "postBuild": _SH + ". venv/bin/activate\npython -m ipykernel install --user --name x\n"},
            why="A virtual environment is active",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "conda run -n other python -m ipykernel install --user\n"},
            why="The Python of another conda environment",
        ),
        Good({**_PIP, "postBuild": _SH + "python -m bash_kernel.install\n"}, why="A kernel for another language"),
        Good(
            {
                **_PIP,
                "a.ipynb": '{"cells": [], "metadata": {"kernelspec": {"name": "rca", "display_name": "rca"}}, "nbformat": 4, "nbformat_minor": 5}',
                "postBuild": _SH + "python -m ipykernel install --user --name rca\n",
            },
            why="A notebook uses that name",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.post_build
        if script is None or re.search(r"activate|venv|PATH=", script.source.prose):
            return
        for command in script.executed:
            if command.name != "ipykernel" or command.values[:1] != ("install",) or not command.written:
                continue
            if command.wrappers not in (("python -m",), ("python3 -m",)) or not re.fullmatch(
                r"python3?", command.written[0].value or ""
            ):
                continue
            values = command.values
            name = next((values[at + 1] for at, one in enumerate(values[:-1]) if one == "--name"), "")
            if name and _wanted(repo, name):
                continue
            yield self.at(
                command.place,
                "This adds a second entry for the Python that the notebooks use anyway, under the name `python3`",
                help="Leave it out, and choose the kernel `python3` in the notebooks",
            )


def _wanted(repo: Repository, name: str) -> bool:
    """Whether a notebook asks for a kernel of this name."""
    pattern = re.compile(rf'"name"\s*:\s*"{re.escape(name)}"')
    paths = [path for path in repo.sources if path.endswith(".ipynb")]
    return any((source := repo.get(path)) and pattern.search(source.text) for path in paths)
