"""overview: what was found in many repositories: a row for each, the problems by rule, and how many are how well off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain

from binderlint.escapes import code_span, markdown, printable, table_cell
from binderlint.lint.diagnostic import Applicability, Level
from binderlint.lint.hubs import Verdict
from binderlint.lint.report import Report
from binderlint.lint.verdict import Outcome, Ruling, stakes, verdict
from binderlint.lint.wording import counted
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.style import Style, hanging, wrapped
from binderlint.values import NamedTuple

UNCHECKED = "not-checked"
ROOM = 300_000  # bytes of the table in Markdown, of which GitHub takes 1,024 KiB
_COLOURS = {
    Outcome.FAILS.value: "red",
    Outcome.PROBLEMS.value: "yellow",
    Outcome.NOTHING_FOUND.value: "green",
    Outcome.NOT_JUDGED.value: "dim",
    UNCHECKED: "red",
    "refuses": "red",
    "tries": "green",
    "not-read": "red",
}
_SIGNS = {Outcome.FAILS: "❌", Outcome.PROBLEMS: "⚠️", Outcome.NOTHING_FOUND: "✅", Outcome.NOT_JUDGED: "❔"}
_SHOWN = (Level.LAUNCH, Level.RUN)  # in a terminal, where there is little room
_NAME = 24  # columns that are left for names, with fewer of which the table becomes a list


class Tally(NamedTuple):
    """The problems of one rule in a repository."""

    code: str
    name: str
    url: str
    problems: int


class Row(NamedTuple):
    """What there is to say of one repository in a line."""

    repository: str
    commit: str = ""
    buildpack: str = ""
    """repo2docker's class, `none` where only a hub with a default environment builds it, empty where that is not known."""
    versions: str = ""
    """Of Python, R and Julia."""
    rulings: tuple[Ruling, ...] = ()
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    suppressed: int = 0
    fixable: int = 0
    fixable_unsafe: int = 0
    rules: tuple[Tally, ...] = ()
    hub: str = ""
    """Of a plan: the name of the hub."""
    objections: tuple[str, ...] = ()
    """Of a plan: why the hub will not launch it."""
    worst: str = ""
    """The code and the message of the worst problem."""
    failure: str = ""
    """Why it was not looked at; then nothing else is known."""

    def outcome(self, level: Level) -> str:
        """What is known of a level, as a word."""
        return next((ruling.outcome.value for ruling in self.rulings if ruling.level is level), UNCHECKED)

    @property
    def reason(self) -> str:
        """Why it was not looked at, else the worst of its problems, or what the hub objects to."""
        return self.failure or self.worst or "; ".join(self.objections)


def checked_row(repo: Snapshot, report: Report) -> Row:
    """The row of a repository and its report."""
    counts = report.counts()
    worst = next((problems[0].first for _, problems in stakes(report)), None)
    tallies = Counter((one.first.code, one.first.name, one.first.url) for one in report.findings)
    return _of_plan(repo, report.repository)._replace(
        rulings=verdict(report),
        errors=counts["error"],
        warnings=counts["warning"],
        infos=counts["info"],
        suppressed=len(report.suppressed),
        fixable=report.fixable(Applicability.SAFE),
        fixable_unsafe=report.fixable(Applicability.UNSAFE),
        worst=f"{worst.code}: {worst.message}" if worst else "",
        rules=tuple(Tally(*rule, number) for rule, number in sorted(tallies.items())),
    )


def planned_row(repo: Snapshot, name: str, hub: Verdict) -> Row:
    """The row of a repository whose plan was asked for, with what its hub says to it."""
    return _of_plan(repo, name)._replace(hub=hub.name, objections=hub.reasons)


def _of_plan(repo: Snapshot, name: str) -> Row:
    try:
        plan = build_plan(repo)
    except Exception:  # a file that cannot be read, or a bug; either is in the report
        return Row(name, repo.git.commit)
    if plan.buildpack is None:
        return Row(name, repo.git.commit)
    versions = (("Python", plan.python), ("R", plan.r), ("Julia", plan.julia))
    said = ", ".join(f"{language} {version.version}" for language, version in versions if version)
    return Row(name, repo.git.commit, "none" if plan.default else plan.buildpack.value, said)


# -- in a terminal


def render(rows: Sequence[Row], style: Style) -> str:
    """The overview of a check."""
    heads = (*(level.value for level in _SHOWN), "errors", "warnings", "infos")
    lines = [
        style.paint("bold", "Overview"),
        *_table(heads, "repository", [(_cells(row), _named(row)) for row in rows], style),
    ]
    if tallies := _by_rule(rows):
        listed = [((str(several), str(number)), f"{code} {name}") for (code, name, _), several, number in tallies]
        lines += ["", *_table(("repositories", "problems"), "rule", listed, style)]
    lines += ["", style.paint("bold", _total(rows, "checked"))]
    width = max(len(level.value) for level in Level)
    for level in Level:
        if said := _spread(rows, level):
            lines += hanging(f"  {style.paint('bold', level.value.ljust(width))}  ", said, width + 4, style)
    return "\n".join([*lines, ""])


def render_plans(rows: Sequence[Row], style: Style) -> str:
    """The overview of plans."""
    listed = [((_accepts(row), row.buildpack, row.versions), _named(row)) for row in rows]
    lines = [
        style.paint("bold", "Overview"),
        *_table(("hub", "buildpack", "versions"), "repository", listed, style),
        "",
        style.paint("bold", _total(rows, "read")),
    ]
    read = [row for row in rows if not row.failure]
    if read:
        refused = sum(bool(row.objections) for row in read)
        said = f"{read[0].hub} will try to build {len(read) - refused} of them"
        lines += wrapped(f"{said} and will not launch {refused}." if refused else f"{said}.", style)
    return "\n".join([*lines, ""])


