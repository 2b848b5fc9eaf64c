"""full: for people: each problem with the line it stands on, what to do, and what a fix would be called."""

from __future__ import annotations

from binderlint.escapes import pieces, printable
from binderlint.lint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.lint.report import Finding, Report
from binderlint.lint.verdict import stakes
from binderlint.lint.wording import counted
from binderlint.read.secrets import masked
from binderlint.reporters.concise import summary
from binderlint.style import Style, hanging, wrapped

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def render(report: Report, style: Style) -> str:
    """What Binder does with the repository, the problems under headings by what is at stake, each with its code frame, and the summary."""
    lines = opening(report, style)
    for heading, found in stakes(report):
        lines += [style.paint("bold", f"{heading} ({len(found)})"), "", *(frame(one, style) for one in found)]
    return "\n".join([*lines, summary(report, style)])


def opening(report: Report, style: Style) -> list[str]:
    """What Binder does with the repository, and whether anything says that it is meant for Binder; with an empty line after them."""
    lines = wrapped(printable(report.outlook), style) if report.outlook else []
    if not report.for_binder:
        lines += wrapped(NOT_MEANT, style)
    return [*lines, ""] if lines else []


NOT_MEANT = (
    "Nothing here says that this repository is meant for Binder: there is no `binder` folder, no launch link and no "
    "notebook beside a list of packages that Binder reads. Files for Binder can go in a folder `binder`, so that those "
    "in the root stay as they are."
)


def frame(finding: Finding, style: Style) -> str:
    """One problem: headline, its first place and the line there with the span marked, the other places, help and fix."""
    found = finding.first
    colour = COLOURS[found.severity]
    gutter = " " * len(str(found.place.line))
    bar = style.paint("cyan", f"{gutter} |")
    lines = [
        f"{style.paint(colour, f'{found.severity}[{found.code}]')} {style.paint('bold', found.name)} ({found.level.value})",
        *wrapped(printable(found.message), style),
        f"{gutter}{style.paint('cyan', '-->')} {printable(str(found.place))}",
    ]
    excerpt, marks = _excerpt(found, style.width - len(gutter) - 3)
    if excerpt.strip():
        lines += [
            bar,
            f"{style.paint('cyan', f'{found.place.line} |')} {excerpt}".rstrip(),
            f"{bar} {style.paint(colour, marks)}",
        ]
    equals = style.paint("cyan", "=")
    if finding.others:
        head = f"{gutter} {equals} {style.paint('bold', 'also at')}: "
        lines += hanging(head, printable(elsewhere(finding)), len(gutter) + 12, style)
    if found.help:
        head = f"{gutter} {equals} {style.paint('bold', 'help')}: "
        lines += hanging(head, printable(found.help), len(gutter) + 9, style)
    if found.fix:
        lines.append(f"{gutter} {equals} {_fix(finding, style)}")
    return "\n".join(lines) + "\n"


def elsewhere(finding: Finding) -> str:
    """The places of a problem besides the first, those of one file together; the number of those that do not fit in."""
    first, words, path = finding.others[:_PLACES], [], finding.first.path
    for one in first:
        where = str(one.place)
        words.append(where.removeprefix(f"{path}:") if one.path == path else where)
        path = one.path
    more = len(finding.others) - len(first)
    return ", ".join(words) + (f" and {more} more" if more else "")


_PLACES = 6


def _fix(finding: Finding, style: Style) -> str:
    fixes = [one.fix for one in finding.diagnostics if one.fix]
    how = {
        Applicability.SAFE: ("green", "fix with --fix"),
        Applicability.UNSAFE: ("yellow", "fix with --fix --unsafe-fixes"),
        Applicability.DISPLAY: ("blue", "proposed"),
    }
    colour, words = how[fixes[0].applicability]
    others = len({fix.title for fix in fixes}) - 1
    more = f", and {counted(others, 'more fix', 'more fixes')}" if others else ""
    return f"{style.paint(colour, words)}: {printable(fixes[0].title)}{more}"


def _excerpt(found: Diagnostic, width: int) -> tuple[str, str]:
    """The line of a diagnostic, cut to the width around its span, and the marks under it."""
    place = found.place
    line = place.source.line(place.line)
    text = masked(place.source.text[line.start : line.end].removeprefix("\ufeff"))
    start = place.column - 1
    end = max(start + 1, min(len(text), start + place.span.end - place.span.start))
    if len(text) > width:
        left = max(0, min(start - width // 4, len(text) - width))
        text = (
            ("…" if left else "")
            + text[left + bool(left) : left + width - 1]
            + ("…" if left + width < len(text) else "")
        )
        start, end = start - left, min(end - left, width - 1)
    shown = pieces(text)
    before, marked = "".join(shown[:start]), "".join(shown[start:end])
    return "".join(shown), " " * len(before) + "^" * max(1, len(marked))
