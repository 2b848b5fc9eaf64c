"""CND: conda and pip side by side in environment.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.digits import release
from binderlint.edits import insert_item, remove
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Array, Table

if TYPE_CHECKING:
    from binderlint.files.matchspec import MatchSpec
    from binderlint.files.requirements import Requirement
    from binderlint.repository import Repository


class PipSectionWithoutPip(Rule):
    """environment.yml has a `pip:` list but does not list pip.

    conda warns that pip should be listed as a package. Binder's environments already contain pip, and mamba adds it by itself, so this only makes the file say what it
    uses. conda on another computer may use a pip from somewhere else.
    """

    code = "CND011"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("conda/conda: conda/env/installers/pip.py", "mamba-org/mamba: libmamba/src/api/install.cpp")
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - numpy\n"},
            at="environment.yml:3:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - pip\n  - pip:\n    - numpy\n"},
            why="A list for pip",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.12, pip: [numpy]]\n"},
            at="environment.yml:1:29",
            fixed={"environment.yml": "dependencies: [python=3.12, pip, pip: [numpy]]\n"},
            why="In brackets",
        ),
        Bad(
            {"binder/environment.yml": "dependencies:\r\n- pip:  # later\r\n  - numpy"},
            at="binder/environment.yml:2:3",
            fixed={"binder/environment.yml": "dependencies:\r\n- pip\r\n- pip:  # later\r\n  - numpy"},
            why="The list for pip is the only item",
        ),
        Bad(
            {"environment.yml": "x-base: &base\n  pip: [numpy]\ndependencies: [python=3.12, *base]\n"},
            at="environment.yml:2:3",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - pip\n  - pip:\n    - numpy\n"}, why="pip is listed before the list"
        ),
        Good(
            {"environment.yml": "dependencies:\n  - pip: [numpy]\n  - pip=24.0\n"}, why="pip is listed after the list"
        ),
        Good(
            {"environment.yml": "dependencies:\n  - conda-forge:pip=24\n  - pip: [numpy]\n"}, why="pip with a namespace"
        ),
        Good({"environment.yml": "dependencies:\n  - conda-forge::pip\n  - pip: [numpy]\n"}, why="pip from a channel"),
        Good({"environment.yml": "dependencies:\n  - python=3.12\n"}, why="No list for pip"),
        Good(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - uv\n  - pip: [numpy]\n"},
            why="uv is listed, which mamba then uses",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        items = repo.conda_dependencies
        if items is None or any(spec.key in ("pip", "uv") for spec in repo.conda_specs):
            return
        for index, item in enumerate(items):
            if isinstance(item, Table) and isinstance(item.get("pip"), Array):
                yield self.at(
                    item.key("pip"),
                    "pip is used here and not asked for as a package: mamba adds it by itself, but conda warns and may take another one",
                    help="Write `- pip` before it",
                    fix=Fix("Ask for pip", (insert_item(items, index, "pip"),)),
                )
                return


class CondaAndPipDuplicate(Rule):
    """conda and pip both install the same package.

    conda installs first. A name without a version in the `pip:` list then changes nothing. If the list names a version that conda did not install, pip overwrites conda's
    files, and packages that conda built against the old version can crash. An address (`name @ git+...`) or an extra (`dask[complete]`) is a deliberate choice and
    is not reported.

    The fix removes the line from the `pip:` list if pip would find the package already installed.
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
            why="pip would find the package installed",
        ),
        Bad(
            {"binder/environment.yml": "dependencies: [scikit-learn=1.5.2, pip, pip: [Scikit_Learn==1.5.2, x]]\r\n"},
            at="binder/environment.yml:1:47",
            severity=Severity.INFO,
            fixed={"binder/environment.yml": "dependencies: [scikit-learn=1.5.2, pip, pip: [x]]\r\n"},
            why="The same version, spelt differently, in brackets",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy\n  - pip\n  - pip:\n    - numpy\n"},
            at="environment.yml:5:7",
            severity=Severity.INFO,
            fixed={"environment.yml": "dependencies:\n  - numpy\n  - pip\n"},
            why="No version in either list",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy\n  - pip\n  - pip:\n    - numpy==1.26.4\n"},
            at="environment.yml:5:7",
            why="A version in the list for pip only",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - numpy=2.0\n  - pip\n  - pip:\n    - numpy<2\n"},
            at="environment.yml:5:7",
            why="pip needs another version than conda",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - numpy\n  - pip\n  - pip:\n    - pooch\n"}, why="Different packages"
        ),
        Good(
            {"environment.yml": "dependencies:\n  - dask\n  - pip:\n    - dask[complete]\n"},
            why="The line for pip has an extra",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - xarray\n  - pip:\n    - xarray @ git+https://x.org/y\n"},
            why="The line for pip is an address",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - graphviz\n  - pip:\n    - graphviz\n"},
            why="Two different packages with one name",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - a\n  - pip: [a]\n", "binder/environment.yml": ""},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.agreement import pip_name

        conda = {pip_name(spec): spec for spec in repo.conda_specs}
        for wanted in repo.requirements:
            spec = conda.get(wanted.key)
            if wanted.array is None or spec is None or wanted.url or wanted.extras or not wanted.key:
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
                fix=_pip_removal(repo, wanted) if there else None,
                severity=Severity.INFO if there else Severity.WARNING,
                level=Level.POLISH if there else Level.REPRODUCE,
            )


def _is_there(spec: MatchSpec, wanted: Requirement) -> bool:
    """Whether every release that conda may install satisfies pip."""
    from binderlint.files.agreement import pip_test

    found = re.fullmatch(r"={1,2}\s*(\d+(?:\.\d+)+)", spec.version or "")
    if not found:
        return False
    parts = release(found.group(1))
    longer = [parts] if len(parts) > 2 else [(*parts, patch) for patch in range(20)]
    return all(pip_test(wanted)[1](one) for one in longer)


def _pip_removal(repo: Repository, wanted: Requirement) -> Fix | None:
    dependencies = repo.conda_dependencies
    for index, item in enumerate(dependencies or ()):
        if (
            dependencies is not None
            and isinstance(item, Table)
            and list(item) == ["pip"]
            and item["pip"] is wanted.array
        ):
            if wanted.array is not None and len(wanted.array) == 1 and len(dependencies) > 1:
                return Fix("Remove the `pip:` list, in which nothing else stands", (remove(dependencies, index),))
    for index, item in enumerate(wanted.array or ()):
        if wanted.array is not None and item.place.span.start <= wanted.text.place.span.start < item.place.span.end:
            return Fix("Remove it from the `pip:` list", (remove(wanted.array, index),))
    return None