def _accepts(row: Row) -> str:
    return "not-read" if row.failure else "refuses" if row.objections else "tries"


def _cells(row: Row) -> tuple[str, ...]:
    if row.failure:
        return (UNCHECKED, "", "", "", "")
    outcomes = (row.outcome(level) for level in _SHOWN)
    return (*outcomes, str(row.errors), str(row.warnings), str(row.infos))


def _named(row: Row) -> str:
    return f"{row.repository}: {row.failure}" if row.failure else row.repository


def _total(rows: Sequence[Row], done: str) -> str:
    failed = sum(bool(row.failure) for row in rows)
    checked = f"{len(rows) - failed} of " if failed else ""
    return f"{checked}{counted(len(rows), 'repository', 'repositories')} {done}."


def _spread(rows: Iterable[Row], level: Level) -> str:
    """How many repositories have which outcome at a level."""
    numbers = Counter(ruling.outcome for row in rows for ruling in row.rulings if ruling.level is level)
    words = {
        Outcome.FAILS: ("fails", "fail"),
        Outcome.PROBLEMS: ("has problems", "have problems"),
        Outcome.NOT_JUDGED: ("is not judged", "are not judged"),
    }
    said = [counted(numbers[one], *both) for one, both in words.items() if numbers[one]]
    if numbers[Outcome.NOTHING_FOUND]:
        said.insert(2, f"nothing found in {numbers[Outcome.NOTHING_FOUND]}")
    return ", ".join(said)


def _by_rule(rows: Iterable[Row]) -> list[tuple[tuple[str, str, str], int, int]]:
    """Each rule that found something, in how many repositories, and how many problems; the most common first."""
    tallies = list(chain.from_iterable(row.rules for row in rows))
    several = Counter(one[:3] for one in tallies)
    numbers: Counter[tuple[str, str, str]] = Counter()
    for one in tallies:
        numbers[one[:3]] += one.problems
    return sorted(((rule, several[rule], numbers[rule]) for rule in several), key=lambda one: (-one[1], -one[2], one[0]))  # fmt: skip


def _table(
    heads: tuple[str, ...], last: str, rows: Sequence[tuple[tuple[str, ...], str]], style: Style
) -> Iterator[str]:
    """Lines of columns, of which the last takes what room it needs; where there is too little, a name and what is said of it below."""
    widths = [max(map(len, column)) for column in zip(heads, *(cells for cells, _ in rows), strict=True)]
    if sum(widths) + 2 * len(widths) + _NAME > style.width:
        for cells, name in rows:
            yield from wrapped(printable(name), style, "  ")
            said = [f"{head} {_word(cell)}" for head, cell in zip(heads, cells, strict=True) if cell]
            yield from (f"  {line.strip()}" for line in wrapped(", ".join(said), style._replace(width=style.width - 2)))
        return
    numbers = [all(cells[place].isdigit() or not cells[place] for cells, _ in rows) for place in range(len(heads))]

    def padded(cells: tuple[str, ...]) -> list[str]:
        return [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, numbers, strict=True)
        ]

    yield style.paint("dim", f"{'  '.join(padded(heads))}  {last}")
    for cells, name in rows:
        painted = [
            style.paint(_COLOURS[cell], text.replace(cell, _word(cell))) if cell in _COLOURS else text
            for cell, text in zip(cells, padded(cells), strict=True)
        ]
        yield from hanging(f"{'  '.join(painted)}  ", printable(name), sum(widths) + 2 * len(widths), style)


def _word(cell: str) -> str:
    """An outcome as people write it."""
    return cell.replace("-", " ") if cell in _COLOURS else cell


# -- in Markdown


def render_markdown(rows: Sequence[Row]) -> str:
    """The overview as tables of Markdown."""
    lines = ["## Overview", "", f"**{_total(rows, 'checked')}**", ""]
    lines += [f"- **{level.value}**: {said}" for level in Level if (said := _spread(rows, level))]
    heads = ("Repository", *(level.value for level in Level), "Errors", "Warnings", "Infos")
    made = [_markdown_row(row) for row in rows]
    shown = sum(1 for size in accumulate(len(line.encode()) + 1 for line in made) if size <= ROOM)
    lines += ["", _line(heads), _line(("---",) * 5 + ("---:",) * 3), *made[:shown]]
    if shown < len(made):
        more = counted(len(made) - shown, "more repository does", "more repositories do")
        lines += ["", f"{more} not fit in here: see `--output csv`."]
    if tallies := _by_rule(rows):
        lines += ["", "### Problems by rule", "", _line(("Rule", "Repositories", "Problems")), "| --- | ---: | ---: |"]
        lines += [_line((f"[{code} {name}]({url})", several, number)) for (code, name, url), several, number in tallies]
    return "\n".join([*lines, ""])


def _markdown_row(row: Row) -> str:
    name = code_span(row.repository)
    if row.failure:
        return _line((f"{name}: {markdown(row.failure)}", "❌ not checked", *[""] * 6))
    signs = (f"{_SIGNS[ruling.outcome]} {ruling.outcome.value.replace('-', ' ')}" for ruling in row.rulings)
    return _line((name, *signs, row.errors, row.warnings, row.infos))


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(table_cell(str(cell)) for cell in cells)} |"
