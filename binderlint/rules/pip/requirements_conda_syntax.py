"""requirements-conda-syntax: A requirements file uses conda's syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import PipFile, pip_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import counted
from binderlint.read.requirements import CONDA_PIN, is_requirement
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text


class RequirementsCondaSyntax(Rule):
    code = "PIP001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_files)
    def check(self, repo: Snapshot, files: tuple[PipFile, ...]) -> Iterator[Diagnostic]:
        for file in files:
            if file.is_environment:
                path = file.source.path.removesuffix("requirements.txt") + "environment.yml"
                from binderlint.read.faults import faults

                fits = faults(Source(path, file.source.data)) == 0
                fix = Fix("Rename it", (Rename(file.source.path, path),), Applicability.UNSAFE)
                yield self.at(
                    file.source,
                    "This is the content of an environment.yml. pip does not understand it and stops the build",
                    help="Rename the file to environment.yml",
                    fix=fix if fits and file.source.name == "requirements.txt" else None,
                )
                continue
            lines = [(line, found) for line in file.invalid if (found := CONDA_PIN.match(line.line))]
            if not lines:
                continue
            built = any(found[4] for _, found in lines)
            unread = next(
                (found[3] for _, found in lines if not is_requirement(f"a=={_version_for_pip(found[3])}")), ""
            )
            edits = tuple(_conda_to_pip(line.line, found) for line, found in lines)
            fix = Fix("Write `==`", edits, Applicability.UNSAFE if built else Applicability.SAFE)
            first = lines[0][0].line
            more = f" and {counted(len(lines) - 1, 'more line')} use" if len(lines) > 1 else " uses"
            yield self.at(
                first,
                f"`{first}`{more} conda's syntax, so pip stops the build with `Invalid requirement`",
                help="Move the list to environment.yml"
                if built
                else "Write `==`" + (f", and a version that pip reads in place of `{unread}`" if unread else ""),
                fix=None if unread else fix,
            )


def _conda_to_pip(line: Text, found: re.Match[str]) -> Edit:
    version = _version_for_pip(found[3])
    if found[4]:
        return replace(line, f"{found[1]}=={version}")
    sign = found.start(2) + found[2].index("=")
    return replace(line.part(sign, found.end(3)), f"=={line[sign + 1 : found.start(3)]}{version}")


def _version_for_pip(version: str) -> str:
    """`1.2*`, as conda reads it too, is `1.2.*` for pip."""
    return re.sub(r"(?<=\d)\*$", ".*", version)
