"""CND: what `conda env export` writes of the machine it ran on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import remove, replace
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.matchspec import MatchSpec
    from binderlint.repository import Repository

# What only an export from one system holds: package names on conda-forge and defaults, and the hashes that conda-build gave
# to the compilers of that system (seen in published exports of 2018 to 2024; `py38hecd8cb5_0` is macOS, `py38h06a4308_0` Linux).
_SYSTEMS = {
    "Linux": regex(
        r"(?:_libgcc_mutex|_openmp_mutex|ld_impl_linux-\w+|libgcc-ng|libstdcxx-ng|libgomp|libgfortran-ng)=.*"
        r"|.*=(?:py\d+)?h(?:14c3975|7b6447c|06a4308|27cfd23|5eee18b|516909a|7f98852)_\d+"
    ),
    "macOS": regex(
        r"(?:appnope|python\.app|pyobjc-core|appscript)=.*"
        r"|.*=(?:py\d+)?h(?:1de35cc|ecd8cb5|9ed2024|af1e3a3|0a44026|ca72f7f|ca03da5)_\d+"
    ),
    "Windows": regex(
        r"(?:vc|vc14_runtime|vs2015_runtime|ucrt|wincertstore|win_inet_pton|pywin32|pywinpty|winpty|menuinst|console_shortcut|m2w64-.*|msys2-.*)=.*"
        r"|.*=(?:py\d+)?h(?:e774522|aa95532|2bbff1b|a925a31|fa6e2cd)_\d+"
    ),
}
# Builds that do not depend on the system, or look the same on all of them: `py_0`, `pyhd8ed1ab_0`, `py37_0`, `0`.
_ANYWHERE = regex(r"(?:py\d*_|pyh[0-9a-z]*_)?\d+")


# Packages that other systems' exports hold for the system's own sake; what needs them on Linux brings them itself.
_NEEDED_THERE = {
    "macOS": frozenset({"appnope", "libcxx"}),
    "Windows": frozenset({"icc_rt", "libwinpthread", "menuinst", "pywin32", "win_unicode_console"}),
}


class CondaPlatformBuildString(Rule):
    """Packages in environment.yml are pinned to one build.

    `conda env export` writes `name=version=build`. The build (`py39h3811e60_1`) names one file that was compiled for one operating system. Binder runs Linux. Builds for
    macOS and Windows do not exist there, so nothing can be installed; builds for Linux are removed or replaced over time. Name and version are enough. A build
    with a `*` (`=*=mpi_*`) and one that names a variant (`=1.0=mkl`) choose something on purpose and are not reported.

    ## Fix safety

    The fix removes the builds and keeps the versions. In an export from macOS or Windows it also removes packages that only that system needs, such as `libcxx` or
    `pywin32`. It is safe for an export from macOS or Windows, which cannot be installed as it is. It is unsafe for an export from Linux and for single
    builds, which may have been chosen on purpose.
    """

    code = "CND004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "repo2docker/docs/source/faq.md",
        "jupyterhub/mybinder.org-user-guide#149",
        "jupyterhub/mybinder.org-deploy#906",
        "binder-examples/conda#4",
    )
    examples = (
        Bad(
            {
                "environment.yml": "dependencies:\n  - appnope=0.1.0=py37_0\n  - python=3.7.3=h359304d_0 # ours\n  - six=1.12.0=py37_0\n  - tk=8.6.8=ha441bb4_0\n"
            },
            at="environment.yml:2:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.7.3 # ours\n  - six=1.12.0\n  - tk=8.6.8\n"},
            why="An export from macOS",
        ),
        Bad(
            {
                "binder/environment.yml": "dependencies:\r\n- python==3.8.11=h88f2d9e_1\r\n- 'pip=21.2.2=py38hecd8cb5_0'\r\n- pip:\r\n  - numpy==1.21.1"
            },
            at="binder/environment.yml:2:3",
            fixed={
                "binder/environment.yml": "dependencies:\r\n- python==3.8.11\r\n- 'pip=21.2.2'\r\n- pip:\r\n  - numpy==1.21.1"
            },
            why="An export from macOS with Windows line endings and a list for pip",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.7.3=h8c8aaf0_1, vc=14.1=h0510ff6_4]\n"},
            at="environment.yml:1:16",
            fixed={"environment.yml": "dependencies: [python=3.7.3, vc=14.1]\n"},
            why="An export from Windows",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\n  - python=3.9.7=h49503c6_1_cpython\n  - zlib=1.2.11=hd77b12b_4\n  - sqlite=3.36.0=h8ffe710_2\n  - openssl=1.1.1l=h8ffe710_1\n  - tk=8.6.11=h8ffe710_2\n"
            },
            at="environment.yml:2:5",
            fixed={
                "environment.yml": "dependencies:\n  - python=3.9.7\n  - zlib=1.2.11\n  - sqlite=3.36.0\n  - openssl=1.1.1l\n  - tk=8.6.11\n"
            },
            why="An export whose system is not known",
        ),
        Bad(
            {
                ".binder/environment.yml": "dependencies:\n  - _libgcc_mutex=0.1=conda_forge\n  - libgcc-ng=11.2.0=h1d223b6_11\n  - python=3.9.7=hb7a2778_3_cpython\n"
            },
            at=".binder/environment.yml:3:5",
            severity=Severity.WARNING,
            fixed={
                ".binder/environment.yml": "dependencies:\n  - _libgcc_mutex=0.1=conda_forge\n  - libgcc-ng=11.2.0\n  - python=3.9.7\n"
            },
            why="An export from Linux",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - numpy 1.16.4 py37hacdab7b_0\n"},
            at="environment.yml:3:5",
            severity=Severity.WARNING,
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - numpy 1.16.4\n"},
            why="One package with a build",
        ),
        Bad(
            {
                "environment.yml": "# platform: linux-64\ndependencies:\n"
                + "".join(f"  - p{number}=1.{number}=h12ab34c_0\n" for number in range(6))
            },
            at="environment.yml:3:5",
            severity=Severity.WARNING,
            fixed={
                "environment.yml": "# platform: linux-64\ndependencies:\n"
                + "".join(f"  - p{number}=1.{number}\n" for number in range(6))
            },
            why="A comment names Linux",
        ),
        Good({"environment.yml": "dependencies:\n  - python=3.12\n  - numpy=2.1\n"}, why="Versions without builds"),
        Good(
            {"environment.yml": "dependencies:\n  - hdf5=*=mpi_*\n  - h5py=3.11=mpi_openmpi*\n"},
            why="The build of a variant, with a `*`",
        ),
        Good({"environment.yml": "dependencies:\n  - pytorch=2.1=*_cuda*\n"}, why="A variant for CUDA"),
        Good(
            {"environment.yml": "dependencies:\n  - blas=*=openblas\n  - blas=1.0=mkl\n"},
            why="The build names a variant",
        ),
        Good({"environment.yml": "dependencies:\n  - python=3.9.7=*cpython\n"}, why="A pattern that fits every system"),
        Good(
            {"environment.yml": "dependencies:\n" + "".join(f"  - p{number}=1.{number}.0\n" for number in range(30))},
            why="An export without builds",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - tk=8.6.8=ha441bb4_0\n", "binder/environment.yml": ""},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        pinned = [spec for spec in repo.conda_specs if _is_build(spec)]
        if not pinned:
            return
        system = _system(repo.conda_specs, pinned[0].place.source.prose)
        compiled = [spec for spec in pinned if spec.build and not _ANYWHERE.fullmatch(spec.build)]
        foreign = system in ("macOS", "Windows") or (not system and len(compiled) >= 5)
        example = (compiled or pinned)[0].build
        count = (
            f"{len(pinned)} packages are each pinned to one compiled build, such as `={example}`"
            if len(pinned) > 1
            else f"`{pinned[0].name}` is pinned to one compiled build, `={example}`"
        )
        told = f"This is an export from {system}: " if system else ""
        if system in ("macOS", "Windows"):
            consequence = "Binder runs Linux, where these builds do not exist, so nothing can be installed"
        elif foreign:
            consequence = "each is for one operating system, nothing here says Linux, and Linux is what Binder runs, so nothing can be installed"
        else:
            consequence = "builds are replaced and removed in time, and then nothing can be installed"
        edits = _without_builds(repo, pinned, _NEEDED_THERE.get(system, frozenset()))
        yield self.at(
            pinned[0].place,
            f"{told}{count}; {consequence}",
            help="Keep name and version only; `conda env export --no-builds` or `--from-history` writes such a file",
            fix=Fix("Remove the builds", edits, Applicability.SAFE if foreign else Applicability.UNSAFE)
            if edits
            else None,
            severity=Severity.ERROR if foreign else Severity.WARNING,
            level=Level.LAUNCH if foreign else Level.REPRODUCE,
        )


def _without_builds(repo: Repository, pinned: list[MatchSpec], foreign: frozenset[str]) -> tuple[Edit, ...]:
    """The edits that remove the builds, and the lines of packages that only the other system needs."""
    items, edits = repo.conda_dependencies, list[Edit]()
    lines = {} if items is None or items.flow else {item.place.line: index for index, item in enumerate(items)}
    kept = [spec for spec in repo.conda_specs if spec.key not in foreign]
    for spec in pinned:
        if spec.key in foreign and kept and items is not None and spec.place.line in lines:
            edits.append(remove(items, lines[spec.place.line]))
        elif spec.build_suffix:
            edits.append(replace(spec.build_suffix, ""))
    return tuple(edits)


def _is_build(spec: MatchSpec) -> bool:
    """Whether a spec names one build: with a number in it, without a pattern."""
    build = spec.build or ""
    return bool(re.search(r"\d", build)) and not re.search(r"[*^$]", build) and spec.build_suffix is not None


def _system(specs: tuple[MatchSpec, ...], text: str) -> str:
    """The operating system an export was made on, by what only its exports hold; `""` when nothing tells, or two others do."""
    found = {
        system
        for system, known in _SYSTEMS.items()
        for spec in specs
        if spec.build and known.fullmatch(f"{spec.key}={spec.build}")
    }
    if "Linux" in found or re.search(r"#.*\blinux-64\b", text):
        return "Linux"
    return found.pop() if len(found) == 1 else ""
