"""PBD: what postBuild fetches and installs, and with which Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command, Script
    from binderlint.repository import Repository
    from binderlint.source import Text

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"
_URL = re.compile(r"(?:https?|git)://[^\s'\"<>|;)]+")


def _urls(repo: Repository) -> Iterator[tuple[Script, Command, Text]]:
    """The addresses that are written out in the commands of postBuild and start."""
    for script in (repo.post_build, repo.start):
        if script is None:
            continue
        for command in script.running:
            if command.name in ("echo", "printf"):
                continue
            for word in command.written:
                if word.place.text == word.raw:
                    for found in _URL.finditer(word.raw):
                        yield script, command, word.raw.part(*found.span())


class PostbuildHtmlDownload(Rule):
    """A download gets a web page instead of the file.

    An address that a browser shows, such as the page of a file on GitHub (`/blob/`), a Dropbox link with `dl=0` or a Google Drive link with
    `/view`, gives wget and curl the HTML of that page. The download succeeds, the file has the right name, and what reads it fails.
    """

    code = "PBD010"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("Dropbox help: force a file to download", "GitHub docs: raw file URLs")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "wget -O a.csv 'https://www.dropbox.com/s/x1/a.csv?dl=0'\n"},
            at="postBuild:3:16",
            fixed={"postBuild": _SH + "wget -O a.csv 'https://www.dropbox.com/s/x1/a.csv?dl=1'\n"},
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "curl -LO https://github.com/example/data/blob/main/a b.csv\n"},
            at="postBuild:3:10",
            fixed={"postBuild": _SH + "curl -LO https://raw.githubusercontent.com/example/data/main/a b.csv\n"},
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "wget https://gitlab.com/group/data/-/blob/v1/a.csv"},
            at="postBuild:3:6",
            fixed={"postBuild": _SH + "wget https://gitlab.com/group/data/-/raw/v1/a.csv"},
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nwget https://drive.google.com/file/d/1AbC/view?usp=sharing &\nexec "$@"\n'},
            at="start:2:6",
        ),
        Good({**_PIP, "postBuild": _SH + "wget 'https://www.dropbox.com/s/x1/a.csv?dl=1'\n"}),
        Good(
            {**_PIP, "postBuild": _SH + "wget 'https://github.com/example/data/blob/main/a.csv?raw=true'\n"},
            why="asks for the file",
        ),
        Good({**_PIP, "postBuild": _SH + "wget https://github.com/example/data/raw/main/a.csv\n"}),
        Good(
            {**_PIP, "postBuild": _SH + "gdown --fuzzy https://drive.google.com/file/d/1AbC/view\n"},
            why="gdown finds the file",
        ),
        Good({**_PIP, "postBuild": _SH + "echo https://github.com/example/data/blob/main/a.csv\n"}, why="only printed"),
        Good({**_PIP, "postBuild": _SH + "# https://github.com/example/data/blob/main/a.csv\nmake\n"}, why="a comment"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for _, command, url in _urls(repo):
            if command.name not in ("wget", "wget2", "curl", "aria2c", "axel"):
                continue
            found = _page(url)
            if found is None:
                continue
            site, better = found
            yield self.at(
                url,
                f"This address is a web page of {site}: what is downloaded is its HTML and not the file",
                help=f"Use `{better}`"
                if better
                else "Use `gdown`, or put the data where they can be downloaded (Zenodo, OSF)",
                fix=Fix("Use the address of the file", (replace(url, better),)) if better else None,
            )


def _page(url: str) -> tuple[str, str] | None:
    """The site and the address of the file itself (empty where there is none); None for an address that is no page."""
    if re.match(r"https?://(?:www\.)?dropbox\.com/", url) and re.search(r"[?&]dl=0\b", url):
        return "Dropbox", re.sub(r"(?<=[?&])dl=0\b", "dl=1", url)
    if found := re.match(r"https?://(?:www\.)?github\.com/([^/]+/[^/]+)/blob/([^?#]+)$", url):
        return "GitHub", f"https://raw.githubusercontent.com/{found[1]}/{found[2]}"
    if re.match(r"https?://[^/]*gitlab[^/]*/.+/-/blob/[^?#]+$", url):
        return "GitLab", url.replace("/-/blob/", "/-/raw/", 1)
    if re.match(r"https?://drive\.google\.com/(?:file/d/[^/]+(?:/(?:view|edit|preview))?|open\?id=)", url):
        return "Google Drive", ""
    return None


# Services that ended: the address, what happened, and what to use. Announcements of GitHub (2021-09, 2023-01), JFrog (2021-02), Microsoft (2023-01).
_DEAD = (
    (re.compile(r"git://github\.com/"), "GitHub ended the unencrypted `git://` in 2022", "https://github.com/"),
    (re.compile(r"https?://(?:dl\.|jcenter\.|api\.)?bintray\.com/"), "Bintray and JCenter were shut down in 2021", ""),
    (
        re.compile(r"https?://(?:mran|cran)\.microsoft\.com/|https?://mran\.revolutionanalytics\.com/"),
        "Microsoft shut MRAN down in 2023",
        "",
    ),
    (re.compile(r"https?://svn\.github\.com/"), "GitHub ended Subversion in 2024", ""),
    (
        re.compile(r"https?://[\w.-]*\.googlecode\.com/|https?://code\.google\.com/p/"),
        "Google Code was shut down in 2016",
        "",
    ),
    (
        re.compile(r"https?://[\w.-]*\.codeplex\.com/"),
        "CodePlex was shut down in 2021",
        "",
    ),
)


class DeadService(Rule):
    """A script fetches from a service that no longer exists.

    Bintray, JCenter, MRAN, `git://github.com` and GitHub's Subversion were shut down. The command fails at once, or after a long wait.
    """

    code = "PBD011"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#1284", "open-atmos/PySDM#1090")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "git clone git://github.com/example/data\n"},
            at="postBuild:3:11",
            fixed={"postBuild": _SH + "git clone https://github.com/example/data\n"},
        ),
        Bad({**_PIP, "postBuild": _SH + "svn export https://github.com/example/data/trunk/csv\n"}, at="postBuild:3:12"),
        Bad(
            {
                **_PIP,
                "postBuild": _SH
                + 'Rscript -e \'install.packages("x", repos="https://mran.microsoft.com/snapshot/2020-01-01")\'\n',
            },
            at="postBuild:3:42",
        ),
        Bad({**_PIP, "start": '#!/bin/bash\nwget https://dl.bintray.com/x/y.jar &\nexec "$@"\n'}, at="start:2:6"),
        Good({**_PIP, "postBuild": _SH + "git clone https://github.com/example/data\n"}),
        Good({**_PIP, "postBuild": _SH + "svn export https://svn.example.org/data/trunk\n"}, why="another server"),
        Good({**_PIP, "postBuild": _SH + "echo git://github.com/example/data\n"}, why="only printed"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for _, command, url in _urls(repo):
            if command.name == "svn" and re.match(r"https?://(?:www\.)?github\.com/", url):
                yield self.at(
                    url,
                    "GitHub ended Subversion in 2024, so this command fails",
                    help="Use `git clone --depth 1`, with `git sparse-checkout` for a part of it",
                )
                continue
            for pattern, reason, instead in _DEAD:
                if found := pattern.match(url):
                    edit = replace(url.part(*found.span()), instead)
                    yield self.at(
                        url,
                        f"{reason}, so this command fails",
                        help=f"Use `{instead}`" if instead else "Find where the files moved to",
                        fix=Fix(f"Use `{instead}`", (edit,)) if instead else None,
                    )


class PythonpathMismatch(Rule):
    """`pip` in a script is not that of the notebooks.

    For a Python before 3.7 Binder makes two environments: the server's, with Python 3.10, and the notebooks', with the old one. In `postBuild` and
    `start` the commands `pip` and `python` are those of the server, so what they install is not there in the notebooks. The notebooks' are in
    `$KERNEL_PYTHON_PREFIX/bin`.

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
        ),
        Bad(
            {"environment.yml": "dependencies: [python=2.7]\n", "postBuild": _SH + "python -m pip install x && ls\n"},
            at="postBuild:3:1",
            fixed={"postBuild": _SH + "$KERNEL_PYTHON_PREFIX/bin/python -m pip install x && ls\n"},
        ),
        Good({**_PIP, "runtime.txt": "python-3.7\n", "postBuild": _SH + "pip install -e .\n"}, why="one environment"),
        Good(
            {
                **_PIP,
                "runtime.txt": "python-3.6\n",
                "postBuild": _SH + "${KERNEL_PYTHON_PREFIX}/bin/pip install -e .\n",
            },
            why="the notebooks' own",
        ),
        Good(
            {
                **_PIP,
                "runtime.txt": "python-3.6\n",
                "postBuild": _SH + "pip install jupyter-server-proxy nbgitpuller\n",
            },
            why="extensions of the server belong there",
        ),
        Good(
            {
                **_PIP,
                "runtime.txt": "python-3.6\n",
                "postBuild": _SH + "export PATH=$KERNEL_PYTHON_PREFIX/bin:$PATH\npip install -e .\n",
            },
            why="the notebooks' own come first",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.plan.separate_kernel:
            return
        for script in (repo.post_build, repo.start):
            if script is None or re.search(r"PATH=.*KERNEL_PYTHON_PREFIX|activate", script.source.text):
                continue
            for command in script.running:
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
                    fix=Fix(
                        "Use the notebooks' own",
                        (replace(word.raw, f"$KERNEL_PYTHON_PREFIX/bin/{word.value}"),),
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
    """The repository's own package does not allow the Python that Binder has.

    `postBuild` installs the package of the repository, whose `requires-python` leaves out the Python of the build. pip then refuses it:
    "Package requires a different Python". Without a version in the environment files Binder takes Python 3.10.
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
        ),
        Bad(
            {
                "environment.yml": "dependencies: [python=3.9]\n",
                "setup.cfg": "[metadata]\nname = x\n[options]\npython_requires = >=3.10\n",
                "postBuild": _SH + "python -m pip install --no-deps -e .[dev]\n",
            },
            at="postBuild:3:1",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.12]\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "postBuild": _SH + "pip install .\n",
            },
            why="the environment has a newer Python",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.10]\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.10.5"\n',
                "postBuild": _SH + "pip install .\n",
            },
            why="the build has the newest 3.10",
        ),
        Good(
            {
                "environment.yml": "dependencies: ['python>=3.11']\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "postBuild": _SH + "pip install .\n",
            },
            why="conda puts a newer Python in the place of 3.10",
        ),
        Good(
            {
                "requirements.txt": "numpy==2.2.0\n",
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
                "postBuild": _SH + "pip install --ignore-requires-python .\n",
            },
            why="told not to look",
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
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        from binderlint.files.dask_versions import python_minor

        version = python_minor(repo)
        try:
            allowed = SpecifierSet(written)
        except InvalidSpecifier:
            return
        if not version or any(allowed.contains(f"{version}.{patch}") for patch in (0, 5, 12, 99)):
            return
        for command in script.running:
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
    """A kernel is installed that is there already.

    `python -m ipykernel install --user` adds a second entry for the Python that the notebooks of Binder use anyway, under the name `python3`. Notebooks
    that were saved with the kernel of your own computer are better changed to `python3`.
    """

    code = "PBD014"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/repo2docker#411",)
    examples = (
        Bad({**_PIP, "postBuild": _SH + "python -m ipykernel install --user --name rca\n"}, at="postBuild:3:1"),
        Good(
            {**_PIP, "postBuild": _SH + "pixi run python -m ipykernel install --user --name x\n"},
            why="another environment",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "./venv/bin/python -m ipykernel install --user --name x\n"},
            why="another environment",
        ),
        Good(
            {**_PIP, "postBuild": _SH + ". venv/bin/activate\npython -m ipykernel install --user --name x\n"},
            why="another environment",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "conda run -n other python -m ipykernel install --user\n"},
            why="another environment",
        ),
        Good({**_PIP, "postBuild": _SH + "python -m bash_kernel.install\n"}, why="another language"),
        Good(
            {
                **_PIP,
                "a.ipynb": '{"cells": [], "metadata": {"kernelspec": {"name": "rca", "display_name": "rca"}}, "nbformat": 4, "nbformat_minor": 5}',
                "postBuild": _SH + "python -m ipykernel install --user --name rca\n",
            },
            why="a notebook asks for that name",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.post_build
        if script is None or re.search(r"activate|venv|PATH=", script.source.text):
            return
        for command in script.running:
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
