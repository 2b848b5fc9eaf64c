"""Verdict: what a report says of the launch, in one sentence. A linter has launched nothing, so it promises nothing."""

from __future__ import annotations

from binderlint.lint.diagnostic import Level
from binderlint.lint.report import Report
from binderlint.lint.wording import counted

_NOTEBOOKS = (".ipynb", ".Rmd")


def in_short(report: Report) -> str:
    """What the problems that are shown mean for the launch, for a report that has been judged."""
    match report.level:
        case None:
            return _stopped(report)
        case Level.LAUNCH:
            return f"nothing was found that would stop the launch today, but {_later(report)} later"
        case Level.POLISH if not report.diagnostics:
            return "nothing was found"
        case _:
            return "nothing was found that would stop the launch, today or later"


def _stopped(report: Report) -> str:
    paths = [found.path for found in report.at_stake if found.level is Level.LAUNCH]
    notebooks = {path for path in paths if path.endswith(_NOTEBOOKS)}
    if notebooks.issuperset(paths):
        return f"nothing was found that would stop the launch, but {counted(len(notebooks), 'notebook')} may not run"
    which = "the problem" if len(paths) == 1 else f"the {len(paths)} problems"
    return f"Binder will fail or ignore something: see {which} of level `launch`"


def _later(report: Report) -> str:
    number = sum(found.level is Level.REPRODUCE for found in report.at_stake)
    return f"{counted(number, 'problem')} may do so"
