"""Fixer: chooses fixes that do not conflict, applies them, looks again, and takes back what made anything worse."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator

from binderlint.changes.edits import EditError
from binderlint.lint.diagnostic import (
    Applicability,
    Create,
    Delete,
    Diagnostic,
    Edit,
    Fix,
    Recode,
    Rename,
    Replace,
    SetMode,
    Severity,
)
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.lint.rule import Rule
from binderlint.lint.settings import Settings
from binderlint.read.faults import faults
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.repo2docker.plan import PlanError
from binderlint.rules import find_rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Span
from binderlint.values import NamedTuple

PASSES = 10


class Fixed(NamedTuple):
    """The repository after the fixes, the diagnostics that were solved, those whose fix was taken back and why, and the report of what is left.

    What was taken back has no fix in the report: it is not offered again.
    """

    repo: Snapshot
    applied: tuple[Diagnostic, ...]
    reverted: tuple[tuple[Diagnostic, str], ...]
    report: Report

    def not_offering(self, report: Report) -> Report:
        """A report without the fixes that were taken back."""
        keys = {_key(found) for found, _ in self.reverted}
        return report._replace(
            diagnostics=tuple(
                found._replace(fix=None) if _key(found) in keys else found for found in report.diagnostics
            )
        )


def fix(
    repo: Snapshot,
    settings: Settings | None = None,
    applicability: Applicability = Applicability.SAFE,
    rules: Iterable[Rule] | None = None,
    paths: set[str] | None = None,
) -> Fixed:
    """Apply every fix at least as safe as `applicability` until nothing changes, with at most ten passes after which no fewer are wanted. Pure: writes nothing."""
    run = _Run(settings, applicability, list(rules) if rules is not None else None, paths)
    done = run.settle(run.look(repo))
    seen = {_state(repo, done.repo)}
    while further := next(_with_sequels(run, repo, done, seen), None):
        done = further
        seen.add(_state(repo, done.repo))
    return done._replace(report=done.not_offering(done.report))


class _Run(NamedTuple):
    """What a run of the fixer was asked for."""

    settings: Settings | None
    applicability: Applicability
    rules: list[Rule] | None
    paths: set[str] | None

    def look(self, repo: Snapshot) -> Fixed:
        """A repository to which nothing was done."""
        return Fixed(repo, (), (), check(repo, self.settings, self.rules))

    def wanted(self, report: Report) -> list[Diagnostic]:
        """The diagnostics whose fixes may be applied: the safe ones first, what renames before what creates."""
        chosen = [
            (found, found.fix)
            for found in report.only(self.paths).diagnostics
            if found.fix and found.fix.applicability >= self.applicability
        ]
        return [found for found, fix in sorted(chosen, key=lambda one: _rank(one[1]))]

    def settle(self, begun: Fixed) -> Fixed:
        """Pass after pass until every fix that is left would make something worse on its own."""
        done, refused = begun, dict[tuple[str, str, str], tuple[Diagnostic, str]]()
        seen, changed = {_state(begun.repo, begun.repo)}, False
        passes, fewest = PASSES, len(done.report.diagnostics)
        while passes:
            wanted = [found for found in self.wanted(done.report) if _key(found) not in refused]
            if not wanted:
                if not (refused and changed):
                    break
                refused, changed = {}, False  # what would have done harm then need not do so now
                continue
            passes, fewest = (PASSES, len(wanted)) if len(wanted) < fewest else (passes - 1, fewest)
            after = _pass(self, done, compatible(wanted))
            refused |= {_key(found): (found, reason) for found, reason in after.reverted}
            if len(after.applied) == len(done.applied):
                continue
            if _state(begun.repo, after.repo) in seen:
                break
            done, changed = after, True
            seen.add(_state(begun.repo, done.repo))
        return done._replace(reverted=tuple(refused.values()))


def _pass(run: _Run, done: Fixed, chosen: list[Diagnostic]) -> Fixed:
    """The repository after as many of the fixes as can be applied together; those that make something worse are found by halving."""
    taken: list[Diagnostic] = []
    best, reverted = done, list[tuple[Diagnostic, str]]()
    chunks = [chosen]
    while chunks:
        chunk = chunks.pop()
        after, reason = _attempt(run, done, [*taken, *chunk])
        if not reason:
            taken, best = [*taken, *chunk], after
        elif len(chunk) > 1:
            chunks += [chunk[len(chunk) // 2 :], chunk[: len(chunk) // 2]]
        else:
            reverted.append((chunk[0], reason))
    return best._replace(reverted=tuple(reverted))


def _attempt(run: _Run, done: Fixed, chosen: list[Diagnostic]) -> tuple[Fixed, str]:
    """The repository after some more fixes, and in what way that would be worse than before them."""
    after = _applied(run, done, chosen)
    if isinstance(after, str):
        return done, after
    return after, worse(done.repo, done.report, after.repo, after.report)


def _applied(run: _Run, done: Fixed, chosen: list[Diagnostic]) -> Fixed | str:
    """The repository after some more fixes, or why they cannot be made."""
    try:
        repo = done.repo.apply(edit for found in chosen if found.fix for edit in found.fix.edits)
    except EditError as error:
        return str(error)
    return Fixed(repo, (*done.applied, *chosen), (), check(repo, run.settings, run.rules))


def _with_sequels(
    run: _Run, original: Snapshot, done: Fixed, seen: set[frozenset[tuple[str, int, bytes]]]
) -> Iterator[Fixed]:
    """What comes of each fix that was taken back, together with those that then put right what it made worse; nothing where they do not.

    A script with Windows line endings that gets the name under which Binder runs it is one: then its line endings are fixed too.
    """
    for found, _ in done.reverted:
        after = _applied(run, done, [found])
        if isinstance(after, Fixed):
            after = run.settle(after)
            if _state(original, after.repo) not in seen and not worse(done.repo, done.report, after.repo, after.report):
                yield after


def compatible(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics, in order, whose fixes touch nothing that a fix taken before touches."""
    taken: list[Diagnostic] = []
    touched = _Touched()
    for found in diagnostics:
        if found.fix and not any(map(touched.conflicts, found.fix.edits)):
            taken.append(found)
            for edit in found.fix.edits:
                touched.add(edit)
    return taken


