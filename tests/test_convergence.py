"""Every Reported case through the fixes of all rules: one run is enough, and it harms nothing.

Of the cases one in three is tried, each time the same ones, with the line endings that they have or with those of Windows;
`BINDERLINT_ALL_FIXES=1` tries all of them, the others too, in both ways (about two minutes).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from zlib import crc32

import pytest

from binderlint.changes.edits import EditError
from binderlint.lint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.pages import Case
from binderlint.read.faults import faults
from binderlint.repo2docker.build import build_plan
from binderlint.rules import find_rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from tests.cases import cases

ALL = bool(os.environ.get("BINDERLINT_ALL_FIXES"))
CASES = [
    (f"{rule.code}-{case.line}-{ending}", case, ending)
    for rule, case in cases()
    if ALL or case.reported
    for ending in ("own", "windows")
    if ALL or crc32(f"{rule.code} {case.title}".encode()) % 6 == ("own", "windows").index(ending)
]


def with_windows_line_endings(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    r"""The text files of a case with `\r\n`; those that have one already, and what is not text, as they are."""

    def changed(source: Source) -> Source:
        regular = source.mode in (0o100644, 0o100755) and b"\r" not in source.data and b"\0" not in source.data
        data = source.data.replace(b"\n", b"\r\n") if regular else source.data
        return Source(source.path, data, source.mode, source.tracked)

    return tuple(map(changed, sources))


def content(repo: Snapshot) -> dict[str, tuple[bytes, int]]:
    return {path: (source.data, source.mode) for path, source in repo.sources.items()}


def errors(report: Report) -> Counter[str]:
    """The errors of each kind, but for those about the repository as a whole, which a link that works again may bring to light."""
    found = (one for one in report.diagnostics if one.severity is Severity.ERROR)
    return Counter(one.code for one in found if not ((rule := find_rule(one.code)) and rule.whole))


def line_endings(source: Source) -> set[str]:
    return set(re.findall(r"\r\n|\n|\r", source.text))


def offered(report: Report, least: Applicability) -> list[Diagnostic]:
    return [one for one in report.diagnostics if one.fix and one.fix.applicability >= least]


@pytest.mark.parametrize(("name", "case", "ending"), CASES, ids=[name for name, _, _ in CASES])
def test_one_run_is_enough(name: str, case: Case, ending: str) -> None:
    repo = case.repository(with_windows_line_endings(case.sources) if ending == "windows" else None)
    before = check(repo)
    for found in before.diagnostics:
        if found.fix:
            try:
                assert content(repo.apply(found.fix.edits)) != content(repo), (
                    f"{found.code}: a fix that changes nothing"
                )
            except EditError as error:
                pytest.fail(f"{found.code}: a fix that cannot be made: {error}")
    for least in (Applicability.SAFE, Applicability.UNSAFE):
        if not offered(before, least):
            continue
        once = fix(repo, applicability=least)
        assert not offered(once.report, least), "what was refused is not offered again"
        assert not once.report.crashed
        assert sum(errors(once.report).values()) <= sum(errors(before).values()) or build_plan(repo).error
        assert not build_plan(once.repo).error or build_plan(repo).error
        for path, source in once.repo.sources.items():
            old = repo.sources.get(path)
            if old and old is not source and old.data != source.data:
                was, now = faults(old), faults(source)
                assert was is None or (now is not None and now <= was), path
                assert len(line_endings(source)) <= max(1, len(line_endings(old))), path
        twice = fix(once.repo, applicability=least)
        assert not twice.applied
        assert content(twice.repo) == content(once.repo)
