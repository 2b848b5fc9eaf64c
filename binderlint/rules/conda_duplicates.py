"""CND: the same package asked for twice, in one list or in two places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import remove
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.matchspec import MatchSpec
    from binderlint.files.requirements import Requirement
    from binderlint.repository import Repository

# Names that mean a program in conda and a Python package that uses it, or something else, on PyPI.
_DIFFERENT = frozenset({"curl", "ffmpeg", "git", "graphviz", "jq", "pandoc", "redis", "tesseract", "wget"})


class EnvDuplicateDependency(Rule):
    """A package stands twice in `dependencies`.

    conda takes both lines together. Where they name versions that exclude each other, no version is left and nothing can be installed; otherwise the second
    one is only easily overlooked when the first is changed.

    An item without a version is removed where another one says more, and so is an exact copy.
    """

    code = "CND017"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("mamba-org/mamba: libmamba/src/api/install.cpp",)
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - numpy\n  - python=3.12\n  - numpy=2.0\n"},
            at="environment.yml:4:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - numpy=2.0\n"},
        ),
        Bad(
            {"binder/environment.yml": "dependencies: [numpy=2.0, scipy, 'Numpy=2.0']\r\n"},
            at="binder/environment.yml:1:35",
            fixed={"binder/environment.yml": "dependencies: [numpy=2.0, scipy]\r\n"},
        ),
        Bad({"environment.yml": "dependencies: [numpy=2.0, conda-forge::numpy]\n"}, at="environment.yml:1:27"),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy=1.26\n  - numpy=2.0\n"},
            at="environment.yml:3:5",
            severity=Severity.WARNING,
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy>=2\n  - numpy<1.20\n"},
            at="environment.yml:3:5",
            severity=Severity.WARNING,
        ),
        Bad({"environment.yml": "dependencies:\n  - numpy>=1.20\n  - numpy<2\n"}, at="environment.yml:3:5"),
        Good({"environment.yml": "dependencies: [numpy, numpy-base, python-dateutil, python]\n"}),
        Good({"environment.yml": "dependencies: [pip, pip: [pip]]\n"}, why="two lists"),
        Good({"environment.yml": "dependencies: [blas=*=openblas, libblas]\n"}),
        Good({"environment.yml": "dependencies: [a, a]\n", "binder/environment.yml": ""}, why="not read"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.agreement import can_agree, conda_test

        seen: dict[str, MatchSpec] = {}
        for spec in repo.conda_specs:
            before = seen.setdefault(spec.key, spec)
            if before is spec:
                continue
            agree = can_agree(conda_test(before), conda_test(spec))
            gone = _superfluous(before, spec) if agree else None
            yield self.at(
                spec.place,
                f"`{spec.key}` stands in this list before, as `{before.text}`"
                + ("" if agree else ", and no version fits both: nothing can be installed"),
                help="Keep one of the two",
                fix=_removal(repo, gone, "Remove the one that says less") if gone else None,
                severity=Severity.INFO if agree else Severity.WARNING,
                level=Level.POLISH if agree else Level.LAUNCH,
            )


def _superfluous(before: MatchSpec, spec: MatchSpec) -> MatchSpec | None:
    """The one of two items that adds nothing to the other."""
    if spec.text.lower() == before.text.lower() or spec.text.lower() == spec.key:
        return spec
    return before if before.text.lower() == before.key else None


def _removal(repo: Repository, spec: MatchSpec, title: str) -> Fix | None:
    items = repo.conda_dependencies
    for index, item in enumerate(items or ()):
        if (
            items is not None
            and getattr(item, "place", None)
            and item.place.span.start
            in (
                spec.place.span.start,
                spec.place.span.start - 1,
            )
        ):
            return Fix(title, (remove(items, index),))
    return None


class CondaAndPipDuplicate(Rule):
    """A package is asked for from conda and, in the `pip:` list, from pip.

    conda installs first. A name without a version in the `pip:` list then changes nothing. With a version that conda's package does not have, pip writes its own files over
    conda's, and what conda built against the other ones can crash. An address (`name @ git+...`) or extras (`dask[complete]`) say that something else is meant.

    The fix takes the line out of the `pip:` list where pip would find the package installed already.
    """

    code = "CND012"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("conda/conda: docs/source/user-guide/tasks/manage-environments.rst",)
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - numpy=2.0\n  - pip\n  - pip:\n    - numpy\n    - pooch\n"},
            at="environment.yml:5:7",
            severity=Severity.INFO,
            fixed={"environment.yml": "dependencies:\n  - numpy=2.0\n  - pip\n  - pip:\n    - pooch\n"},
        ),
        Bad(
            {"binder/environment.yml": "dependencies: [scikit-learn=1.5.2, pip, pip: [Scikit_Learn==1.5.2, x]]\r\n"},
            at="binder/environment.yml:1:47",
            severity=Severity.INFO,
            fixed={"binder/environment.yml": "dependencies: [scikit-learn=1.5.2, pip, pip: [x]]\r\n"},
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy\n  - pip\n  - pip:\n    - numpy==1.26.4\n"},
            at="environment.yml:5:7",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy=2.0\n  - pip\n  - pip:\n    - numpy<2\n"},
            at="environment.yml:5:7",
        ),
        Good({"environment.yml": "dependencies:\n  - numpy\n  - pip\n  - pip:\n    - pooch\n"}),
        Good({"environment.yml": "dependencies:\n  - dask\n  - pip:\n    - dask[complete]\n"}, why="extras"),
        Good(
            {"environment.yml": "dependencies:\n  - xarray\n  - pip:\n    - xarray @ git+https://x.org/y\n"},
            why="meant",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - graphviz\n  - pip:\n    - graphviz\n"}, why="two different things"
        ),
        Good({"environment.yml": "dependencies:\n  - a\n  - pip: [a]\n", "binder/environment.yml": ""}, why="not read"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        conda = {_canonical(spec): spec for spec in repo.conda_specs}
        for wanted in repo.requirements:
            spec = conda.get(wanted.key)
            if wanted.array is None or spec is None or wanted.url or wanted.extras or wanted.key in _DIFFERENT:
                continue
            there = not wanted.specifier or _is_there(spec, wanted)
            yield self.at(
                wanted.text,
                f"`{wanted.name}` is asked for from conda as well, as `{spec.text}`: "
                + (
                    "pip finds it installed and does nothing"
                    if there
                    else "if conda's version is another one, pip writes its files over it, which can break what was built for it"
                ),
                help="Ask for it in one of the two lists only",
                fix=_pip_removal(wanted) if there else None,
                severity=Severity.INFO if there else Severity.WARNING,
                level=Level.POLISH if there else Level.REPRODUCE,
            )


def _canonical(spec: MatchSpec) -> str:
    from binderlint.files.requirements import canonical

    return canonical(spec.name)


def _is_there(spec: MatchSpec, wanted: Requirement) -> bool:
    """Whether every release that conda may install satisfies pip."""
    from binderlint.files.agreement import pip_test

    found = re.fullmatch(r"={1,2}\s*(\d+(?:\.\d+)+)", spec.version or "")
    if not found:
        return False
    release = tuple(map(int, found.group(1).split(".")))
    longer = [release] if len(release) > 2 else [(*release, patch) for patch in range(20)]
    return all(pip_test(wanted)[1](one) for one in longer)


def _pip_removal(wanted: Requirement) -> Fix | None:
    for index, item in enumerate(wanted.array or ()):
        if wanted.array is not None and item.place.span.start <= wanted.text.place.span.start < item.place.span.end:
            return Fix("Remove it from the `pip:` list", (remove(wanted.array, index),))
    return None


class EnvironmentSplit(Rule):
    """Two files ask for the same package in versions that exclude each other.

    In R and Julia repositories both environment.yml and requirements.txt are installed, one after the other, and `-r requirements.txt` in the `pip:` list brings in a second file, too.
    Where they name different versions, the one that comes last wins, or pip stops; in either case one of the two files does not say what is there.
    """

    code = "CND018"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("repo2docker/buildpacks/python/__init__.py", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {
                "Project.toml": "[deps]\n",
                "environment.yml": "dependencies: [numpy=2.0]\n",
                "requirements.txt": "scipy\nnumpy==1.26.4\n",
            },
            at="requirements.txt:2:1",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\n  - numpy=2.0\n  - pip\n  - pip:\n    - -r requirements.txt\n",
                "requirements.txt": "numpy<2\n",
            },
            at="requirements.txt:1:1",
        ),
        Bad(
            {
                "runtime.txt": "r-4.4-2025-01-15\n",
                "environment.yml": "dependencies: [pip, pip: [pandas>=2]]\n",
                "requirements.txt": "Pandas==1.5\n",
            },
            at="requirements.txt:1:1",
        ),
        Good(
            {
                "Project.toml": "[deps]\n",
                "environment.yml": "dependencies: [numpy=2.0]\n",
                "requirements.txt": "numpy==2.0.2\n",
            },
            why="both can hold",
        ),
        Good(
            {"environment.yml": "dependencies: [numpy=2.0]\n", "requirements.txt": "numpy==1.26.4\n"},
            why="requirements.txt is not installed beside environment.yml",
        ),
        Good(
            {
                "Project.toml": "[deps]\n",
                "environment.yml": "dependencies: [numpy=2.0]\n",
                "requirements.txt": "numpy==1.26.4; sys_platform == 'win32'\n",
            },
            why="not for Linux",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.agreement import can_agree, conda_test, pip_test

        source = repo.environment_file
        if source is None:
            return
        python = repo.plan.python.version if repo.plan.python else ""
        known = {_canonical(spec): (spec.text, conda_test(spec)) for spec in repo.conda_specs}
        for wanted in repo.requirements:
            if wanted.array is not None and not wanted.url:
                known.setdefault(wanted.key, (wanted.text, pip_test(wanted)))
        for wanted in repo.requirements:
            if wanted.text.place.path == source.path or wanted.url or wanted.key in _DIFFERENT or not wanted.specifier:
                continue
            if wanted.key in known and wanted.applies(python):
                text, test = known[wanted.key]
                if not can_agree(test, pip_test(wanted)):
                    yield self.at(
                        wanted.text,
                        f"environment.yml asks for `{text}` and this file for `{wanted.text}`, which exclude each other: the one installed last wins, or pip stops",
                        help="Name the package in one of the two files only",
                    )
