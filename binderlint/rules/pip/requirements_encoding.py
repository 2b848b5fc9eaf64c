"""requirements-encoding: requirements.txt or apt.txt is not UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.installs import pip_files
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Recode, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Span


class RequirementsEncoding(Rule):
    code = "PIP005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        sources = [file.source for file in pip_files(repo) if file.array is None]
        apt = used_file(repo, "apt.txt")
        for source in [*sources, *([apt] if apt else [])]:
            is_apt = source is apt
            reader = "repo2docker" if is_apt else "pip"
            help_ = "Save the file as UTF-8"
            if source.encoding != "utf-8":
                if is_apt:
                    message = "The file is saved as UTF-16, as PowerShell does with `>`. repo2docker reads only UTF-8, so the build stops"
                else:
                    message = "The file is saved as UTF-16, as PowerShell does with `>`. Current versions of pip read it, but other tools do not"
                severity = Severity.ERROR if is_apt else Severity.INFO
                fix = Fix("Save as UTF-8", (Recode(source.path),))
                level = Level.LAUNCH if is_apt else Level.POLISH
                yield self.at(source, message, help=help_, severity=severity, level=level, fix=fix)
            elif "\0" in source.text[:200]:
                decoded = _utf16(source)
                yield self.at(
                    source,
                    f"The file is UTF-16, but without the mark that says so. {reader} cannot read it, so the build stops",
                    help=help_,
                    fix=Fix("Save as UTF-8", (_whole(source, decoded),)) if decoded else None,
                )
            elif place := source.decode_error:
                decoded = source.data.decode("cp1252", "replace")
                yield self.at(
                    place,
                    f"This character is not saved as UTF-8, the encoding that {reader} reads, so the build stops",
                    help=help_,
                    fix=None
                    if "\ufffd" in decoded
                    else Fix("Save as UTF-8", (_whole(source, decoded),), Applicability.UNSAFE),
                )


def _utf16(source: Source) -> str:
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = source.data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isascii() and "\0" not in text:
            return text
    return ""


def _whole(source: Source, text: str) -> Edit:
    return Replace(source.path, Span(0, len(source.text)), text)
