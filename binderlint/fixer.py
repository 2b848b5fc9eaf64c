"""Fixer: chooses fixes that do not conflict, applies them, looks again, and takes back what made anything worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import (
    Applicability,
    Create,
    Delete,
    Diagnostic,
    Edit,
    Recode,
    Rename,
    Replace,
    SetMode,
    Severity,
)
from binderlint.edits import EditError
from binderlint.linter import check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from binderlint.report import Report
    from binderlint.repository import Repository
    from binderlint.rule import Rule
    from binderlint.settings import Settings

PASSES = 10


class Fixed(NamedTuple):
    """The repository after the fixes, the diagnostics that were solved, those whose fix was taken back and why, and the report of what is left."""

    repo: Repository
    applied: tuple[Diagnostic, ...]
    reverted: tuple[tuple[Diagnostic, str], ...]
    report: Report


def fix(
    repo: Repository,
    settings: Settings | None = None,
    applicability: Applicability = Applicability.SAFE,
    rules: Iterable[Rule] | None = None,
    paths: set[str] | None = None,
) -> Fixed:
    """Apply every fix at least as safe as `applicability` until nothing changes, with at most ten passes after which no fewer are wanted. Pure: writes nothing."""
    rules = list(rules) if rules is not None else None
    report = check(repo, settings, rules)
    applied: list[Diagnostic] = []
    reverted: list[tuple[Diagnostic, str]] = []
    refused: set[tuple[str, str, str]] = set()
    original = repo
    seen = {_state(original, repo)}
    passes, fewest = PASSES, len(report.diagnostics)
    while passes:
        wanted = [
            found
            for found in report.only(paths).diagnostics
            if found.fix and found.fix.applicability >= applicability and _key(found) not in refused
        ]
        passes, fewest = (PASSES, len(wanted)) if len(wanted) < fewest else (passes - 1, fewest)
        step = _step(repo, report, wanted, settings, rules)
        reverted += step.reverted
        refused |= {_key(found) for found, _ in step.reverted}
        if not step.applied and not step.reverted:
            break
        if step.applied and _state(original, step.repo) in seen:
            break
        repo, report = step.repo, step.report
        applied += step.applied
        seen.add(_state(original, repo))
    return Fixed(repo, tuple(applied), tuple(reverted), report)


def _step(
    repo: Repository,
    report: Report,
    wanted: list[Diagnostic],
    settings: Settings | None,
    rules: list[Rule] | None,
) -> Fixed:
    """One pass: all fixes that do not conflict, together; if that makes something worse, without those that do so on their own."""
    together = compatible(wanted)
    reverted: list[tuple[Diagnostic, str]] = []
    after, after_report, reason = _attempt(repo, report, together, settings, rules)
    if reason:
        reverted = [
            (found, alone) for found in together if (alone := _attempt(repo, report, [found], settings, rules)[2])
        ]
        blamed = [found for found, _ in reverted]
        together = [found for found in together if found not in blamed]
        after, after_report, reason = _attempt(repo, report, together, settings, rules)
    if reason:  # harmless alone, harmful together: one now, the next in the next pass
        together = together[:1]
        after, after_report, reason = _attempt(repo, report, together, settings, rules)
    return Fixed(after, tuple(together), tuple(reverted), after_report)


def _attempt(
    repo: Repository,
    report: Report,
    chosen: list[Diagnostic],
    settings: Settings | None,
    rules: list[Rule] | None,
) -> tuple[Repository, Report, str]:
    """The repository and its report after some fixes, and in what way that would be worse."""
    if not chosen:
        return repo, report, ""
    try:
        after = repo.apply(edit for found in chosen if found.fix for edit in found.fix.edits)
    except EditError as error:
        return repo, report, str(error)
    after_report = check(after, settings, rules)
    return after, after_report, worse(repo, report, after, after_report)


def compatible(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics, in order, whose fixes touch nothing that a fix taken before touches."""
    taken: list[Diagnostic] = []
    edits: list[Edit] = []
    for found in diagnostics:
        if found.fix and not any(_conflict(mine, theirs) for mine in found.fix.edits for theirs in edits):
            taken.append(found)
            edits += found.fix.edits
    return taken


def worse(before: Repository, report: Report, after: Repository, after_report: Report) -> str:
    """Why the repository is worse than before, in words; empty when it is not."""
    if before.plan.error and not after.plan.error:
        return ""  # the build stopped there: what comes to light was wrong all along
    known = {_key(found) for found in report.diagnostics}
    for found in after_report.diagnostics:
        if found.severity is Severity.ERROR and _key(found) not in known:
            opened = _opened(report, after_report) | _moved(before, after)
            if not any(old.code == found.code for old in report.diagnostics) and found.path not in opened:
                return f"it would bring a new error, {found.code} {found.name}"
    if after.plan.error and not before.plan.error:
        return f"the build would fail: {after.plan.error.message}"
    return ""


def _opened(report: Report, after_report: Report) -> set[str]:
    """The files that nobody could read before, their encoding among the reasons, and now can: what is wrong in them was wrong all along."""
    from binderlint.rules import find_rule

    left = {_key(found) for found in after_report.diagnostics}
    gone = [found for found in report.diagnostics if _key(found) not in left]
    recoded = {edit.path for found in gone if found.fix for edit in found.fix.edits if isinstance(edit, Recode)}
    return recoded | {found.path for found in gone if (rule := find_rule(found.code)) and rule.unreadable}


def _moved(before: Repository, after: Repository) -> set[str]:
    """The files that have a new name only: what is wrong in them was wrong all along, though Binder did not look there.

    But for the scripts: one that fails does harm only now that it runs.
    """
    gone = {source.data for path, source in before.sources.items() if path not in after.sources}
    moved = {source for path, source in after.sources.items() if path not in before.sources and source.data in gone}
    return {source.path for source in moved if source.name not in ("start", "postBuild")}


def _key(found: Diagnostic) -> tuple[str, str, str]:
    return found.code, found.path, found.message


def _state(original: Repository, repo: Repository) -> frozenset[tuple[str, int, bytes]]:
    """What tells a repository from the one the loop began with; unchanged files are not even read."""
    changed = {source for path, source in repo.sources.items() if original.sources.get(path) is not source}
    gone = {(path, 0, b"") for path in original.sources if path not in repo.sources}
    return frozenset({(source.path, source.mode, source.data) for source in changed} | gone)


def _conflict(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same text or the same path."""
    if isinstance(one, Replace) and isinstance(other, Replace):
        if one.path != other.path:
            return False
        if one.span.start == one.span.end or other.span.start == other.span.end:
            return one.span.start <= other.span.end and other.span.start <= one.span.end
        return one.span.start < other.span.end and other.span.start < one.span.end
    return bool(_paths(one) & _paths(other))


def _paths(edit: Edit) -> set[str]:
    match edit:
        case Rename(path, to):
            return {path, to}
        case Replace(path) | Create(path) | Delete(path) | SetMode(path) | Recode(path):
            return {path}
