"""CND: the same package asked for twice, in one list or in two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import remove
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.files.matchspec import MatchSpec
    from binderlint.repository import Repository


class EnvDuplicateDependency(Rule):
    """`dependencies` lists a package twice.

    conda combines both lines. If their versions exclude each other, no version is left and nothing can be installed. Otherwise the second line is easily overlooked when
    somebody changes the first.

    The fix removes an item without a version if another one says more, and an exact copy.
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
            why="With and without a version",
        ),
        Bad(
            {"binder/environment.yml": "dependencies: [numpy=2.0, scipy, 'Numpy=2.0']\r\n"},
            at="binder/environment.yml:1:35",
            fixed={"binder/environment.yml": "dependencies: [numpy=2.0, scipy]\r\n"},
            why="The same item twice, in brackets",
        ),
        Bad(
            {"environment.yml": "dependencies: [numpy=2.0, conda-forge::numpy]\n"},
            at="environment.yml:1:27",
            why="Once with its channel",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy=1.26\n  - numpy=2.0\n"},
            at="environment.yml:3:5",
            severity=Severity.WARNING,
            why="Two versions that exclude each other",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy>=2\n  - numpy<1.20\n"},
            at="environment.yml:3:5",
            severity=Severity.WARNING,
            why="Two ranges that exclude each other",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy>=1.20\n  - numpy<2\n"},
            at="environment.yml:3:5",
            why="Two ranges that overlap",
        ),
        Good(
            {"environment.yml": "dependencies: [numpy, numpy-base, python-dateutil, python]\n"},
            why="Different packages with similar names",
        ),
        Good({"environment.yml": "dependencies: [pip, pip: [pip]]\n"}, why="Once for conda and once for pip"),
        Good({"environment.yml": "dependencies: [&a numpy, *a]\n"}, why="A YAML alias"),
        Good({"environment.yml": "dependencies: [blas=*=openblas, libblas]\n"}, why="Two packages of one family"),
        Good(
            {"environment.yml": "dependencies: [a, a]\n", "binder/environment.yml": ""},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.agreement import can_agree, conda_test

        seen: dict[str, MatchSpec] = {}
        items = list(enumerate(repo.conda_dependencies or ()))
        numbers = {item.place.span.start: number for number, item in reversed(items) if isinstance(item, Text)}
        for spec in repo.conda_specs:
            before = seen.setdefault(spec.key, spec)
            if before is spec or before.place == spec.place:  # the second by an alias of the first
                continue
            agree = can_agree(conda_test(before), conda_test(spec))
            gone = _superfluous(before, spec) if agree else None
            yield self.at(
                spec.place,
                f"`{spec.key}` stands in this list before, as `{before.text}`"
                + ("" if agree else ", and no version fits both: nothing can be installed"),
                help="Keep one of the two",
                fix=_removal(repo, numbers, gone) if gone else None,
                severity=Severity.INFO if agree else Severity.WARNING,
                level=Level.POLISH if agree else Level.LAUNCH,
            )


def _superfluous(before: MatchSpec, spec: MatchSpec) -> MatchSpec | None:
    """The one of two items that adds nothing to the other."""
    if spec.text.lower() == before.text.lower() or spec.text.lower() == spec.key:
        return spec
    return before if before.text.lower() == before.key else None


def _removal(repo: Repository, numbers: dict[int, int], spec: MatchSpec) -> Fix | None:
    """The fix that removes an item, by the numbers of the items that begin at each offset, their quotes included."""
    start, items = spec.place.span.start, repo.conda_dependencies
    number = numbers.get(start, numbers.get(start - 1))
    if items is None or number is None:
        return None
    return Fix("Remove the one that says less", (remove(items, number),))


class EnvironmentSplit(Rule):
    """Two files list a package in versions that exclude each other.

    In R and Julia repositories Binder installs environment.yml and then requirements.txt, and `-r requirements.txt` in the `pip:` list includes a second file as well. If they name
    different versions, the one installed last wins, or pip stops. Either way one of the two files does not say what is installed.
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
            why="A Julia repository with both files",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\n  - numpy=2.0\n  - pip\n  - pip:\n    - -r requirements.txt\n",
                "requirements.txt": "numpy<2\n",
            },
            at="requirements.txt:1:1",
            why="The list for pip includes requirements.txt",
        ),
        Bad(
            {
                "runtime.txt": "r-4.4-2025-01-15\n",
                "environment.yml": "dependencies: [pip, pip: [pandas>=2]]\n",
                "requirements.txt": "Pandas==1.5\n",
            },
            at="requirements.txt:1:1",
            why="An R repository with both files",
        ),
        Good(
            {
                "Project.toml": "[deps]\n",
                "environment.yml": "dependencies: [numpy=2.0]\n",
                "requirements.txt": "numpy==2.0.2\n",
            },
            why="Versions that are compatible",
        ),
        Good(
            {"environment.yml": "dependencies: [numpy=2.0]\n", "requirements.txt": "numpy==1.26.4\n"},
            why="Binder does not install requirements.txt beside environment.yml",
        ),
        Good(
            {
                "Project.toml": "[deps]\n",
                "environment.yml": "dependencies: [numpy=2.0]\n",
                "requirements.txt": "numpy==1.26.4; sys_platform == 'win32'\n",
            },
            why="A line that is not for Linux",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.agreement import can_agree, conda_test, pip_name, pip_test

        source = repo.environment_file
        if source is None:
            return
        python = repo.plan.python.version if repo.plan.python else ""
        known = {pip_name(spec): (spec.text, conda_test(spec)) for spec in repo.conda_specs}
        for wanted in repo.requirements:
            if wanted.array is not None and not wanted.url:
                known.setdefault(wanted.key, (wanted.text, pip_test(wanted)))
        for wanted in repo.requirements:
            if wanted.text.place.path == source.path or wanted.url or not wanted.key or not wanted.specifier:
                continue
            if wanted.key in known and wanted.applies(python):
                text, test = known[wanted.key]
                if not can_agree(test, pip_test(wanted)):
                    yield self.at(
                        wanted.text,
                        f"environment.yml asks for `{text}` and this file for `{wanted.text}`, which exclude each other: the one installed last wins, or pip stops",
                        help="Name the package in one of the two files only",
                    )
