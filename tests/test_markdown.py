"""The Markdown that GitHub renders: a table with the rows and cells we wrote, and no HTML, picture, link, name or number of anybody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from binderlint.escapes import code_span, markdown, printable, table_cell
from binderlint.lint.diagnostic import DOCS, Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.linter import check
from binderlint.lint.report import Hider, Report, Suppressed
from binderlint.reporters import render
from binderlint.reporters.markdown import refusal
from binderlint.source import Place, Source, Span
from binderlint.style import Style
from tests.cases import reported
from tests.test_escapes import HOSTILE, is_text

cmarkgfm = pytest.importorskip("cmarkgfm")

ALLOWED = {"h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "a", "ul", "li"}
# What GitHub makes of text that is no code, after the Markdown is rendered: names, numbers, commits, smileys, formulas.
LINKED = re.compile(r"@\w|#\d|\bGH-\d|://|www\.|\b[0-9a-f]{7,40}\b|:\w+:|\$|[<>`*_~\[\]\\|]", re.IGNORECASE)


class Page(HTMLParser):
    """What a page holds: its tags and links, the cells of its table, and its text inside and outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.code: list[str] = []
        self.prose = ""
        self.inside: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.inside.append(tag)
        assert not attrs or (tag == "a" and [name for name, _ in attrs] == ["href"])
        self.links += [value or "" for _, value in attrs]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.inside):
            self.rows[-1][-1] += data
        if "code" in self.inside:
            self.code[-1] += data
        else:
            self.prose += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def report(text: str) -> Report:
    place = Place(Source(text.replace("/", "_"), b"x y z\n"), Span(0, 3))
    found = Diagnostic("LAY901", "test-rule", Severity.ERROR, Level.LAUNCH, place, f"x `{text}` y", text)
    bare = found._replace(message=text, help=f"`{text}`, {text}", fix=Fix(text, (Replace("a", Span(0, 1), text),)))
    hiders = (Hider(text, "comment", text), Hider(text, "ignore", text), Hider("", "--ignore", text))
    hidden = tuple(Suppressed(bare, text, by) for by in hiders)
    return Report((found, bare), hidden, hidden[:1], (Hider(text, "hub", text),))


def squeezed(text: str) -> str:
    """Text as a browser shows it; after a backslash, a `|` in a table is an escape."""
    return " ".join(re.sub(r"(\\+)\|", r"\1\\x7c", text).split())


@given(HOSTILE)
@example("``<img src=//evil.example> <h1>All checks passed")
@example("x` <b>` c")
@example("a\\|b | c")
@example("\\")
@example("`")
@example("@octocat #1 GH-1 www.x.com http://x.y a@b.cd deadbeef0 :tada: $x$ [a](//b) ![c](d)")
def test_a_report_is_not_forged(text: str) -> None:
    found = report(text)
    page = Page(render("markdown", found, Style()))
    assert page.tags <= ALLOWED
    assert page.links == [f"{DOCS}layout/test_rule.md"] * 2
    assert [len(row) for row in page.rows] == [5, 5, 5]
    assert [" ".join(row[1].split()) for row in page.rows[1:]] == [
        squeezed(printable(str(found.diagnostics[0].place)))
    ] * 2
    assert not LINKED.search(re.sub("[❌❔✅]", "", page.prose)), page.prose
    assert all(map(is_text, page.prose.replace("\n", "").replace("\N{VARIATION SELECTOR-16}", "")))
    assert [row[0] for row in page.rows[1:]] == ["❌ error"] * 2
    assert [row[4] for row in page.rows[1:]] in (["", "--fix"], ["--fix", ""])


def test_a_summary_stays_small_enough_for_github() -> None:
    """The worst problems are in it, and how many are not."""
    found = report("x").diagnostics[0]._replace(message="é" * 500, severity=Severity.WARNING)
    worst = found._replace(severity=Severity.ERROR, code="LAY902")
    others = tuple(found._replace(help=f"{number}") for number in range(2000))
    text = render("markdown", Report((*others, worst)), Style())
    assert len(text.encode()) < 1024 * 1024
    page = Page(text)
    assert "LAY902" in page.rows[1][2]
    left = 2001 - (len(page.rows) - 2)  # two tables
    assert 0 < left < 1500
    assert f"{left} more problems do not fit in here" in page.prose
    assert "do not fit" not in render("markdown", Report((found, worst)), Style())


@given(HOSTILE)
@example("é" * 500 + "<" + "." * 500)
def test_all_of_a_message_is_shown(text: str) -> None:
    """Nothing is lost but spaces and the backticks around code."""
    shown = "".join("".join(row) for row in Page(f"| |\n| - |\n| {table_cell(markdown(text))} |\n").rows[1:])
    kept = re.sub(r"[\s`]", "", shown)
    assert kept == re.sub(r"[\s`]", "", squeezed(printable(text)))


@given(HOSTILE)
def test_a_refusal_is_not_forged(text: str) -> None:
    for shown in (refusal(text), render("markdown", Report(unjudged=text), Style())):
        page = Page(shown)
        assert page.tags <= ALLOWED - {"table", "a"}
        assert not LINKED.search(page.prose), page.prose


@given(HOSTILE | st.text(alphabet="`a |\\ ", min_size=1))
def test_a_code_span_is_one(text: str) -> None:
    for shown, expected in (
        (code_span(text), printable(text)),
        (table_cell(code_span(text)), squeezed(printable(text))),
    ):
        page = Page(f"| |\n| - |\n| {shown} |\n" if shown != code_span(text) else f"x {shown} y")
        assert [squeezed(one) for one in page.code] == [squeezed(expected)] or not expected.strip()
        assert "`" not in page.prose


@pytest.mark.parametrize("value", ["``<img src=x> <h1>All passed", "a`b", "$(cat `ls`)", "`x`", "a|b`", "` `", "x ``"])
def test_a_value_with_backticks_stays_code(value: str) -> None:
    source = Source("a.txt", f"a {value} b\n".encode())
    found = (
        report("x")
        .diagnostics[0]
        ._replace(
            place=source.place(0), message=f"The name `{value}` is wrong, use `y` (`z`)", help=f"Change `{value}`"
        )
    )
    code = Page(render("markdown", Report((found,)), Style())).code
    assert list(map(squeezed, code[code.index("a.txt:1:1") :])) == [
        "a.txt:1:1",
        squeezed(value),
        "y",
        "z",
        squeezed(value),
    ]


@given(st.text(alphabet="`a |.", min_size=1, max_size=12).filter(lambda text: "`" in text and text.strip() == text))
def test_any_value_of_the_line_stays_code(value: str) -> None:
    assert Page(f"x {markdown(f'The name `{value}` is wrong.', f'<{value}>')}").code == [value]


def messages() -> Iterator[str]:
    for rule, case in reported():
        for found in check(case.repository(), rules=[rule]).diagnostics:
            yield from (found.message, found.help)


@pytest.fixture(scope="module")
def texts() -> set[str]:
    return set(messages())


def test_code_in_messages_is_code(texts: set[str]) -> None:
    """What every rule puts between backticks is code, and hardly a word else is."""
    more = set()
    for text in texts:
        naive = [printable(part) for part in text.split("`")[1::2] if part]
        page = Page(f"x {markdown(text)}")
        missing = [part for part in naive if not any(squeezed(part) in squeezed(code) for code in page.code)]
        assert not missing, text
        more |= {text} if len(page.code) > len(naive) else set()
    assert len(texts) > 1000
    assert len(more) < len(texts) / 50
