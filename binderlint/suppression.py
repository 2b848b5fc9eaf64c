"""Suppression: `# binderlint: ignore[CODE] reason` comments and ignores from the settings, and which of them were of no use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.report import Hider, Suppressed
from binderlint.source import SUPPRESSION, Place, Source, Span

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.settings import Settings


class Directive(NamedTuple):
    """A suppression comment: the rules it names (codes or names), why, where, and the line it is about (None for the whole file)."""

    rules: tuple[str, ...]
    reason: str
    place: Place
    line: int | None

    def covers(self, found: Diagnostic) -> bool:
        if found.path != self.place.path or not {found.code, found.name} & set(self.rules):
            return False
        return self.line is None or found.place.line <= self.line <= max(found.place.line, found.place.end_line)

    def suppressed(self, found: Diagnostic) -> Suppressed:
        return Suppressed(found, self.reason, Hider(self.place.path, "comment", ", ".join(self.rules)))


def directives(source: Source) -> list[Directive]:
    """The suppression comments of a file. One that has its line for itself is about the next line."""
    if "binderlint:" not in source.text or source.name.endswith(".ipynb"):
        return []
    found = []
    for match in SUPPRESSION.finditer(source.text):
        line = source.position(match.end())[0]
        alone = not source.text[source.line_starts[line - 1] : match.start()].strip()
        rules = tuple(name.strip() for name in match["rules"].split(",") if name.strip())
        about = None if match["kind"] == "ignore-file" else line + 1 if alone else line
        found.append(Directive(rules, match["reason"], Place(source, Span(*match.span())), about))
    return found


def _is_read(repo: Repository, comment: Directive) -> bool:
    """True when Binder gets as far as to read a file, or has no part in it."""
    use = repo.plan.use(comment.place.path)
    return not repo.plan.error and (use is None or repo.plan.uses(use.path))


def suppress(
    repo: Repository, diagnostics: Iterable[Diagnostic], settings: Settings, ran: set[str]
) -> tuple[list[Diagnostic], list[Suppressed]]:
    """Part the diagnostics into those to show and those suppressed; comments that suppress nothing become diagnostics themselves.

    Only files that a rule has read are looked through, and only rules that `ran` can make a comment useless. Nothing is said against a
    comment where an error keeps other rules silent: in a file that Binder ignores or at which the launch fails, or while the build stops.
    """
    from binderlint.rules import FAMILIES, all_rules, family_rules
    from binderlint.rules.run import CommentRule, Comments

    read = [source for source in repo.sources.values() if "text" in vars(source)]
    comments = [directive for source in read for directive in directives(source)]
    kept: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[Directive] = set()
    for found in diagnostics:
        hidden = settings.ignored(found)
        covering = [directive for directive in comments if directive.covers(found)]
        used.update(covering)
        if hidden is None and covering:
            hidden = covering[0].suppressed(found)
        if hidden is None:
            kept.append(found)
        else:
            suppressed.append(hidden)
    if comments:
        failing = {one.path for one in kept if one.severity is Severity.ERROR and one.level is Level.LAUNCH}
        used.update(comment for comment in comments if comment.place.path in failing or not _is_read(repo, comment))
        known = {name for rule in all_rules() for name in (rule.code, rule.name)}
        facts = Comments(comments, used, ran, known, settings.require_reasons)
        for rule in family_rules(FAMILIES[-1]):
            if isinstance(rule, CommentRule) and rule.code in ran:
                for found in rule.judge(facts):
                    hidden = settings.ignored(found)
                    kept += [] if hidden else [found]
                    suppressed += [hidden] if hidden else []
    return kept, suppressed
