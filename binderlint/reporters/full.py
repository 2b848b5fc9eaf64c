"""full: for people: each problem with the line it stands on, what to do, and what a fix would be called."""

from __future__ import annotations

from binderlint.escapes import pieces, printable
from binderlint.lint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.lint.report import Report
from binderlint.read.secrets import masked
from binderlint.reporters.concise import summary
from binderlint.style import Style

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def render(report: Report, style: Style) -> str:
    """Every diagnostic with its code frame, then the summary."""
    return "".join(f"{frame(found, style)}\n" for found in report.diagnostics) + summary(report, style)


def frame(found: Diagnostic, style: Style) -> str:
    """One diagnostic: headline, place, the line with the span marked, help and fix."""
    colour = COLOURS[found.severity]
    gutter = " " * len(str(found.place.line))
    bar = style.paint("cyan", f"{gutter} |")
    lines = [
        f"{style.paint(colour, f'{found.severity}[{found.code}]')} {style.paint('bold', found.name)} ({found.level.value})",
        *_wrapped(printable(found.message), style, ""),
        f"{gutter}{style.paint('cyan', '-->')} {printable(str(found.place))}",
    ]
    excerpt, marks = _excerpt(found, style.width - len(gutter) - 3)
    if excerpt.strip():
        lines += [
            bar,
            f"{style.paint('cyan', f'{found.place.line} |')} {excerpt}".rstrip(),
            f"{bar} {style.paint(colour, marks)}",
        ]
    if found.help:
        first, *rest = _wrapped(printable(found.help), style, " " * (len(gutter) + 9))
        lines += [f"{gutter} {style.paint('cyan', '=')} {style.paint('bold', 'help')}: {first}", *rest]
    if found.fix:
        lines.append(f"{gutter} {style.paint('cyan', '=')} {_fix(found, style)}")
    return "\n".join(lines) + "\n"


def _fix(found: Diagnostic, style: Style) -> str:
    assert found.fix
    how = {
        Applicability.SAFE: ("green", "fix with --fix"),
        Applicability.UNSAFE: ("yellow", "fix with --fix --unsafe-fixes"),
        Applicability.DISPLAY: ("blue", "proposed"),
    }
    colour, words = how[found.fix.applicability]
    return f"{style.paint(colour, words)}: {printable(found.fix.title)}"


def _wrapped(text: str, style: Style, indent: str) -> list[str]:
    """Text in lines of the terminal's width, the lines after the first indented; the first leaves room for what stands before it."""
    from textwrap import wrap

    lines = wrap(indent + text, style.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [lines[0][len(indent) :], *lines[1:]] if lines else [""]


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
