"""CND: packages that do not exist for Linux, and packages that are whole distributions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import remove
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.matchspec import MatchSpec
    from binderlint.repository import Repository


class _Platform(NamedTuple):
    system: str
    versions: str
    """The versions this is true of, as a match spec writes them; `""` for all."""


@lru_cache(maxsize=1)
def _platforms() -> dict[str, _Platform]:
    from pathlib import Path

    table = (Path(__file__).parent.parent / "data" / "conda_platforms.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {name: _Platform(system, versions) for name, system, versions, _ in rows}


class CondaPlatformPackage(Rule):
    """environment.yml lists a package that only macOS or Windows has.

    Binder runs Linux. An export from another computer contains packages that only its system has (`python.app`, `wincertstore`, `vs2015_runtime`). conda does not find them
    for Linux and installs nothing at all. A comment such as `# [win]` has a meaning in conda recipes; in environment.yml it is an ordinary comment.

    ## Fix safety

    Removing the line is safe: nothing on Linux can need the package. It is unsafe if a comment would be removed with it.
    """

    code = "CND010"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/docs/source/faq.md", "binder-project/binder#40", "DiODeProject/MuMoT#143")
    examples = (
        Bad(
            {
                "environment.yml": "dependencies:\n  - python=3.12\n  - wincertstore=0.2=py312haa95532_2\n  - vc=14.2\n  - pywinpty\n"
            },
            at=("environment.yml:3:5", "environment.yml:4:5", "environment.yml:5:5"),
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n"},
            why="Packages from an export on Windows",
        ),
        Bad(
            {"binder/environment.yml": "dependencies:\r\n- appnope=0.1.0\r\n- python.app\r\n- python=3.12"},
            at=("binder/environment.yml:2:3", "binder/environment.yml:3:3"),
            fixed={"binder/environment.yml": "dependencies:\r\n- python=3.12"},
            why="Packages from an export on macOS",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.12, conda-forge::winpty, numpy]\n"},
            at="environment.yml:1:29",
            fixed={"environment.yml": "dependencies: [python=3.12, numpy]\n"},
            why="A package with its channel, in brackets",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - pywinpty  # [win]\n"},
            at="environment.yml:3:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n"},
            why="A comment that only recipes understand",
        ),
        Bad(
            {"environment.yml": "dependencies:\n- vs2015_runtime\n"},
            at="environment.yml:2:3",
            fixed={"environment.yml": "dependencies: []\n"},
            why="The only package of the list",
        ),
        Good({"environment.yml": "dependencies:\n  - colorama=0.4.6\n"}, why="A package that exists for Linux as well"),
        Good(
            {"environment.yml": "dependencies:\n  - appnope\n  - menuinst=2.0\n"},
            why="A version that exists for all systems",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - pywin32=306\n  - libcxx\n"},
            why="Packages that conda-forge has for Linux",
        ),
        Good({"environment.yml": "dependencies:\n  - sel(win): pywinpty\n"}, why="mamba's selector for the system"),
        Good(
            {"environment.yml": "dependencies:\n  - winpty\n", "binder/environment.yml": "dependencies: []\n"},
            why="Binder does not read this file",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - pip:\n    - pywinpty\n"}, why="The package is in the list for pip"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        items = repo.conda_dependencies
        for index, spec in _items(repo):
            known = _platforms().get(spec.key)
            if items is not None and known and _only(spec, known.versions):
                yield self.at(
                    spec.place,
                    f"`{spec.name}` exists for {known.system} only, and Binder runs Linux, so the installation of all packages fails",
                    help="Remove the line",
                    fix=Fix(f"Remove `{spec.name}`", (remove(items, index),)),
                )


def _items(repo: Repository) -> Iterator[tuple[int, MatchSpec]]:
    """The packages of the `dependencies` list with their positions in it."""
    from binderlint.files.matchspec import specs

    for index, item in enumerate(repo.conda_dependencies or ()):
        for spec in specs([item]):
            yield index, spec


def _only(spec: MatchSpec, versions: str) -> bool:
    """Whether a spec allows no version but those that only another system has."""
    from binderlint.files.matchspec import admits

    if not versions:
        return True
    if spec.version is None:
        return False
    releases = [(major, minor, patch) for major in range(6) for minor in range(20) for patch in range(6)]
    allowed = [release for release in releases if spec.admits(release) is not False]
    return bool(allowed) and all(admits(versions, release) for release in allowed)


class AnacondaMetapackage(Rule):
    """environment.yml lists the whole Anaconda distribution.

    `anaconda` stands for several hundred packages at fixed versions, of which a notebook uses a few. Only Anaconda's `defaults` channel has it, and Binder does not use
    that channel unless environment.yml lists it. The result is an image of several gigabytes that takes minutes to start, with versions of Jupyter that do not
    match Binder's. `anaconda-navigator` is a desktop program that nobody can see in a browser.
    """

    code = "CND013"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#1365",)
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - anaconda\n"}, at="environment.yml:2:5", why="The whole distribution"
        ),
        Bad(
            {"environment.yml": "channels: [defaults]\ndependencies: [anaconda=2022.10, anaconda-navigator]\n"},
            at=("environment.yml:2:16", "environment.yml:2:34"),
            why="The distribution and its desktop program",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - anaconda-client\n  - anaconda-project\n"},
            why="Small programs of Anaconda",
        ),
        Good({"environment.yml": "channels: [anaconda]\ndependencies: [numpy]\n"}, why="A channel called `anaconda`"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for spec in repo.conda_specs:
            if spec.key == "anaconda":
                yield self.at(
                    spec.place,
                    "`anaconda` is a distribution of several hundred packages, which Anaconda's own channel has and conda-forge has not: the build fails, or makes an image of gigabytes that starts slowly",
                    help="List the packages that your notebooks import instead",
                )
            elif spec.key == "anaconda-navigator":
                yield self.at(
                    spec.place,
                    "`anaconda-navigator` is a desktop program, which cannot be used on Binder",
                    help="Remove the line",
                )
