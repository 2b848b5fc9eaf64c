"""Suppression: `# binderlint: ignore[CODE] reason` comments and ignores from the settings, and which of them were of no use."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import itemgetter

from binderlint.facts.launch.links import markup_of
from binderlint.lint.comments import CommentRule, Comments, Directive, directives
from binderlint.lint.diagnostic import Diagnostic
from binderlint.lint.families import META
from binderlint.lint.report import Suppressed
from binderlint.lint.settings import Settings
from binderlint.repo2docker.build import build_plan
from binderlint.rules import rule_index, rules_of
from binderlint.snapshot import Snapshot


def _is_read(repo: Snapshot, comment: Directive) -> bool:
    """True when Binder gets as far as to read a file, or has no part in it."""
    plan = build_plan(repo)
    use = plan.use(comment.place.path)
    return not plan.error and (use is None or plan.uses(use.path))


class _Covering:
    """Finds the comments that are about a diagnostic, by its file, its rule and its lines."""

    def __init__(self, comments: list[Directive]) -> None:
        self._numbers = {directive: number for number, directive in enumerate(comments)}
        self._found: dict[tuple[str, str], list[tuple[int, Directive]]] = {}
        """For each file and rule the comments by the line they are about, those about the whole file first."""
        for directive in comments:
            for rule in set(directive.rules):
                self._found.setdefault((directive.place.path, rule), []).append((directive.line or 0, directive))
        for known in self._found.values():
            known.sort(key=itemgetter(0))

    def __call__(self, found: Diagnostic) -> list[Directive]:
        """The comments, in the order of the file."""
        here: set[Directive] = set()
        for rule in {found.code, found.name}:
            if known := self._found.get((found.path, rule)):
                first, last = found.place.line, max(found.place.line, found.place.end_line)
                here.update(one for _, one in known[: bisect_right(known, 0, key=itemgetter(0))])
                start, stop = (
                    side(known, line, key=itemgetter(0)) for side, line in ((bisect_left, first), (bisect_right, last))
                )
                here.update(one for _, one in known[start:stop])
        return sorted(here, key=self._numbers.__getitem__)


def suppress(
    repo: Snapshot, diagnostics: Iterable[Diagnostic], settings: Settings, ran: set[str]
) -> tuple[list[Diagnostic], list[Suppressed]]:
    """Part the diagnostics into those to show and those suppressed; comments that suppress nothing become diagnostics themselves.

    A comment counts wherever a diagnostic is. Whether one is of no use is judged in the files that Binder reads and in the documents whose
    links are checked, and only by rules that `ran`. Nothing is said against a comment where an error keeps other rules silent: in a file
    that Binder ignores or at which the launch fails, or while the build stops.
    """
    diagnostics = list(diagnostics)
    paths = {*(found.path for found in diagnostics), *(use.path for use in build_plan(repo).files)}
    looked_at = [source for source in repo.files if source.path in paths or markup_of(source)]
    comments = [directive for source in looked_at for directive in directives(source)]
    covering = _Covering(comments)
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[Directive] = set()
    for found in diagnostics:
        hidden = settings.ignored(found)
        here = covering(found)
        used.update(here)
        if hidden is None and here:
            hidden = here[0].suppressed(found)
        if hidden is None:
            kept.append(found)
        else:
            suppressed.append(hidden)
    if comments:
        failing = {one.path for one in kept if one.fails_today}
        used.update(comment for comment in comments if comment.place.path in failing or not _is_read(repo, comment))
        known = {name for entry in rule_index() for name in (entry.code, entry.name)}
        facts = Comments(comments, used, ran, known, settings.require_reasons)
        for rule in rules_of(META):
            if isinstance(rule, CommentRule) and rule.code in ran:
                for found in rule.judge(facts):
                    hidden = settings.ignored(found)
                    kept += [] if hidden else [found]
                    suppressed += [hidden] if hidden else []
    return kept, suppressed
