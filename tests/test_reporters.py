"""The formats: for people, for programs and for GitHub."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.lint.verdict import in_short
from binderlint.reporters import FORMATS, render
from binderlint.source import Place, Source, Span
from binderlint.style import Style, style_for
from tests.cases import reported

PLAIN = Style(width=80)
SCHEMA = json.loads((Path(__file__).parent.parent / "docs/report.schema.json").read_text())


def one(text: str = "alpha beta\n", start: int = 6, end: int = 10, **changed: object) -> Diagnostic:
    place = Place(Source("a.txt", text.encode("utf-8", "surrogateescape")), Span(start, end))
    found = Diagnostic("LAY901", "test-rule", Severity.ERROR, Level.LAUNCH, place, "something is wrong", "mend it")
    return found._replace(**changed)  # type: ignore[arg-type]


def test_full() -> None:
    found = one(fix=Fix("Mend it", (Replace("a.txt", Span(6, 10), "x"),)))
    assert render("full", Report((found,)), PLAIN) == (
        "error[LAY901] test-rule (launch)\n"
        "something is wrong\n"
        " --> a.txt:1:7\n"
        "  |\n"
        "1 | alpha beta\n"
        "  |       ^^^^\n"
        "  = help: mend it\n"
        "  = fix with --fix: Mend it\n"
        "\n"
        "Found 1 error.\n"
        "1 can be fixed with `--fix`.\n"
        "Level reached: none. In short: Binder will fail or ignore something: see the problem of level `launch`.\n"
    )


def at(path: str, **changed: object) -> Diagnostic:
    return one(place=Place(Source(path, b"x"), Span(0, 1)), **changed)


NOTE = {"severity": Severity.INFO, "level": Level.REPRODUCE}
LATER = {"severity": Severity.WARNING, "level": Level.REPRODUCE}
POLISH = {"severity": Severity.INFO, "level": Level.POLISH}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ((), "nothing was found"),
        ((one(**NOTE),), "nothing was found that would stop the launch, today or later"),
        ((one(**POLISH),), "nothing was found that would stop the launch, today or later"),
        ((one(**LATER), one(**POLISH)), "nothing was found that would stop the launch today, but 1 problem may do so later"),
        ((one(**LATER), one(**LATER)), "nothing was found that would stop the launch today, but 2 problems may do so later"),
        ((one(),), "Binder will fail or ignore something: see the problem of level `launch`"),
        ((one(), one(severity=Severity.WARNING), one(**LATER)), "Binder will fail or ignore something: see the 2 problems of level `launch`"),
        ((at("a.ipynb"), one(**LATER)), "nothing was found that would stop the launch, but 1 notebook may not run"),
        ((at("a.ipynb"), at("a.ipynb"), at("b/c.Rmd")), "nothing was found that would stop the launch, but 2 notebooks may not run"),
        ((at("a.ipynb"), one()), "Binder will fail or ignore something: see the 2 problems of level `launch`"),
    ],
)  # fmt: skip
def test_verdicts(found: tuple[Diagnostic, ...], sentence: str) -> None:
    assert in_short(Report(found)) == sentence
    assert f"In short: {sentence}.\n" in render("concise", Report(found), PLAIN)
    assert f"**: {sentence}" in render("markdown", Report(found), PLAIN)


@pytest.mark.parametrize("start", [0, 500, 1990])
def test_long_lines_are_cut_around_the_span(start: int) -> None:
    text = "".join(chr(97 + number % 26) for number in range(2000))
    lines = render("full", Report((one(text, start, start + 5),)), PLAIN).splitlines()
    excerpt, marks = lines[4], lines[5]
    assert len(excerpt) <= 80
    at = marks.index("^")
    assert excerpt[at : at + 5] == text[start : start + 5]


@pytest.mark.parametrize(
    "text", ["", "x", "\udcff\udcfe broken", "\x1b[31mred\x07", "tab\there", "ünï 漢字", "\ufeffbom"]
)
@pytest.mark.parametrize("name", FORMATS)
def test_any_text_can_be_printed(name: str, text: str) -> None:
    found = one(text, 0, len(text), message=f"about {text}".strip())
    output = render(name, Report((found,)), PLAIN)
    output.encode("utf-8")
    assert "\x1b" not in output


def test_colours_only_where_asked_for() -> None:
    assert "\033[" not in render("full", Report((one(),)), PLAIN)
    assert "\033[" in render("full", Report((one(),)), Style(colours=True))

    class Terminal:
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            raise OSError

    terminal = Terminal()
    assert style_for(terminal, "auto", {}).colours  # type: ignore[arg-type]
    assert not style_for(terminal, "auto", {"NO_COLOR": "1"}).colours  # type: ignore[arg-type]
    assert not style_for(terminal, "auto", {"TERM": "dumb"}).colours  # type: ignore[arg-type]
    assert not style_for(terminal, "never", {"FORCE_COLOR": "1"}).colours  # type: ignore[arg-type]
    assert style_for(terminal, "always", {"NO_COLOR": "1"}).colours  # type: ignore[arg-type]


def test_json_of_every_example_follows_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    seen = 0
    for rule, case in reported():
        document = json.loads(render("json", check(case.repository(), rules=[rule]), PLAIN))
        validator.validate(document)
        seen += len(document["diagnostics"])
    assert seen


def test_github_escapes_and_caps() -> None:
    tricky = one(message="50% done\nnext, with: colons")
    tricky = tricky._replace(place=tricky.place._replace(source=Source("a,b:c.txt", b"alpha beta\n")))
    assert render("github", Report((tricky,)), PLAIN) == (
        "::error file=a%2Cb%3Ac.txt,line=1,endLine=1,col=7,endColumn=11,title=LAY901 test-rule::"
        "50%25 done\\nnext, with: colons. mend it.\n"
    )
    several = one("a\nb\n", 0, 3)
    assert ",col=" not in render("github", Report((several,)), PLAIN)
    many = Report(tuple(one() for _ in range(13)) + tuple(one(severity=Severity.INFO) for _ in range(12)))
    lines = render("github", many, PLAIN).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert sum(line.startswith("::notice") for line in lines) == 10
    assert "6 more" in lines[-1]


def test_level_reached() -> None:
    launch = one()
    assert Report((launch,)).level is None
    assert Report((launch._replace(severity=Severity.INFO),)).level is Level.POLISH
    assert Report((launch._replace(level=Level.REPRODUCE),)).level is Level.LAUNCH
    assert Report((launch._replace(level=Level.POLISH, severity=Severity.INFO),)).level is Level.REPRODUCE
    assert Report().level is Level.POLISH
