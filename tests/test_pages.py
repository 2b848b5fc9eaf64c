"""The pages of the rules: every case is met with what its page says, whatever the line endings, and every rule survives every case.

What binderlint says and changes is held letter for letter by tests/test_docs.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from itertools import combinations
from pathlib import Path

import pytest

from binderlint.docs import company, discovered, told
from binderlint.lint.diagnostic import Applicability, Rename, SetMode
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.lint.rule import Rule
from binderlint.pages import Case, Page, PageError, hold_day, read_page
from binderlint.rules import FOLDER, rule_index
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, Source
from tests.cases import cases, reported

CASES = [pytest.param(rule, case, id=f"{rule.name}-{case.line}") for rule, case in cases()]
REPORTED = [pytest.param(rule, case, id=f"{rule.name}-{case.line}") for rule, case in reported()]
WITH_BOM = re.compile(r"(?:environment\.ya?ml|requirements\.txt|Dockerfile|\.md)$")
Sources = tuple[Source, ...]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: Rule, case: Case) -> None:
    """The rule speaks where its page says so, and no rule crashes."""
    report = check(case.repository(), case.settings)
    assert not report.crashed
    assert bool([one for one in report.diagnostics if one.code == rule.code]) == case.reported, case.title


@pytest.mark.parametrize(("rule", "case"), REPORTED)
def test_fixed_once(rule: Rule, case: Case) -> None:
    """Fixed once, nothing is left to fix, and files have the modes that they had."""
    found = told(rule, case)
    for one in found:
        assert one.message and not one.message.endswith(".") and "\n" not in one.message
    fixes = [one.fix for one in found if one.fix]
    if any(one.applicability is Applicability.UNSAFE for one in fixes):
        page = (FOLDER / next(entry for entry in rule_index() if entry.code == rule.code).page).read_text("utf-8")
        assert "\n## Fix safety\n" in page, "an unsafe fix is explained"
    if not any(one.applicability > Applicability.DISPLAY for one in fixes):
        return
    repo = case.repository()
    fixed = fixed_by(rule, case)
    left = [
        one for one in check(fixed, case.settings, company(rule, case)).diagnostics if one.code == rule.code and one.fix
    ]
    assert not [one for one in left if one.fix and one.fix.applicability > Applicability.DISPLAY]
    kept = not any(isinstance(edit, SetMode | Rename) for one in fixes for edit in one.edits)
    for path, source in fixed.sources.items():
        assert not kept or path not in repo.sources or source.mode == repo.sources[path].mode


def fixed_by(rule: Rule, case: Case, sources: Sources | None = None) -> Snapshot:
    repo = case.repository(sources)
    return fix(repo, case.settings, Applicability.UNSAFE, company(rule, case)).repo


def found_in(rule: Rule, case: Case, sources: Sources | None = None) -> list[tuple[str, str, int]]:
    found = check(case.repository(sources), case.settings, company(rule, case)).diagnostics
    return [(one.message, one.path, one.place.line) for one in found if one.code == rule.code]


def varied(case: Case, paths: Collection[str], change: Callable[[bytes], bytes]) -> Sources | None:
    """The files of a case, those at some paths changed; None where that changes nothing."""
    sources = tuple(
        Source(one.path, change(one.data), one.mode, one.tracked)
        if one.path in paths and one.mode in (REGULAR, EXECUTABLE) and b"\0" not in one.data
        else one
        for one in case.sources
    )
    return sources if any(new.data != old.data for new, old in zip(sources, case.sources, strict=True)) else None


def windows(data: bytes) -> bytes:
    return data if b"\r" in data else data.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(("rule", "case"), REPORTED)
def test_line_endings_and_byte_order_marks_change_nothing(rule: Rule, case: Case) -> None:
    if not case.variants:
        return
    found = found_in(rule, case)
    paths = {path for _, path, _ in found}
    if sources := varied(case, paths, windows):
        assert found_in(rule, case, sources) == found, "with Windows line endings"
        ours, theirs = fixed_by(rule, case), fixed_by(rule, case, sources)
        assert {path: one.data.replace(b"\r\n", b"\n") for path, one in theirs.sources.items()} == {
            path: one.data.replace(b"\r\n", b"\n") for path, one in ours.sources.items()
        }
        for source in sources:
            after = theirs.sources.get(source.path)
            if after and b"\r\n" in source.data and after.data != source.data:
                assert not re.search(rb"(?<!\r)\n", after.data), "a line ends as the others do"
    for what, change in (
        ("without the last line ending", lambda data: data.removesuffix(b"\n").removesuffix(b"\r")),
        ("with a byte order mark", lambda data: data if data[:3] == b"\xef\xbb\xbf" else b"\xef\xbb\xbf" + data),
    ):
        some = [path for path in paths if "mark" not in what or WITH_BOM.search(path)]
        if sources := varied(case, some, change):
            assert found_in(rule, case, sources) == found, what


@pytest.mark.parametrize("entry", rule_index(), ids=lambda entry: entry.name)
def test_page(entry) -> None:  # type: ignore[no-untyped-def]
    """A page has a title, prose and cases with headings that differ; one to three of them teach."""
    page = read_page(entry.page)
    assert page.name == entry.name
    assert page.title == entry.title and len(page.title) < 100
    assert page.prose
    titles = [case.title for case in page.cases]
    assert len(set(titles)) == len(titles)
    taught = page.shown.partition("\n## Reported\n")[2].partition("\n## ")[0]
    assert taught.count("\n### ") in (1, 2, 3) or not any(case.reported for case in page.cases)
    assert entry.page.with_suffix(".py").read_text("utf-8").split("\n")[0].startswith(f'"""{entry.name}: {page.title}')


