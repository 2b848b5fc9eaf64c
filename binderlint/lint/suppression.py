"""Suppression: what comments and settings keep from a report, and which comments and entries of the configuration were of no use."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from binderlint.facts.launch.launched import launched_elsewhere
from binderlint.facts.launch.links import markup_of
from binderlint.lint.comments import CommentRule, Comments, Directive, Unused, directives, lookalikes
from binderlint.lint.diagnostic import Diagnostic
from binderlint.lint.families import META
from binderlint.lint.filter import Filter
from binderlint.lint.naming import codes_of, keys
from binderlint.lint.report import Suppressed
from binderlint.lint.settings import Settings
from binderlint.repo2docker.build import build_plan
from binderlint.rules import rules_of
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD
from binderlint.values import NamedTuple


class _Row:
    """The comments about one rule in one file, in the order of the lines they are about. Each is marked as used once."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.comments: list[int] = []
        self._next: list[int] = []

    def sort(self) -> None:
        order = sorted(range(len(self.lines)), key=lambda one: (self.lines[one], self.comments[one]))
        self.lines, self.comments = [self.lines[one] for one in order], [self.comments[one] for one in order]
        self._next = list(range(len(order) + 1))

    def take(self, first: int, last: int) -> tuple[int | None, list[int]]:
        """The first comment about any of these lines, and those about them that were not marked before."""
        start, stop = bisect_left(self.lines, first), bisect_right(self.lines, last)
        marked = []
        at = self._unmarked(start)
        while at < stop:
            marked.append(self.comments[at])
            self._next[at] = at + 1
            at = self._unmarked(at + 1)
        return (self.comments[start] if start < stop else None), marked

    def _unmarked(self, at: int) -> int:
        found = at
        while self._next[found] != found:
            found = self._next[found]
        while self._next[at] != found:
            self._next[at], at = found, self._next[at]
        return found


class _Covering:
    """Finds the comments that are about a diagnostic, by its file, its rule and its lines."""

    def __init__(self, comments: list[Directive]) -> None:
        self._comments = comments
        self._rows: dict[tuple[str, str], _Row] = {}
        self.used: set[Directive] = set()
        """Those that were about a diagnostic."""
        for number, comment in enumerate(comments):
            for word in {word.upper() for word in comment.rules}:
                row = self._rows.setdefault((comment.place.path, word), _Row())
                for line in comment.lines or (0,):
                    row.lines.append(line)
                    row.comments.append(number)
        for row in self._rows.values():
            row.sort()

    def __call__(self, found: Diagnostic) -> Directive | None:
        """The first comment of the file that is about a diagnostic."""
        here = []
        first, last = found.place.line, max(found.place.line, found.place.end_line)
        for word in keys(found.code, found.name) if self._rows else ():
            if row := self._rows.get((found.path, word)):
                for lines in ((0, 0), (first, last)):
                    one, marked = row.take(*lines)
                    self.used.update(self._comments[number] for number in marked)
                    here += [] if one is None else [one]
        return self._comments[min(here)] if here else None


class Parted(NamedTuple):
    """The diagnostics of a run: those to show, those suppressed, and, of those shown, what the less severe ones were."""

    kept: list[Diagnostic]
    suppressed: list[Suppressed]
    lowered: list[Suppressed]


def suppress(repo: Snapshot, diagnostics: list[Diagnostic], settings: Settings, judged: frozenset[str]) -> Parted:
    """What comments and settings make of diagnostics; what suppresses nothing becomes diagnostics itself.

    A comment counts wherever a diagnostic is. Whether one is of no use is said in the files that Binder reads and in the documents whose
    links are checked, and only of rules that were `judged`. Nothing is said against a comment where an error keeps other rules silent: in a
    file that Binder ignores or at which the launch fails, or while the build stops.
    """
    paths = {*(found.path for found in diagnostics), *(use.path for use in build_plan(repo).files)}
    looked_at = [source for source in repo.files if source.path in paths or markup_of(source)]
    comments = [directive for source in looked_at for directive in directives(source)]
    covering, wishes = _Covering(comments), Filter(settings)
    parted = Parted([], [], [])

    def part(original: Diagnostic, comment: Directive | None) -> None:
        found = wishes.adjust(original)
        hidden = wishes.ignored(found) or (comment.suppressed(found) if comment else None)
        if hidden:
            parted.suppressed.append(hidden)
            return
        parted.kept.append(found)
        if lowered := wishes.lowered(original):
            parted.lowered.append(lowered)

    for found in diagnostics:
        part(found, covering(found))
    failing = {one.path for one in parted.kept if one.fails_today}
    excused = {comment for comment in comments if comment.place.path in failing or not _is_read(repo, comment)}
    likes = [like for source in looked_at for like in lookalikes(source)]
    meant, certain = _Covering([like.meant for like in likes]), {like.meant for like in likes if like.certain}
    for number, found in enumerate(parted.kept):
        if meant(found) in certain:  # who wrote that wants it left alone
            parted.kept[number] = found._replace(fix=None)
    unused = list(_unused(repo, settings, wishes.used, diagnostics, judged))
    asked = Comments(comments, covering.used | excused, judged, likes, meant.used, unused, settings.require_reasons)
    for rule in rules_of(META) if comments or likes or unused else ():
        if isinstance(rule, CommentRule) and rule.code in judged:
            for found in rule.judge(asked):
                part(found, None)
    return parted


def _is_read(repo: Snapshot, comment: Directive) -> bool:
    """True when Binder gets as far as to read a file, or has no part in it."""
    plan = build_plan(repo)
    use = plan.use(comment.place.path)
    return not plan.error and (use is None or plan.uses(use.path))


def _unused(
    repo: Snapshot,
    settings: Settings,
    used: set[tuple[str, str]],
    diagnostics: list[Diagnostic],
    judged: frozenset[str],
) -> Iterator[Unused]:
    """The entries of `ignore` and `per-file-ignores` in the repository's own configuration that hid nothing.

    None while something else may have kept a rule silent: a file that could not be read, an error of the launch, links that launch another
    repository, a hub of the command line. Those that name rules about the run itself are not looked at: what these say changes from run to run.
    """
    source = (repo.get(settings.path) or repo.untracked.get(settings.path)) if settings.path else None
    if source is None or "hub" in settings.given:
        return
    if any(one.mode == UNREAD for one in (*repo.sources.values(), *repo.untracked.values())):
        return
    if build_plan(repo).error or any(one.fails_today for one in diagnostics) or launched_elsewhere(repo):
        return
    named = {
        **{("ignore", word): (word,) for word in settings.ignore},
        **{("per-file-ignores", pattern): words for pattern, words in settings.per_file_ignores.items()},
    }
    unused = {
        (option, entry)
        for (option, entry), words in named.items()
        if (option, entry) not in used
        and (codes := [codes_of(word) for word in words])
        and all(one and one <= judged and not any(code.startswith(META) for code in one) for one in codes)
    }
    if unused:
        from binderlint.lint.entries import places

        for (option, entry), place in places(source, unused):
            yield Unused(option, entry, place)
