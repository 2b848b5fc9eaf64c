"""Linter: `check(repo, settings)`, a pure function from a repository to a Report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Create, Diagnostic, Fix, Level, Replace, Severity
from binderlint.report import Report
from binderlint.rules import rules_for
from binderlint.snapshot import RepositoryError

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.rule import Rule
    from binderlint.settings import Settings


def check(repo: Repository, settings: Settings | None = None, rules: Iterable[Rule] | None = None) -> Report:
    """Run the rules over a repository. A rule that crashes becomes a diagnostic, and the others still run."""
    from binderlint.settings import Settings
    from binderlint.suppression import suppress

    settings = settings or Settings()
    chosen = [rule for rule in (rules or rules_for(repo.sources)) if settings.selects(rule)]
    found: list[Diagnostic] = []
    if repo.for_binder:
        for rule in chosen:
            found += run_rule(rule, repo)
    elif not rules:
        found += run_rule(_not_for_binder(), repo)
    adjusted = [settings.adjust(diagnostic) for diagnostic in found]
    kept, suppressed = suppress(repo, adjusted, settings, {name for rule in chosen for name in (rule.code, rule.name)})
    return Report(tuple(sorted(kept, key=lambda diagnostic: diagnostic.order)), tuple(suppressed))


def run_rule(rule: Rule, repo: Repository) -> Iterator[Diagnostic]:
    """The diagnostics of one rule, each with a fix that does not claim more than it can."""
    try:
        for diagnostic in list(rule.check(repo)):
            yield diagnostic._replace(fix=honest(diagnostic.fix, repo)) if diagnostic.fix else diagnostic
    except RepositoryError:
        raise
    except Exception as error:
        yield _crashed(rule, repo, error)


def is_explained(repo: Repository, path: str, code: str) -> bool:
    """Whether a rule other than `code` reports an error of the launch in a file, so that it names the cause of what `code` would say."""
    return any(
        found.path == path and found.severity is Severity.ERROR and found.level is Level.LAUNCH
        for rule in rules_for([path])
        if rule.code != code
        for found in run_rule(rule, repo)
        if found.code == rule.code
    )


def honest(fix: Fix, repo: Repository) -> Fix:
    """The fix, made unsafe where it would drop a comment (one that no edit of it writes again), and a proposal where its lines would be none."""
    from binderlint.edits import comments

    written = "\n".join(
        edit.text if isinstance(edit, Replace) else edit.data.decode("utf-8", "replace")
        for edit in fix.edits
        if isinstance(edit, (Replace, Create))
    )
    for edit in fix.edits:
        if isinstance(edit, Replace) and edit.path.endswith("Dockerfile") and re.search(r"\r(?!\n)", edit.text):
            return fix._replace(applicability=Applicability.DISPLAY)  # Docker ends lines at line feeds only
        if isinstance(edit, Replace) and (source := repo.sources.get(edit.path)):
            dropped = comments(source.text[edit.span.start : edit.span.end])
            if any(comment not in written and "binderlint:" not in comment for comment in dropped):
                return fix._replace(applicability=min(fix.applicability, Applicability.UNSAFE))
    return fix


def _not_for_binder() -> Rule:
    from binderlint.rules.run import NotForBinder

    return NotForBinder()


def _crashed(rule: Rule, repo: Repository, error: Exception) -> Diagnostic:
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename.rpartition('binderlint/')[2]}:{frame.lineno}"
    return Diagnostic(
        "BLT001",
        "rule-crashed",
        Severity.ERROR,
        Level.LAUNCH,
        repo.place,
        f"The rule {rule.code} `{rule.name}` crashed ({type(error).__name__}: {error}, in {where}): this is a bug of binderlint, and what the rule would have said is unknown",
        f"Please report it; meanwhile `--ignore {rule.code}` leaves the rule out",
    )
