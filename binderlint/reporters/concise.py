"""concise: one line for each problem, and the summary."""

from __future__ import annotations

from binderlint.escapes import printable
from binderlint.lint.diagnostic import Applicability, Level
from binderlint.lint.report import Report
from binderlint.lint.verdict import Outcome, verdict
from binderlint.lint.wording import counted, joined
from binderlint.reporters.hidden import notes
from binderlint.style import Style, hanging


def render(report: Report, style: Style) -> str:
    """`path:line:column: severity CODE name (level): message`, a `[*]` where `--fix` helps."""
    lines = []
    for found in report.diagnostics:
        safe = found.fix and found.fix.applicability is Applicability.SAFE
        mark = f"{style.paint('green', '[*]')} " if safe else ""
        where = style.paint("bold", printable(str(found.place)))
        what = f"{found.severity} {found.code} {found.name} ({found.level.value})"
        lines.append(f"{where}: {what}: {mark}{printable(found.message)}\n")
    return "".join(lines) + summary(report, style)


def summary(report: Report, style: Style) -> str:
    """How many problems, how many can be fixed and how, what is hidden and by what, and the verdict."""
    lines = [style.paint("bold", f"{found_in_all(report)}.")]
    if fixes := fixable(report):
        lines.append(f"{fixes}.")
    lines += [f"{printable(sentence)}." for _, sentences in notes(report) for sentence in sentences]
    width = max(len(level.value) for level in Level)
    unjudged = []
    for level, outcome, words in verdict(report):
        if outcome is Outcome.NOT_JUDGED and words == report.unjudged:
            unjudged.append(level.value)
            continue
        colour = _COLOURS[outcome]
        said = f"not judged: {words}" if outcome is Outcome.NOT_JUDGED else words
        lines += hanging(
            f"  {style.paint('bold', level.value.ljust(width))}  ", printable(said), width + 4, style, colour
        )
    if unjudged:
        what = "Not judged" if len(unjudged) == len(Level) else f"Not judged ({', '.join(unjudged)})"
        lines += hanging(f"{style.paint('bold', what)}: ", f"{printable(report.unjudged)}.", len(what) + 2, style)
    return "\n".join(lines) + "\n"


_COLOURS = {
    Outcome.FAILS: "red",
    Outcome.PROBLEMS: "yellow",
    Outcome.NOTHING_FOUND: "green",
    Outcome.NOT_JUDGED: "dim",
}


def found_in_all(report: Report) -> str:
    """How many problems there are, and in how many places where that is more."""
    counts = [counted(count, word) for word, count in report.counts().items() if count]
    hidden = f" ({len(report.suppressed)} suppressed)" if report.suppressed else ""
    places = len(report.diagnostics)
    where = f", in {places} places" if places > len(report.findings) else ""
    return f"Found {joined(counts)}{where}{hidden}" if counts else f"No problems found{hidden}"


def fixable(report: Report) -> str:
    """How many problems `--fix` mends, and how many more with `--unsafe-fixes`; empty for none."""
    safe, unsafe = report.fixable(Applicability.SAFE), report.fixable(Applicability.UNSAFE)
    if not safe and not unsafe:
        return ""
    caution = "`--fix --unsafe-fixes`, which may change what Binder builds"
    if not safe:
        return f"{unsafe} can be fixed with {caution}"
    return f"{safe} can be fixed with `--fix`" + (f", {unsafe} more with {caution}" if unsafe else "")