class _Touched:
    """The texts and the paths that edits touch: the spans of a file in order, so that an edit is held against its neighbours only."""

    def __init__(self) -> None:
        self._spans: dict[str, list[Span]] = {}
        self._paths: set[str] = set()

    def conflicts(self, edit: Edit) -> bool:
        """Whether an edit touches the same text or the same path as one before."""
        if not isinstance(edit, Replace):
            return any(path in self._paths or path in self._spans for path in _paths(edit))
        spans = self._spans.get(edit.path, [])
        at = bisect_left(spans, edit.span)
        return edit.path in self._paths or any(_overlap(edit.span, one) for one in spans[max(0, at - 1) : at + 1])

    def add(self, edit: Edit) -> None:
        if isinstance(edit, Replace):
            spans = self._spans.setdefault(edit.path, [])
            spans.insert(bisect_left(spans, edit.span), edit.span)
        else:
            self._paths |= _paths(edit)


def _overlap(one: Span, other: Span) -> bool:
    """Whether two spans share text; an empty one also touches what begins or ends at it."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _rank(fix: Fix) -> tuple[int, int]:
    """When a fix has its turn, those of one rank in the order of their places."""
    creates = any(isinstance(edit, Create) for edit in fix.edits)
    renames = any(isinstance(edit, Rename) for edit in fix.edits)
    return -fix.applicability, 0 if renames else 2 if creates else 1


def _paths(edit: Edit) -> set[str]:
    match edit:
        case Rename(path, to):
            return {path, to}
        case Replace(path) | Create(path) | Delete(path) | SetMode(path) | Recode(path):
            return {path}


# -- what is worse


def _stop(error: PlanError) -> tuple[str, str, str]:
    """What tells the error that stops a build from another one."""
    return error.stage, error.type, error.message


def worse(before: Snapshot, report: Report, after: Snapshot, after_report: Report) -> str:
    """Why the repository is worse than before, in words; empty when it is not."""
    error, error_before = build_plan(after).error, build_plan(before).error
    if error and not error_before:
        return f"the build would fail: {error.message}"
    if broken := _broken(before, after):
        return f"`{broken}` could no longer be read"
    if error_before and (not error or _stop(error) != _stop(error_before)):
        return ""  # the build stopped there: what comes to light was wrong all along
    brought = _brought(before, report, after, after_report)
    return f"it would bring a new error, {brought.code} {brought.name}" if brought else ""


def _broken(before: Snapshot, after: Snapshot) -> str:
    """The path of a file that parsed before, or of which more did; empty when there is none. Only files that changed are looked at."""
    for path, source in after.sources.items():
        old = before.sources.get(path)
        if old is source or (old and old.data == source.data):
            continue
        now = faults(source)
        if now == 0:
            continue
        # a file with a new name is held against the files that went
        olds = [old] if old else [one for gone, one in before.sources.items() if gone not in after.sources]
        known = [faults(Source(path, one.data, one.mode)) for one in olds]
        if None not in known and (now is None or now > max((count or 0 for count in known), default=0)):
            return path
    return ""


def _brought(before: Snapshot, report: Report, after: Snapshot, after_report: Report) -> Diagnostic | None:
    """An error that was not there: of which there are more of its kind now, and which did not merely come to light."""
    known = {_key(found) for found in _errors(report)}
    revealed = _revealed(before, report, after, after_report)
    left = Counter(found.code for found in _errors(report))
    new: list[Diagnostic] = []
    for found in _errors(after_report):
        if _key(found) in known:
            left[found.code] -= 1
        elif found.path not in revealed and not _is_of_another(found, before, after):
            new.append(found)
    for found in new:
        left[found.code] -= 1
        if left[found.code] < 0:
            return found
    return None


def _revealed(before: Snapshot, report: Report, after: Snapshot, after_report: Report) -> set[str]:
    """The files in which what is wrong was wrong all along, and only comes to light."""
    left = {_key(found) for found in after_report.diagnostics}
    solved = [found for found in report.diagnostics if _key(found) not in left]
    plans = build_plan(before), build_plan(after)
    same = plans[0].buildpack == plans[1].buildpack
    return _opened(solved) | _newly_read(before, after) | (_further(solved, report, after_report) if same else set())


def _opened(solved: Iterable[Diagnostic]) -> set[str]:
    """The files that nobody could read, their encoding among the reasons, and now can."""
    recoded, unreadable = set[str](), set[str]()
    for found in solved:
        recoded |= {edit.path for edit in found.fix.edits if isinstance(edit, Recode)} if found.fix else set()
        unreadable |= {found.path} if (rule := find_rule(found.code)) and rule.unreadable else set()
    return recoded | unreadable


def _newly_read(before: Snapshot, after: Snapshot) -> set[str]:
    """The files that the build did not read, for their name or for another reason, and now does.

    But for the scripts and the files of the repository's package: one that fails does harm only now that it is run or built.
    """
    gone = {source.data for path, source in before.sources.items() if path not in after.sources}
    read = {path for path in before.sources if build_plan(after).uses(path) and not build_plan(before).uses(path)}
    if gone:
        read |= {path for path, new in after.sources.items() if path not in before.sources and new.data in gone}
    return {path for path in read if path.rpartition("/")[2] not in ("start", "postBuild", *OWN_PACKAGE)}


def _further(solved: Iterable[Diagnostic], report: Report, after_report: Report) -> set[str]:
    """The files at which the launch failed, now gets further, and fails at no more places than before."""
    was, now = (Counter(found.path for found in _errors(one)) for one in (report, after_report))
    failed = {one.path for one in solved if one.fails_today}
    return {path for path in failed if now[path] <= was[path]}


def _is_of_another(found: Diagnostic, before: Snapshot, after: Snapshot) -> bool:
    """True for what the fixes have not touched: the repository as a whole, or a file while the build reads nothing that differs."""
    plan = build_plan(before)
    if (rule := find_rule(found.code)) and rule.whole:
        return (plan.buildpack, plan.default) == (
            build_plan(after).buildpack,
            build_plan(after).default,
        )
    differing = _differing(before, after)
    return found.path not in differing and not any(
        plan.uses(path) or build_plan(after).uses(path) for path in differing
    )


def _differing(before: Snapshot, after: Snapshot) -> set[str]:
    """The paths at which two repositories differ."""
    old, new = before.sources, after.sources
    return old.keys() ^ new.keys() | {path for path in old.keys() & new.keys() if old[path] is not new[path]}


def _errors(report: Report) -> list[Diagnostic]:
    return [found for found in report.diagnostics if found.severity is Severity.ERROR]


def _key(found: Diagnostic) -> tuple[str, str, str]:
    return found.code, found.path, found.message


def _state(original: Snapshot, repo: Snapshot) -> frozenset[tuple[str, int, bytes]]:
    """What tells a repository from the one the loop began with; unchanged files are not even read."""
    changed = {source for path, source in repo.sources.items() if original.sources.get(path) is not source}
    gone = {(path, 0, b"") for path in original.sources if path not in repo.sources}
    return frozenset({(source.path, source.mode, source.data) for source in changed} | gone)
