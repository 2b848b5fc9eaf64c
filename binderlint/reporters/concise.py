"""concise: one line for each problem, and the summary."""

from __future__ import annotations

from binderlint.escapes import printable
from binderlint.lint.diagnostic import Applicability
from binderlint.lint.report import Report
from binderlint.lint.verdict import in_short
from binderlint.reporters.hidden import caveat, notes
from binderlint.style import Style


def render(report: Report, style: Style) -> str:
    """`path:line:column: severity CODE name: message`, a `[*]` where `--fix` helps."""
    lines = []
    for found in report.diagnostics:
        safe = found.fix and found.fix.applicability is Applicability.SAFE
        mark = f"{style.paint('green', '[*]')} " if safe else ""
        where = style.paint("bold", printable(str(found.place)))
        lines.append(f"{where}: {found.severity} {found.code} {found.name}: {mark}{printable(found.message)}\n")
    return "".join(lines) + summary(report, style)


def summary(report: Report, style: Style) -> str:
    """How many problems, how many can be fixed and how, how many were suppressed and by what, and the level reached."""
    counts = [f"{count} {word}{'s' if count != 1 else ''}" for word, count in report.counts().items() if count]
    hidden = f" ({len(report.suppressed)} suppressed)" if report.suppressed else ""
    head = f"Found {_listed(counts)}{hidden}." if counts else f"No problems found{hidden}."
    safe, unsafe = report.fixable(Applicability.SAFE), report.fixable(Applicability.UNSAFE)
    fixes = [f"{safe} can be fixed with `--fix`"] if safe else []
    if unsafe:
        fixes.append(
            f"{unsafe} {'more ' if safe else ''}with `--fix --unsafe-fixes`, which may change what Binder builds"
        )
    if unsafe and not safe:
        fixes[0] = fixes[0].replace(f"{unsafe} ", f"{unsafe} can be fixed ", 1)
    lines = [style.paint("bold", head)]
    if fixes:
        lines.append(f"{', '.join(fixes)}.")
    lines += [f"{printable(sentence)}." for _, sentences in notes(report) for sentence in sentences]
    level = style.paint("bold", report.level.value if report.level else "none")
    if report.unjudged:
        lines.append(f"{style.paint('bold', 'Not judged')}: {printable(report.unjudged)}.")
    elif left_out := caveat(report):
        lines.append(f"Level reached: {level}, {left_out}.")
    else:
        lines.append(f"Level reached: {level}. In short: {in_short(report)}.")
    return "\n".join(lines) + "\n"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
