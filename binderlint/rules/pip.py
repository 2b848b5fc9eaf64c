"""PIP: lines of requirements files that pip cannot install in the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Rename, Severity
from binderlint.edits import replace
from binderlint.files.requirements import Invalid, short
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Source, Text

if TYPE_CHECKING:
    from binderlint.files.installs import PipFile
    from binderlint.repository import Repository

_CONDA_PIN = regex(r"([A-Za-z0-9][\w.-]*)(\s*=\s*)([^\s=]+)(?:\s*=\s*([^\s=]+))?$")


class RequirementsCondaSyntax(Rule):
    """A requirements file uses conda's syntax.

    pip cannot read `numpy=1.26` and stops the build with "Invalid requirement". One `=` is conda's sign; pip needs `==`. A file of `name=version=build` lines comes from `conda list -e`, and one with `channels:` and `dependencies:`
    is an `environment.yml`. Both belong to conda, and many of their names are not in the index that pip uses, so an `environment.yml` is the better place.

    ## Fix safety

    Changing `=` to `==` is safe. If lines have builds too, the fix removes the builds and is unsafe: a file that conda wrote lists packages that only conda has. A file that is an environment.yml under the wrong
    name is renamed, which is unsafe too: Binder then builds with conda.
    """

    code = "PIP001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = (
        Bad(
            {"requirements.txt": "numpy=1.26.4  # ours\r\nscipy==1.11.4\r\npandas = 2.1"},
            at="requirements.txt:1:1",
            fixed={"requirements.txt": "numpy==1.26.4  # ours\r\nscipy==1.11.4\r\npandas == 2.1"},
         why="One equals sign"),
        Bad(
            {"binder/requirements.txt": "# platform: linux-64\nnumpy=1.26.4=py310hb13e2d6_0\nxz=5.2.6=h166bdaf_0\n"},
            at="binder/requirements.txt:2:1",
            fixed={"binder/requirements.txt": "# platform: linux-64\nnumpy==1.26.4\nxz==5.2.6\n"},
         why="The output of conda list"),
        Bad(
            {"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - 'foo=1.0'\n"},
            at="environment.yml:4:6",
            fixed={"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - 'foo==1.0'\n"},
         why="In the list for pip of environment.yml"),
        Bad(
            {"binder/requirements.txt": "channels:\n  - conda-forge\ndependencies:\n  - python=3.12\n  - numpy\n"},
            at="binder/requirements.txt:1:1",
            fixed={"binder/requirements.txt": None, "binder/environment.yml": "channels:\n  - conda-forge\ndependencies:\n  - python=3.12\n  - numpy\n"},
         why="The content of an environment.yml"),
        Bad(
            {"requirements.txt": "dependencies:\n  - python=3.12\nnumpy==1.26.4\n"},
            at="requirements.txt:1:1",
        ),
        Good({"requirements.txt": "numpy==1.26.4\nscipy>=1\n-e .\n"}, why="Two equals signs"),
        Good({"environment.yml": "dependencies:\n- numpy=1.26\n"}, why="In conda's own list"),
        Good({"environment.yml": "dependencies: [python=3.12]\n", "requirements.txt": "numpy=1.26\n"}, why="Binder does not read this file"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for file in repo.pip_files:
            if file.is_environment:
                from binderlint.files.faults import faults

                path = file.source.path.removesuffix("requirements.txt") + "environment.yml"
                fits = faults(Source(path, file.source.data)) == 0
                fix = Fix("Rename it", (Rename(file.source.path, path),), Applicability.UNSAFE)
                yield self.at(
                    file.source,
                    "This is the content of an environment.yml: pip does not understand it and stops the build",
                    help="Rename the file to environment.yml",
                    fix=fix if fits and file.source.name == "requirements.txt" else None,
                )
                continue
            lines = [(line, found) for line in file.invalid if (found := _CONDA_PIN.match(line.line))]
            if not lines:
                continue
            built = any(found[4] for _, found in lines)
            edits = tuple(_conda_to_pip(line.line, found) for line, found in lines)
            first = lines[0][0].line
            more = f", and {len(lines) - 1} more lines" if len(lines) > 1 else ""
            yield self.at(
                first,
                f"`{first}`{more}: this is conda's syntax, pip stops the build with `Invalid requirement`",
                help="Move the list to environment.yml" if built else "Write `==`",
                fix=Fix("Write `==`", edits, Applicability.UNSAFE if built else Applicability.SAFE),
            )


def _conda_to_pip(line: Text, found: re.Match[str]) -> Edit:
    if found[4]:
        return replace(line, f"{found[1]}=={found[3]}")
    sign = found.start(2) + found[2].index("=")
    return replace(line.part(sign, sign + 1), "==")


class RequirementsInvalidLine(Rule):
    """A line in a requirements file is not a requirement.

    If pip does not understand one line, it refuses the whole file and the build stops. Common cases are a version without `==` (`numpy 1.26`), two packages on a line, a YAML list (`- numpy`), a command (`pip install numpy`), the
    imports of a script, a sentence without `#`, and conflict markers.
    """

    code = "PIP002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = (
        Bad({"requirements.txt": "numpy 1.26\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "numpy==1.26\n"}, why="A version without a sign"),
        Bad({"requirements.txt": "numpy\nscipy pandas\n"}, at="requirements.txt:2:1", why="Two packages on a line"),
        Bad({"requirements.txt": "numpy\npip install scipy==1.11  # why\n"}, at="requirements.txt:2:1", fixed={"requirements.txt": "numpy\nscipy==1.11  # why\n"}, why="A command"),
        Bad({"requirements.txt": "- numpy\n- scipy\n"}, at=("requirements.txt:1:1", "requirements.txt:2:1"), fixed={"requirements.txt": "numpy\nscipy\n"}, why="A YAML list"),
        Bad({"requirements.txt": "<<<<<<< HEAD\nnumpy\n=======\nnumpy==1\n>>>>>>> x\n"}, at=("requirements.txt:1:1", "requirements.txt:3:1", "requirements.txt:5:1"), why="Conflict markers"),
        Bad({"requirements.txt": "numpy\n\"gwcs>=0.12\"  # sky\n"}, at="requirements.txt:2:1", fixed={"requirements.txt": "numpy\ngwcs>=0.12  # sky\n"}, why="A requirement in quotes"),
        Bad({"requirements.txt": "numpy,\nscipy;\n"}, at=("requirements.txt:1:1", "requirements.txt:2:1"), fixed={"requirements.txt": "numpy\nscipy\n"}, why="A comma and a semicolon at the end"),
        Bad({"requirements.txt": "import numpy as np\nimport pandas as pd\nimport math\nfrom scipy import stats\nimport os\n"}, at="requirements.txt:1:1", why="The imports of a script"),
        Good({"requirements.txt": "numpy == 1.26 ; python_version < '3.12'\n\n  scipy\n# note\n--pre\n"}, why="Lines that pip reads"),
        Good({"requirements.txt": "numpy=1.26\n"}, why="conda's syntax, which requirements-conda-syntax reports"),
        Good({"requirements.txt": "foo==2004d\n", "runtime.txt": "python-3.7\n"}, why="Python 3.7, whose pip reads older forms"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if _old_pip(repo):
            return
        for file in repo.pip_files:
            lines = [] if file.is_environment else list(_not_understood(file))
            if len(lines) > _MANY:
                text, _ = lines[0]
                yield self.at(
                    text,
                    f"`{short(text)}` and {len(lines) - 1} more lines are no requirements, so pip refuses the file and the build stops",
                    help="Write one package on a line, as `name==version`; text after `#` is a comment",
                )
                continue
            for text, said in lines:
                fix = _mended(text)
                reason = f" ({short(said)})" if said and not fix else ""
                yield self.at(
                    text,
                    f"`{short(text)}` is no requirement, so pip refuses the whole file and the build stops{reason}",
                    help="Write one package on a line, as `name==version`; text after `#` is a comment",
                    fix=Fix("Write it as a requirement", (fix,)) if fix else None,
                )


_MANY = 4  # from here on one finding speaks for all lines of a file


def _not_understood(file: PipFile) -> Iterator[tuple[Text, str]]:
    """The lines that pip refuses, with its reason; those in conda's syntax are another rule's."""
    for line in file.lines:
        if isinstance(line, Invalid):
            if not _CONDA_PIN.match(line.line):
                yield line.line, line.message
        elif re.match(r"-\s+\S", line.line):
            yield line.line, ""


def _mended(line: Text) -> Edit | None:
    """The edit for the mistakes that have one reading."""
    for pattern, text in (
        (r"([A-Za-z0-9][\w.-]*)(\s+)(\d+(?:\.\d+)*)$", "=="),
        (r"()((?:!|\$\s*|%)?(?:python3? -m )?pip3? install\s+(?:-U\s+|--upgrade\s+)?)([A-Za-z0-9][\w.-]*(?:[=<>~!].*)?)$", ""),
        (r"()(-\s+)([A-Za-z0-9][\w.-]*(?:\s*[=<>~!].*)?)$", ""),
        (r"([A-Za-z0-9][\w.-]*(?:\s*[=<>~!]=\s*[\w.]+)?)(\s*[,;])()$", ""),
    ):  # fmt: skip
        if found := re.match(pattern, line):
            return replace(line.part(*found.span(2)), text)
    if quoted := re.match(r"([\"'])([A-Za-z0-9][^\"']*)\1$", line):
        return replace(line, quoted[2])
    return None


def _old_pip(repo: Repository) -> bool:
    """Whether the image's Python is too old for a pip that refuses legacy versions (24.1, Python 3.8)."""
    return bool(repo.plan.python and repo.plan.python.version in ("2.7", "3.5", "3.6", "3.7"))