def test_the_index_is_what_is_there() -> None:
    assert {rule.code for rule, _ in discovered()} == {entry.code for entry in rule_index()}
    assert (
        len({entry.code for entry in rule_index()}) == len({entry.name for entry in rule_index()}) == len(rule_index())
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## Reported\n\n### A\n\n```text\n", "5: this fence has no end"),
        ("## Reported\n\n### A\n\nwords\n\n```text\n```\n", "7: the line above a fence names its file"),
        ("## Reported\n\n### A\n\n`a` (green):\n\n```text\n```\n", "7: `green` says nothing about a file"),
        ("## Reported\n\n### A\n\n`a` (escaped):\n\n```text\né\n```\n", "7: an escaped file is written in ASCII"),
        (
            "## Reported\n\n### A\n\n`a` (escaped):\n\n```text\n\\u2003\n```\n",
            "7: the escapes are those of Python's bytes",
        ),
        ("## More cases\n\n### A\n", "3: a heading under `More cases` begins with"),
    ],
)
def test_a_page_that_is_not_written_so(text: str, message: str) -> None:
    with pytest.raises(PageError, match=re.escape(message)):
        _ = Page(text).cases


def test_files_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text(
        "# x\n\nT.\n\nP\n\n## Reported\n\n### A (no variants)\n\n`a` (BOM, CRLF, no newline at the end, executable):\n\n```text\n1\n2\n```\n\n"
        "`b` (escaped, not in git):\n\n```text\n\\xff\\n\n```\n\n`l` (a symbolic link):\n\n```text\na\n```\n\nEmpty files: `c`, `d`.\n\n"
        'In git:\n\n```toml\nbranch = "main"\nrefs = ["v1"]\n```\n\nWith `--hub generic`.\n\n'
        "## Not reported\n\n### B\n\n`n.ipynb` (kernel ir):\n\n```r\n# %% In[2]\nx\n# %% [markdown]\nWords\n```\n\n## Sources\n\n- here\n",
        "utf-8",
    )
    page = read_page(path)
    first, second = page.cases
    assert [(one.path, one.data, one.mode, one.tracked) for one in first.sources] == [
        ("a", b"\xef\xbb\xbf1\r\n2", EXECUTABLE, True),
        ("b", b"\xff\n", REGULAR, False),
        ("l", b"a", 0o120000, True),
        ("c", b"", REGULAR, True),
        ("d", b"", REGULAR, True),
    ]
    assert first.git and first.git.branch == "main" and first.git.refs == {"v1"}
    assert (first.hub, first.variants) == ("generic", False)
    assert not second.reported and second.variants and b'"execution_count": 2' in second.sources[0].data
    assert page.sources == ("here",) and page.prose == "P" and page.title == "T"
    assert "Words" in page.shown and page.rewritten({}) == page.text


PAIRS = Path(__file__).parent / "pairs.txt"


def pairs() -> set[str]:
    """The rules that speak together about one line of a case, two by two."""
    found = set()
    for _, case in reported():
        here: dict[tuple[str, int], set[str]] = {}
        for one in check(case.repository()).diagnostics:
            here.setdefault((one.path, one.place.line), set()).add(one.name)
        found |= {" ".join(two) for names in here.values() for two in combinations(sorted(names), 2)}
    return found


def test_the_list_of_rules_that_speak_together_only_shrinks() -> None:
    """Two rules give no two pieces of advice on one line. `python -m tests.test_pages` writes the list; a new pair has to be explained in the commit."""
    assert pairs() == set(PAIRS.read_text("utf-8").splitlines())


if __name__ == "__main__":
    hold_day()
    PAIRS.write_text("".join(f"{pair}\n" for pair in sorted(pairs())), "utf-8")
