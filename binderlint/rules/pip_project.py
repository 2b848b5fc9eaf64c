"""PIP: how the repository's own project files steer the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import create, replace
from binderlint.files.own import own_names
from binderlint.files.requirements import canonical
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository


class OwnPackageFromPypi(Rule):
    """The repository's own package is installed from the package index.

    The build then gets the last release, not the code of this commit: visitors do not run the changes on this branch. This is often intended (a badge that launches a release). A path (`.`, or `..` in
    `binder/environment.yml`) installs what is here.

    Nothing is reported if a version is pinned or limited, which is a choice, or if repo2docker installs the repository itself afterwards (a setup.py or pyproject.toml in the root, without a binder directory
    and without environment.yml).

    ## Fix safety

    A path instead of the name builds this commit, which may need compilers or packages that the release did not need.
    """

    code = "PIP012"
    severity = Severity.INFO
    level = Level.REPRODUCE
    sources = ("jupytext/jupytext#559",)
    examples = (
        Bad(
            {"binder/requirements.txt": "numpy==1.26\nMy_Pkg>=1.0  # us\n", "pyproject.toml": '[project]\nname = "my-pkg"\n'},
            at="binder/requirements.txt:2:1",
            fixed={"binder/requirements.txt": "numpy==1.26\n.  # us\n"},
         why="Its name in requirements.txt"),
        Bad(
            {"binder/environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - my-pkg[dev]\n", "setup.py": "setup(name='my-pkg')\n"},
            at="binder/environment.yml:4:5",
            fixed={"binder/environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - ..[dev]\n"},
         why="Its name in the list for pip"),
        Bad({"environment.yml": "dependencies:\n- python=3.12\n- my-pkg\n", "setup.py": "setup(name='my_pkg')\n"}, at="environment.yml:3:3", why="conda installs its release"),
        Bad({"requirements.txt": "my_pkg\n", "setup.cfg": "[metadata]\nname = my-pkg\n"}, at="requirements.txt:1:1"),
        Good({"requirements.txt": "my-pkg\n", "setup.py": "setup(name='my-pkg')\n"}, why="repo2docker installs the repository afterwards"),
        Good({"binder/requirements.txt": "my-pkg\n", "setup.py": "setup(name='other')\n"}, why="Another package"),
        Good({"binder/requirements.txt": "my-pkg~=0.3.0\n", "setup.py": "setup(name='my-pkg')\n"}, why="A version is chosen"),
        Good(
            {"binder/environment.yml": "dependencies:\n- my-pkg\n", "setup.py": "setup(name='my-pkg')\n", "binder/postBuild": "#!/bin/bash\npip install .\n"},
            why="postBuild installs this commit over it",
        ),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        own = own_names(repo)
        if not own or _installed_later(repo):
            return
        for one in repo.requirements:
            if one.key in own and not one.url and not _held(str(one.specifier)):
                path = ".." if one.array is not None and repo.plan.binder_dir else "."
                extras = f"[{','.join(one.extras)}]" if one.extras else ""
                whole = one.text.place.text == one.text and not one.marker and _can_be_built(repo)
                yield self._released(
                    one.text,
                    one.name,
                    Fix("Install this commit", (replace(one.text, path + extras),), Applicability.UNSAFE)
                    if whole
                    else None,
                )
        for spec in repo.conda_specs:
            if canonical(spec.name) in own and not _held(str(spec.version or "")):
                yield self._released(spec.text, spec.name, None)

    def _released(self, where: Text, name: str, fix: Fix | None) -> Diagnostic:
        return self.at(
            where,
            f"`{name}` is this repository's own package: Binder installs its last release, not this commit",
            help="Install `.` if visitors should get the code of this commit",
            fix=fix,
        )


def _can_be_built(repo: Repository) -> bool:
    """True when pip can install the repository; a setup.cfg alone it refuses."""
    return any(repo.get(name) for name in ("setup.py", "pyproject.toml"))


def _held(version: str) -> bool:
    """Whether a version is chosen, or limited above."""
    return bool(re.search(r"~=|<|(?<![<>!~=])=|^\d", version))


def _installed_later(repo: Repository) -> bool:
    """Whether the repository itself is installed after the requirements."""
    if repo.plan.buildpack != "CondaBuildPack" and (repo.used("setup.py") or repo.used("pyproject.toml")):
        return True
    post_build = repo.used("postBuild")
    lines = post_build.lines() if post_build else ()
    return any("pip" in line and "install" in line and (" ." in line or "setup.py" in line) for line in lines)


class PyprojectPythonJump(Rule):
    """`requires-python` in pyproject.toml makes Binder use its newest Python.

    Without a `runtime.txt`, repo2docker compares `requires-python` with its default, 3.10. If that excludes 3.10, repo2docker uses its newest Python, not the lowest one that is allowed: `>=3.11` gives 3.14 today, and
    something newer with its next release. Packages often have no builds for such a new Python. (`>=3.10.5` excludes 3.10 as well, which is compared as 3.10.0.)

    A `runtime.txt` with a version that `requires-python` excludes, or a `requires-python` that none of repo2docker's versions meets, stops the build.

    Only a pyproject.toml in the root counts, and only without a binder directory and if the build uses requirements.txt, setup.py or pyproject.toml.

    ## Fix safety

    The fix writes the version that Binder uses today in `runtime.txt`. The version that you develop with may be a better choice.
    """

    code = "PIP013"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("repo2docker/buildpacks/python/__init__.py",)
    examples = (
        Bad(
            {"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'},
            at="pyproject.toml:3:19",
            fixed={"runtime.txt": "python-3.14\n"},
         why="A lower bound above the default"),
        Bad(
            {"pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "x"\nrequires-python=">=3.10.5"\n'},
            at="pyproject.toml:5:17",
            fixed={"runtime.txt": "python-3.14\n"},
         why="A patch version above the default"),
        Bad(
            {"requirements.txt": "numpy\n", "runtime.txt": "python-3.9\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'},
            at="pyproject.toml:3:19",
            severity=Severity.ERROR,
         why="runtime.txt names an excluded version"),
        Bad(
            {"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.15"\n'},
            at="pyproject.toml:3:19",
            severity=Severity.ERROR,
         why="A Python that does not exist yet"),
        Good({"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n'}, why="The default is allowed"),
        Good({"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11,<3.12"\n'}, why="Only one version is allowed"),
        Good({"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11,<3.13"\n'}, why="An upper bound"),
        Good({"requirements.txt": "numpy\n", "runtime.txt": "python-3.12\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'}, why="runtime.txt names a version that is allowed"),
        Good({"environment.yml": "dependencies: [python=3.12]\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'}, why="environment.yml decides"),
        Good({"binder/requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'}, why="A binder directory hides pyproject.toml"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        source = repo.get("pyproject.toml")
        if source is None or plan.binder_dir:
            return
        from binderlint.files.toml import find_value

        wanted = find_value(source, "project", "requires-python")
        if wanted is None:
            return
        if plan.error:
            if plan.error.type == "RuntimeError" and "pyproject.toml" in plan.error.message:
                yield self.at(
                    wanted,
                    f"No Python that Binder can use here meets `{wanted}`: {_reason(plan.error.message)}, and the build stops",
                    help="Widen `requires-python`, or name another version in runtime.txt",
                    severity=Severity.ERROR,
                    level=Level.LAUNCH,
                )
            return
        python = plan.python
        if (
            python is None
            or python.place is None
            or python.place.path != "pyproject.toml"
            or "<" in wanted
            or "=" in wanted.replace(">=", "")
        ):
            return
        yield self.at(
            wanted,
            f"`{wanted}` excludes repo2docker's default Python, so it takes the newest it has: {python.version} today, a newer one with its next release",
            help="Name the version you work with in runtime.txt",
            fix=Fix(
                f"Keep Python {python.version}",
                (create("runtime.txt", f"python-{python.version}\n"),),
                Applicability.UNSAFE,
            )
            if "runtime.txt" not in repo.sources
            else None,
        )


def _reason(message: str) -> str:
    return "runtime.txt names one that it excludes" if "runtime.txt" in message else "repo2docker has none"


class PipfileFrozenPipenv(Rule):
    """Binder builds from a Pipfile with a pipenv of January 2022.

    repo2docker installs pipenv 2022.1.8 (2021.5.29 for Python older than 3.6) and runs it with `--system --dev`. It will not update that version, which was made for Python up to 3.10 and may not understand files from newer
    pipenv versions. The version in `runtime.txt` is not read either; `[requires]` decides. A `requirements.txt` (`pipenv requirements` writes one) is installed with today's pip.

    This is a warning for Python 3.12 and newer, and otherwise an info.
    """

    code = "PIP014"
    severity = Severity.INFO
    level = Level.REPRODUCE
    sources = ("repo2docker/buildpacks/pipfile/__init__.py",)
    examples = (
        Bad({"Pipfile": '[packages]\nnumpy = "*"\n\n[requires]\npython_version = "3.10"\n'}, at="Pipfile:1:1", why="A Pipfile for Python 3.10"),
        Bad({"binder/Pipfile": '[requires]\npython_version = "3.12"\n'}, at="binder/Pipfile:1:1", severity=Severity.WARNING, why="A Pipfile for Python 3.12"),
        Bad({"Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.9"}}}\n'}, at="Pipfile.lock:1:1", why="Only Pipfile.lock"),
        Good({"Pipfile": "[packages]\n", "environment.yml": "dependencies: [python=3.12]\n"}, why="environment.yml wins"),
        Good({"requirements.txt": "numpy\n"}, why="requirements.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.used("Pipfile") or repo.used("Pipfile.lock")
        python = repo.plan.python
        if repo.plan.buildpack != "PipfileBuildPack" or source is None or python is None:
            return
        new = bool(re.match(r"3\.1[2-9]$", python.version))
        yield self.at(
            source,
            f"Binder installs this with pipenv 2022.1.8, from before Python {python.version}" if new
            else "Binder installs this with pipenv 2022.1.8, which it does not update",
            help="Write a requirements.txt (`pipenv requirements > requirements.txt`) and a runtime.txt, and remove the Pipfile from where Binder looks",
            severity=Severity.WARNING if new else Severity.INFO,
        )  # fmt: skip
