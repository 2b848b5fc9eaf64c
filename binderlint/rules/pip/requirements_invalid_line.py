"""requirements-invalid-line: A line in a requirements file is not a requirement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import PipFile, pip_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import CONDA_PIN, Invalid, is_requirement, short
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class RequirementsInvalidLine(Rule):
    code = "PIP002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_files)
    def check(self, repo: Snapshot, files: tuple[PipFile, ...]) -> Iterator[Diagnostic]:
        if _old_pip(repo):
            return
        for file in files:
            lines = [] if file.is_environment else list(_not_understood(file))
            if len(lines) > _MANY:
                text, _ = lines[0]
                yield self.at(
                    text,
                    f"`{short(text)}` and {len(lines) - 1} more lines are not requirements. pip refuses the file, so the build stops",
                    help="List one package per line, as `name==version`; text after `#` is a comment",
                )
                continue
            for text, said in lines:
                mended = _mended(text)
                reason = f" ({short(said)})" if said and not mended else ""
                yield self.at(
                    text,
                    f"`{short(text)}` is not a requirement. pip refuses the whole file, so the build stops{reason}",
                    help=f"Write `{mended}`"
                    if mended
                    else "List one package per line, as `name==version`; text after `#` is a comment",
                    fix=Fix("Change it to a requirement", (replace(text, mended),)) if mended else None,
                )


_MANY = 4  # from here on one finding speaks for all lines of a file


def _not_understood(file: PipFile) -> Iterator[tuple[Text, str]]:
    """The lines that pip refuses, with its reason; those in conda's syntax are another rule's."""
    for line in file.lines:
        if isinstance(line, Invalid):
            if not CONDA_PIN.match(line.line):
                yield line.line, line.message
        elif re.match(r"-\s+\S", line.line):
            yield line.line, ""


def _mended(line: Text) -> str:
    """The requirement where the mistake has one reading; empty where it does not."""
    mended = _read_as(line)
    return mended if is_requirement(mended) else ""


def _read_as(line: str) -> str:
    for pattern, text in (
        (r"([A-Za-z0-9][\w.-]*)(\s+)(\d+(?:\.\d+)*)$", "=="),
        (r"()((?:!|\$\s*|%)?(?:python3? -m )?pip3? install\s+(?:-U\s+|--upgrade\s+)?)([A-Za-z0-9][\w.-]*(?:[=<>~!].*)?)$", ""),
        (r"()(-\s+)([A-Za-z0-9][\w.-]*(?:\s*[=<>~!].*)?)$", ""),
        (r"([A-Za-z0-9][\w.-]*(?:\s*[=<>~!]=\s*[\w.]+)?)(\s*[,;])()$", ""),
    ):  # fmt: skip
        if found := re.match(pattern, line):
            return line[: found.start(2)] + text + line[found.end(2) :]
    if quoted := re.match(r"([\"'])([A-Za-z0-9][^\"']*)\1$", line):
        return quoted[2]
    return re.sub(r"=([<>~!])(?!=)", r"\1=", line)


def _old_pip(repo: Snapshot) -> bool:
    """Whether the image's Python is too old for a pip that refuses legacy versions (24.1, Python 3.8)."""
    plan = build_plan(repo)
    return bool(plan.python and plan.python.version in ("2.7", "3.5", "3.6", "3.7"))
