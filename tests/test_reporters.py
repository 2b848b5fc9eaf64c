"""The formats: for people, for programs and for GitHub."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from random import Random

import jsonschema
import pytest

from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.linter import check
from binderlint.lint.report import Hider, Report, Suppressed
from binderlint.lint.verdict import Outcome, stakes, verdict
from binderlint.reporters import FORMATS, render
from binderlint.source import Place, Source, Span
from binderlint.style import Style, hanging, style_for, wrapped
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
        "These stop the build or the launch (1)\n"
        "\n"
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
        "  launch     no: 1 problem stops it\n"
        "  run        nothing found\n"
        "  reproduce  nothing found\n"
        "  polish     nothing found\n"
    )


def at(path: str, **changed: object) -> Diagnostic:
    return one(place=Place(Source(path, b"x"), Span(0, 1)), **changed)


MAY = {"severity": Severity.WARNING}
NOTE = {"severity": Severity.INFO, "level": Level.REPRODUCE}
LATER = {"severity": Severity.WARNING, "level": Level.REPRODUCE}
POLISH = {"severity": Severity.INFO, "level": Level.POLISH}
RUN = {"level": Level.RUN}
MAY_RUN = {"severity": Severity.WARNING, "level": Level.RUN}
LINK = {"code": "LNK901"}
CRASH = {"code": "BLT001", "name": "rule-crashed"}
UNREAD = {"code": "BLT007", "name": "file-not-read", "severity": Severity.INFO, "level": Level.POLISH}


def other(**changed: object) -> Diagnostic:
    """A problem with another cause."""
    return one(message="something else is wrong", **changed)


@pytest.mark.parametrize(
    ("found", "level", "outcome", "words"),
    [
        ((), Level.LAUNCH, "nothing-found", "nothing found that would stop it"),
        ((), Level.POLISH, "nothing-found", "nothing found"),
        ((one(),), Level.LAUNCH, "fails", "no: 1 problem stops it"),
        ((one(), one()), Level.LAUNCH, "fails", "no: 1 problem stops it"),
        ((one(), other()), Level.LAUNCH, "fails", "no: 2 problems stop it"),
        ((one(), other(**MAY)), Level.LAUNCH, "fails", "no: 1 problem stops it, and 1 more may"),
        ((one(**MAY), one(**NOTE)), Level.LAUNCH, "problems", "1 problem may stop it"),
        ((one(**LINK), one(**LINK)), Level.LAUNCH, "problems", "nothing found that would stop it; 2 launch links do not work"),
        ((one(), one(**LINK)), Level.LAUNCH, "fails", "no: 1 problem stops it; 1 launch link does not work"),
        ((one(**MAY), one(**LINK)), Level.LAUNCH, "problems", "1 problem may stop it; 1 launch link does not work"),
        ((one(**CRASH),), Level.LAUNCH, "not-judged", "not everything could be checked"),
        ((one(**CRASH), one(**LATER)), Level.REPRODUCE, "problems", "1 problem may break it over time"),
        ((one(**UNREAD),), Level.POLISH, "nothing-found", "nothing found"),
        ((at("a.ipynb", **RUN),), Level.LAUNCH, "nothing-found", "nothing found that would stop it"),
        ((at("a.ipynb", **RUN),), Level.RUN, "fails", "1 notebook fails"),
        ((at("a.ipynb", **MAY_RUN), at("b.Rmd", **MAY_RUN)), Level.RUN, "problems", "2 notebooks may not work"),
        ((at("a.ipynb", **RUN), at("a.ipynb", **MAY_RUN)), Level.RUN, "fails", "1 notebook fails"),
        ((at("a.ipynb", **RUN), at("b.ipynb", **MAY_RUN)), Level.RUN, "fails", "1 notebook fails and 1 more may not work"),
        ((at("a.ipynb", **RUN), at("b.ipynb", **MAY_RUN), other(**RUN)), Level.RUN, "fails",
         "1 notebook fails, 1 more may not work and 1 other problem"),
        ((one(**MAY_RUN),), Level.RUN, "problems", "1 problem"),
        ((at("a.ipynb", code="SEC901", **RUN),), Level.RUN, "fails", "1 problem"),
        ((one(**LATER), one(**NOTE)), Level.REPRODUCE, "problems", "2 problems may break it over time"),
        ((one(**POLISH),), Level.POLISH, "problems", "1 thing could be better"),
    ],
)  # fmt: skip
def test_verdicts(found: tuple[Diagnostic, ...], level: Level, outcome: str, words: str) -> None:
    report = Report(found)
    (said,) = (ruling for ruling in verdict(report) if ruling.level is level)
    assert (said.outcome.value, said.words) == (outcome, words)
    shown = f"not judged: {words}" if outcome == "not-judged" else words
    assert f"\n  {level.value:9}  {shown}\n" in render("full", report, Style(width=100))
    assert f" **{level.value}**: {shown}" in render("markdown", report, PLAIN)
    assert json.loads(render("json", report, PLAIN))["verdict"][level.value] == {"outcome": outcome, "words": words}


def test_what_is_hidden_is_not_said_to_be_fine() -> None:
    hidden = Suppressed(one(), "", Hider("a.toml", "ignore", "LAY901"))
    lowered = Suppressed(one(), "", Hider("a.toml", "severity", "LAY901 = warning"))
    assert verdict(Report(suppressed=(hidden,)))[0].words == "1 problem is hidden"
    assert verdict(Report((other(),), (hidden, hidden)))[0].words == "no: 1 problem stops it, not counting 2 hidden"
    assert verdict(Report((one(**MAY),), lowered=(lowered,)))[0].words == "1 problem may stop it, 1 made less severe"
    assert verdict(Report((one(),), unjudged="why"))[1] == (Level.RUN, Outcome.NOT_JUDGED, "why")
    text = render("concise", Report((one(),), unjudged="only what is in `a` is shown"), PLAIN)
    assert text.endswith(
        "  launch     no: 1 problem stops it\nNot judged (run, reproduce, polish): only what is in `a` is shown.\n"
    )
    assert render("concise", Report(unjudged="why"), PLAIN).endswith("\nNot judged: why.\n")


def test_headings_say_what_is_at_stake() -> None:
    found = (
        one(**POLISH), one(**NOTE), other(**LATER), at("a.ipynb", **MAY_RUN), one(**RUN), one(**LINK), one(**MAY), one(),
        other(), one(**CRASH),
    )  # fmt: skip
    told = [(heading, len(several)) for heading, several in stakes(Report(found))]
    assert told == [
        ("These could not be checked", 1),
        ("These stop the build or the launch", 2),
        ("These may stop the build or the launch", 1),
        ("These launch links do not work", 1),
        ("These break notebooks", 1),
        ("These go wrong once it is launched", 1),
        ("These may break it over time", 2),
        ("Polish", 1),
    ]
    later = dict(stakes(Report(found)))["These may break it over time"]
    assert [several.severity for several in later] == [Severity.WARNING, Severity.INFO], "the worst first"


def test_a_problem_in_many_places_is_one() -> None:
    places = [at(f"{number}.ipynb", **MAY_RUN) for number in range(9)]
    report = Report((*places, one(**MAY_RUN, message="another")))
    assert [len(several.diagnostics) for several in report.findings] == [9, 1]
    assert report.counts() == {"error": 0, "warning": 2, "info": 0}
    text = render("full", report, PLAIN)
    assert "  = also at: 1.ipynb:1:1, 2.ipynb:1:1, 3.ipynb:1:1, 4.ipynb:1:1, 5.ipynb:1:1," in text
    assert "6.ipynb:1:1 and 2 more\n" in text
    assert "Found 2 warnings, in 10 places.\n" in text
    document = json.loads(render("json", report, PLAIN))
    assert [len(found["related"]) for found in document["diagnostics"]] == [8, 0]
    assert render("concise", report, PLAIN).count("something is wrong") == 9, "a line for each place"
    assert "`0.ipynb:1:1` and 8 other places" in render("markdown", report, PLAIN)
    assert "wrong. Also at 1.ipynb:1:1, 2.ipynb" in render("github", report, PLAIN)


def test_a_cause_joins_what_is_said_in_other_words() -> None:
    here, there = one(message="`a` is old", cause="old"), one(message="`b` is old", cause="old")
    assert len(Report((here, there)).findings) == 1
    assert len(Report((here, there._replace(severity=Severity.INFO))).findings) == 2
    fixed = there._replace(fix=Fix("Mend it", (Replace("a.txt", Span(6, 10), "x"),)))
    assert len(Report((here, fixed)).findings) == 2, "one of them can be mended"


def test_a_report_begins_with_what_binder_does() -> None:
    report = Report(outlook="Binder will build this from `Dockerfile`.", for_binder=False)
    assert render("full", report, PLAIN).startswith(
        "Binder will build this from `Dockerfile`.\n"
        "Nothing here says that this repository is meant for Binder: there is no `binder`\n"
        "folder, no launch link and no notebook beside a list of packages that Binder\n"
        "reads. Files for Binder can go in a folder `binder`, so that those in the root\n"
        "stay as they are.\n"
        "\n"
        "No problems found.\n"
    )
    document = json.loads(render("json", report, PLAIN))
    assert (document["outlook"], document["for_binder"]) == (report.outlook, False)
    assert "Binder will build this from `Dockerfile`.\nNothing here" in render("markdown", report, PLAIN)


@pytest.mark.parametrize("start", [0, 500, 1990])
def test_long_lines_are_cut_around_the_span(start: int) -> None:
    text = "".join(chr(97 + number % 26) for number in range(2000))
    lines = render("full", Report((one(text, start, start + 5),)), PLAIN).splitlines()
    excerpt, marks = lines[6], lines[7]
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
    many = Report(
        tuple(one(help=f"{number}") for number in range(13))
        + tuple(one(help=f"{number}", severity=Severity.INFO) for number in range(12))
    )
    lines = render("github", many, PLAIN).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert sum(line.startswith("::notice") for line in lines) == 10
    assert "6 more" in lines[-1]


def test_a_word_that_is_longer_than_the_line_is_shown_whole() -> None:
    name = "https://example.org/" + "a" * 60
    assert hanging("  = help: ", name, 10, Style(width=40)) == [f"  = help: {name}"]
    assert hanging("  = help: ", f"Use {name}", 10, Style(width=40)) == ["  = help: Use", f"          {name}"]


def test_lines_are_parted_as_textwrap_does() -> None:
    random = Random(3)
    for _ in range(3_000):
        text = "".join(random.choice(("a", "bb", "c-d", "é\xa0x", " ", " ", "  ", "long" * 4)) for _ in range(12))
        width, indent = random.randint(4, 30), " " * random.randint(0, 3)
        expected = textwrap.wrap(
            text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [indent]
        first, *rest = wrapped(text, Style(width=width), indent)
        assert [indent + first, *rest] == expected, (text, width, indent)
