"""Linter: `check(repo, settings)`, a pure function from a repository to a Report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from binderlint.facts.for_binder import is_for_binder, is_refused
from binderlint.facts.launch.launched import launched_elsewhere
from binderlint.facts.lfs import without_pointers
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.outlook import outlook
from binderlint.lint.report import Report, Suppressed
from binderlint.lint.rule import Checker, one_line
from binderlint.lint.settings import Settings
from binderlint.lint.suppression import suppress
from binderlint.lint.trust import honest
from binderlint.repo2docker.build import build_plan
from binderlint.rules import listed_rules
from binderlint.rules.meta.file_not_read import FileNotRead
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD, RepositoryError, Source, UnreadError, unread

CRASHED = "BLT001"
_FAILURES = 10  # files that turn out not to be readable, after each of which the check begins anew


def check(repo: Snapshot, settings: Settings | None = None, rules: Iterable[Checker] | None = None) -> Report:
    """Run the rules over a repository. A rule that crashes becomes a diagnostic, and the others still run.

    What cannot be read is said, and what depends on it is not judged. Raises RepositoryError where that goes on and on.
    """
    settings, rules = settings or Settings(), list(rules or ())
    for _ in range(_FAILURES):
        try:
            return _check(without_pointers(repo), settings, rules)
        except UnreadError as error:  # it could be read when the folder was looked through
            others = [source for path, source in repo.sources.items() if path != error.path]
            repo = repo.replace([*others, unread(error, error.path in repo.sources)])
    return _check(without_pointers(repo), settings, rules)


def _check(repo: Snapshot, settings: Settings, rules: list[Checker]) -> Report:

    offered = rules or list(listed_rules())
    chosen = [rule for rule in offered if settings.selects(rule)]
    try:
        expected = outlook(repo)
    except UnreadError as error:
        if not _is_known(error, repo):
            raise
        unread_files = tuple(run_rule(FileNotRead(), repo)[0])
        return Report(unread_files, unjudged=f"what Binder builds depends on `{error.path}`, which could not be read")
    except RepositoryError:
        raise
    except Exception as error:  # every rule would stop at it
        return Report((_not_understood(repo, error),), unjudged="binderlint crashed")
    found, judged = _asked(chosen, repo)
    found += _waiting(repo, found, chosen)
    parted = suppress(repo, found, settings, judged)
    return Report(
        tuple(sorted(parted.kept, key=lambda diagnostic: diagnostic.order)),
        (*parted.suppressed, *_deselected(repo, settings, offered)),
        tuple(parted.lowered),
        settings.terms,
        settings.unjudged(chosen, offered) or _unjudged(repo),
        expected,
        is_for_binder(repo),
    )


def _waiting(repo: Snapshot, found: list[Diagnostic], rules: list[Checker]) -> Iterator[Diagnostic]:
    """What is wrong besides the error that stops the build, where a fix of that is known: what the rules find in the other files with the fix."""
    error = build_plan(repo).error
    if error is None:
        return
    for stopping in sorted((*found, *_others(repo, rules)), key=lambda one: one.order):
        if stopping.severity is not Severity.ERROR or stopping.level is not Level.LAUNCH or not stopping.fix:
            continue
        after = repo.apply(stopping.fix.edits)
        if build_plan(after).error != error:  # none any more, or the next one
            known = {(one.code, one.path, one.place.span) for one in found}
            for one in _asked(rules, after)[0]:
                there = repo.sources.get(one.path)
                if one.path == stopping.path or there is not after.sources.get(one.path):
                    continue
                if (one.code, one.path, one.place.span) not in known:
                    yield one._replace(fix=one.fix if one.fix and _fits(one.fix, repo, after) else None)
            return


def _fits(fix: Fix, repo: Snapshot, after: Snapshot) -> bool:
    """Whether a fix for a repository after another fix touches only what that has left alone."""
    return all(repo.sources.get(edit.path) is after.sources.get(edit.path) for edit in fix.edits)


def _unjudged(repo: Snapshot) -> str:
    """Why nothing can be said of what nothing was found in; empty where it can."""
    if not repo.sources:
        return "there is no file to look at"
    if is_refused(repo) and launched_elsewhere(repo):
        return "the launch links go to another repository or branch, which was not looked at"
    return ""


def _asked(rules: list[Checker], repo: Snapshot) -> tuple[list[Diagnostic], frozenset[str]]:
    """What rules find, and the codes of those that had a say.

    A rule has none that crashed, that needs a file which could not be read or knowledge of git's that is missing, or of which something is
    not reported because another rule names the cause.
    """
    found: list[Diagnostic] = []
    judged = set()
    for rule in rules:
        here, heard = run_rule(rule, repo)
        found += here
        if heard and _is_told(rule, repo):
            judged.add(rule.code)
    left = _unexplained(repo, found, rules)
    explained = Counter(one.code for one in found) - Counter(one.code for one in left)
    return left, frozenset(judged - explained.keys())


def _is_told(rule: Checker, repo: Snapshot) -> bool:
    """Whether a rule was told all that it needs to know from git and the web."""
    git = not rule.needs_git or bool(repo.git.origin and repo.git.complete)
    return git and (not rule.needs_web or (repo.web is not None and repo.web.complete))


def _deselected(repo: Snapshot, settings: Settings, rules: list[Checker]) -> Iterator[Suppressed]:
    """What the rules would say that the configuration file does not select: it comes with the repository, and what it hides is told.

    Who selects on the command line knows what is left out.
    """
    if "select" not in settings.given:
        others = [rule for rule in rules if not settings.selects(rule)]
        found = [one for rule in others for one in run_rule(rule, repo)[0] if one.code == rule.code]
        yield from map(settings.deselected, _unexplained(repo, found, others))


def run_rule(rule: Checker, repo: Snapshot) -> tuple[list[Diagnostic], bool]:
    """The diagnostics of one rule, each with a fix that does not claim more than it can, and whether the rule came to its end."""
    found: list[Diagnostic] = []
    try:
        for diagnostic in list(rule.check(repo)):
            place = diagnostic.place
            if place.source.mode == UNREAD:
                place = Source(place.path, b"").place()
            found.append(diagnostic._replace(place=place, fix=honest(diagnostic.fix, repo) if diagnostic.fix else None))
    except UnreadError as error:
        if not _is_known(error, repo):
            raise
        return found, False
    except RepositoryError:
        raise
    except Exception as error:
        return [*found, _crashed(rule, repo, error)], False
    return found, True


def _is_known(error: UnreadError, repo: Snapshot) -> bool:
    """Whether the snapshot knows that the content of a file is not known: then it is said, and rules that need it are silent."""
    source = repo.sources.get(error.path) or repo.untracked.get(error.path)
    return source is not None and source.mode == UNREAD


def _unexplained(repo: Snapshot, found: list[Diagnostic], ran: list[Checker]) -> list[Diagnostic]:
    """What remains when another rule, whether it was chosen or not, names the cause: an error in a file that a diagnostic names.

    What only goes wrong after the launch does not explain why nothing is launched.
    """
    if not any(one.explained_in for one in found):
        return found
    causes: dict[str, set[tuple[str, Level]]] = {}
    for one in (*found, *_others(repo, ran)):
        if one.fails_today and one.code != CRASHED:
            causes.setdefault(one.path, set()).add((one.code, one.level))
    return [one for one in found if not any(_explain(causes.get(path, ()), one) for path in one.explained_in)]


def _others(repo: Snapshot, ran: list[Checker]) -> Iterator[Diagnostic]:
    """What the rules find that were not chosen."""
    codes = {rule.code for rule in ran}
    for rule in listed_rules():
        if rule.code not in codes:
            yield from run_rule(rule, repo)[0]


def _explain(causes: Iterable[tuple[str, Level]], one: Diagnostic) -> bool:
    """Whether an error of another rule is a cause of what a diagnostic says."""
    stops = one.level is Level.LAUNCH
    return any(code != one.code and not (stops and level is not Level.LAUNCH) for code, level in causes)


def _crashed(rule: Checker, repo: Snapshot, error: Exception) -> Diagnostic:
    return _bug(
        repo,
        f"The rule {rule.code} `{rule.name}` crashed ({_told(error)}): this is a bug of binderlint, and what the rule would have said is unknown",
        f"Report it; meanwhile `--ignore {rule.code}` leaves the rule out",
    )


def _not_understood(repo: Snapshot, error: Exception) -> Diagnostic:
    return _bug(
        repo,
        f"binderlint crashed while it worked out what Binder does with this repository ({_told(error)}): this is a bug of binderlint, and nothing was checked",
        "Report it with the configuration files of the repository",
    )


def _bug(repo: Snapshot, message: str, help: str) -> Diagnostic:
    return Diagnostic(CRASHED, "rule-crashed", Severity.ERROR, Level.LAUNCH, repo.place, one_line(message), help)


def _told(error: Exception) -> str:
    """An exception in words, and the line of the code that raised it."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error}, in {frame.filename.rpartition('binderlint/')[2]}:{frame.lineno}"
