"""apt-invalid-entry: A line in apt.txt is not the name of a package."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.apt import apt_entries, apt_file
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.apt import PACKAGE, SHELL_SIGNS, AptEntry
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class AptInvalidEntry(Rule):
    code = "APT002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(apt_file)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        if source.has_bom and source.encoding == "utf-8":
            mark = source.slice(0, 1)
            yield self.at(
                source.place(1),
                "The file begins with a byte order mark, which editors do not show. repo2docker refuses the first package, and the build stops",
                help="Save the file as UTF-8 without a byte order mark",
                fix=Fix("Remove the byte order mark", (replace(mark, ""),)),
            )
        for entry in apt_entries(repo):
            if entry.text.startswith("\ufeff") or (entry.accepted and SHELL_SIGNS.search(entry.text)):
                continue
            if problem := _problem(entry):
                why, edit, safety = problem
                yield self.at(
                    entry.text,
                    f"`{entry.text}` {why}, so the build stops",
                    help="List only names of Ubuntu packages, one per line",
                    fix=Fix("Keep only the names", (edit,), safety) if edit else None,
                )


def _problem(entry: AptEntry) -> tuple[str, Edit | None, Applicability] | None:
    """What is wrong with an entry in words, how to repair it, and how safe that is."""
    text = entry.text
    command = text.startswith(("sudo", "apt", "add-apt-repository", "deb", "ppa:"))
    if command and (
        found := re.match(r"(?:sudo\s+)?apt(?:-get|itude)?\s+(?:-\S+\s+)*install\s+(?:-\S+\s+)*(?=[a-z0-9])", text)
    ):
        return (
            "is a command, but Binder expects package names",
            replace(text.part(0, found.end()), ""),
            Applicability.SAFE,
        )
    if (
        command
        and re.match(r"(?:sudo|apt|apt-get|add-apt-repository|deb|ppa:\S*)\b", text)
        and (" " in text or ":" in text)
    ):
        return "is not a package name", None, Applicability.DISPLAY
    if found := re.match(r"-\s+(?=[a-z0-9])", text):
        return (
            "begins with a dash, which apt-get treats as an option",
            replace(text.part(0, found.end()), ""),
            Applicability.SAFE,
        )
    if "," in text and all(PACKAGE.match(word) for word in re.split(r"[\s,]+", text) if word):
        fixed = re.sub(r"\s*,\s*", " ", text).strip()
        return "has commas, which apt-get treats as part of the names", replace(text, fixed), Applicability.SAFE
    if any(word in ("-o", "-c", "-t") for word in entry.words):
        return None  # an option of apt-get with a value of its own
    for word in entry.words:
        if word.startswith("-") or PACKAGE.match(word):
            if re.search(r"==|=>", word):
                return "has a version that apt-get cannot read", None, Applicability.DISPLAY
            if word.endswith(".deb") or "://" in word:
                return (
                    "is not in Ubuntu's archive, and the repository is not yet there when apt-get runs",
                    None,
                    Applicability.DISPLAY,
                )
            continue
        if len(entry.words) == 1 and PACKAGE.match(word.lower()):
            return (
                "has capital letters, which no Ubuntu package has",
                replace(word, word.lower()),
                Applicability.UNSAFE,
            )
        if any(sign in word for sign in "*?"):
            continue  # a pattern of names, which apt-get knows
        return "is not a package name", None, Applicability.DISPLAY
    return None  # fmt: skip
