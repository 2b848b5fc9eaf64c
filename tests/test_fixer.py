"""The fix loop: what is applied, what conflicts, what is taken back; what is written and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from binderlint.lint.diagnostic import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Level,
    Rename,
    Replace,
    Severity,
)
from binderlint.lint.fixer import PASSES, compatible, fix
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.lint.rule import Rule
from binderlint.pages import notebook
from binderlint.snapshot import Snapshot
from binderlint.source import Span


class Finder(Rule):
    """A rule for tests: it finds a word and offers an edit.

    Nothing else.
    """

    code = "LAY901"
    severity = Severity.WARNING
    level = Level.LAUNCH
    examples = ()

    def __init__(
        self, word: str, edit: str, applicability: Applicability = Applicability.SAFE, code: str = "LAY901"
    ) -> None:
        self.word, self.edit, self.applicability = word, edit, applicability
        self.code = code  # type: ignore[misc]

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for source in repo.sources.values():
            start = source.text.find(self.word)
            if start >= 0:
                edits: tuple[Edit, ...] = (Replace(source.path, Span(start, start + len(self.word)), self.edit),)
                yield self.at(source.place(start), f"found {self.word}", fix=Fix("t", edits, self.applicability))


class Failing(Finder):
    """A rule for tests: what it finds is an error.

    Nothing else.
    """

    severity = Severity.ERROR


def repo(**files: str) -> Snapshot:
    return Snapshot.from_dict(files)


def test_passes_follow_each_other() -> None:
    done = fix(repo(a="one"), rules=[Finder("one", "two"), Finder("two", "three", code="LAY902")])
    assert done.repo.sources["a"].text == "three"
    assert [found.code for found in done.applied] == ["LAY901", "LAY902"]


def test_conflicting_fixes_take_turns() -> None:
    done = fix(repo(a="abcdef"), rules=[Finder("abcd", "X"), Finder("cdef", "Y", code="LAY902")])
    assert done.repo.sources["a"].text == "Xef"


def test_a_cycle_ends() -> None:
    done = fix(repo(a="ping"), rules=[Finder("ping", "pong"), Finder("pong", "ping", code="LAY902")])
    assert len(done.applied) <= 2


def test_an_endless_fix_ends() -> None:
    done = fix(repo(a="x"), rules=[Finder("x", "xx")])
    assert len(done.applied) == PASSES


def test_fixes_that_take_turns_are_not_endless() -> None:
    class Count(Finder):
        """A rule for tests: all of its fixes write at the start of the file.

        Nothing else.
        """

        def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
            for found in super().check(repo):
                start = found.place.span.start
                word = Replace(found.path, Span(start, start + len(self.word)), "")
                yield found._replace(fix=Fix("t", (word, Replace(found.path, Span(0, 0), "+"))))

    words = [f"<{number}>" for number in range(25)]
    rules = [Count(word, "", code=f"TST{number}") for number, word in enumerate(words)]
    assert fix(repo(a=" " + "".join(words)), rules=rules).repo.sources["a"].text == "+" * 25 + " "


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ((0, 2), (2, 4), True),
        ((0, 3), (2, 4), False),
        ((2, 4), (0, 3), False),
        ((2, 2), (2, 2), False),
        ((2, 2), (2, 4), False),
        ((0, 2), (2, 2), False),
        ((0, 1), (2, 2), True),
    ],
)
def test_fixes_that_touch_the_same_text_are_not_taken_together(
    one: tuple[int, int], other: tuple[int, int], together: bool
) -> None:
    source = repo(a="abcdef").sources["a"]

    def found(span: tuple[int, int]) -> Diagnostic:
        edit = Fix("x", (Replace("a", Span(*span), "y"),))
        return Diagnostic("LAY901", "x", Severity.WARNING, Level.LAUNCH, source.place(), "m", "h", edit)

    assert len(compatible([found(one), found(other)])) == (2 if together else 1)


@pytest.mark.parametrize(("least", "expected"), [(Applicability.SAFE, "one"), (Applicability.UNSAFE, "two")])
def test_unsafe_fixes_are_asked_for(least: Applicability, expected: str) -> None:
    done = fix(repo(a="one"), applicability=least, rules=[Finder("one", "two", Applicability.UNSAFE)])
    assert done.repo.sources["a"].text == expected


def test_a_proposal_is_never_applied() -> None:
    assert not fix(
        repo(a="one"), applicability=Applicability.UNSAFE, rules=[Finder("one", "two", Applicability.DISPLAY)]
    ).applied


def test_a_fix_that_drops_a_comment_is_not_safe() -> None:
    assert not fix(repo(a="one # why"), rules=[Finder("one # why", "two")]).applied
    kept = fix(repo(a="one # why"), rules=[Finder("one # why", "two # why")])
    assert kept.repo.sources["a"].text == "two # why"


def test_a_fix_that_brings_an_error_is_taken_back_where_the_build_stops_anyway() -> None:
    files = {"a": "one", "runtime.txt": "python"}
    done = fix(repo(**files), rules=[Finder("one", "bad"), Failing("bad", "bad", code="LAY903")])
    assert done.repo.sources["a"].text == "one"


def test_a_fix_that_brings_an_error_is_taken_back() -> None:
    done = fix(repo(a="one", b="one"), rules=[Finder("one", "bad"), Failing("bad", "bad", code="LAY903")])
    assert done.repo.sources["a"].text == "one"
    assert not done.applied
    assert all("LAY903" in reason for _, reason in done.reverted) and done.reverted


def test_a_fix_that_breaks_the_build_is_taken_back() -> None:
    broken = Snapshot.from_dict({"environment.yml": "dependencies: [python=3.12]\n"})
    done = fix(broken, rules=[Finder("]", "")])
    assert done.repo.sources["environment.yml"].text == "dependencies: [python=3.12]\n"
    assert "the build would fail" in done.reverted[0][1]


def test_a_script_that_would_fail_is_not_brought_to_run() -> None:
    script = "#!/bin/bash\nset -e\njupyter nbextension enable rise\n"
    files = {"environment.yml": "dependencies: [python=3.12]\n"}
    done = fix(Snapshot.from_dict({**files, "postbuild": script}))
    assert "postbuild" in done.repo.sources
    assert not [one for one in done.report.diagnostics if one.name == "filename-case" and one.fix], "it is not offered"
    fine = fix(Snapshot.from_dict({**files, "postbuild": "#!/bin/bash\nset -e\ntrue\n"}))
    assert "postBuild" in fine.repo.sources


def test_an_error_of_a_rule_that_spoke_before_is_an_error_too() -> None:
    """`set -e` makes of the warning about `read` an error of the same rule."""
    files = {"requirements.txt": "numpy==2.2.0\n", "runtime.txt": "python-3.12\n"}
    script = '#!/bin/bash\nread -p "Continue? " answer\nmake\n'
    done = fix(Snapshot.from_dict({**files, "postBuild": script}), applicability=Applicability.UNSAFE)
    assert done.repo.sources["postBuild"].text == script
    assert [reason for _, reason in done.reverted] == ["it would bring a new error, PBD008 postbuild-interactive"]


def test_what_was_taken_back_is_not_offered_again() -> None:
    done = fix(
        repo(a="one two"), rules=[Finder("one", "bad"), Failing("bad", "bad", code="LAY902"), Finder("two", "2")]
    )
    assert done.repo.sources["a"].text == "one 2"
    assert [(found.message, found.fix) for found in done.report.diagnostics] == [("found one", None)]
    assert [found.message for found, _ in done.reverted] == ["found one"]


def test_what_does_harm_now_is_tried_again_later() -> None:
    """Without `y` the fix of `x` would bring an error, and `y` goes in a later pass only."""

    class Harm(Finder):
        """A rule for tests: an error while two words stand there.

        Nothing else.
        """

        severity = Severity.ERROR

        def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
            if all(word in repo.sources["a"].text for word in self.word.split()):
                yield self.at(repo.sources["a"], "both")

    rules = [Finder("x", "X"), Harm("X y", ""), Finder("z", "y2"), Finder("y2", ""), Finder("y ", "")]
    assert fix(repo(a="x y z"), rules=rules).repo.sources["a"].text == "X "


def test_a_fix_that_another_one_puts_right_is_applied_with_it() -> None:
    """The script fails with its line endings, and they are fixed once Binder runs it."""
    files = {"environment.yml": "dependencies: [python=3.12]\n", "postbuild": "#!/bin/bash\r\nset -e\r\nmake\r\n"}
    done = fix(Snapshot.from_dict(files))
    assert done.repo.sources["postBuild"].text == "#!/bin/bash\nset -e\nmake\n"
    assert "postbuild" not in done.repo.sources
    assert not done.reverted


def test_an_error_that_comes_to_light_was_not_brought() -> None:
    """install.R was never run before the date, so what is wrong in it was wrong all along and is fixed in the same run."""
    files = {
        "runtime.txt": "r-4.1\n",
        "install.R": 'source("https://bioconductor.org/biocLite.R")\nbiocLite("limma")\n',
    }
    done = fix(Snapshot.from_dict(files), applicability=Applicability.UNSAFE)
    assert done.repo.sources["runtime.txt"].text == "r-4.1-2022-04-01\n"
    assert "biocLite" not in done.repo.sources["install.R"].text
    assert not done.reverted and not done.report.counts()["error"]


def test_a_link_that_works_again_shows_what_is_missing() -> None:
    link = "[run](https://mybinder.org/v2/gh/ada/waves/tree/main)\n"
    done = fix(Snapshot.from_dict({"README.md": link}))
    assert done.repo.sources["README.md"].text == link.replace("tree/", "")
    assert [found.code for found in done.report.diagnostics] == ["LAY006"]
    assert not done.reverted


def test_an_error_behind_an_error_is_no_worse() -> None:
    """Conda stopped at the item, and pip stops at it now."""
    done = fix(Snapshot.from_dict({"environment.yml": "dependencies:\n  - python=3.12\n  - -e .\n"}))
    assert "- pip:" in done.repo.sources["environment.yml"].text
    assert [found.code for found in done.report.diagnostics if found.severity is Severity.ERROR] == ["PIP006"]


BREAKING = [
    ("start", "#!/bin/bash\na; b\n", ";", " &;"),
    ("a.sh", "if a; then b; fi\n", " fi", ""),
    ("conf.py", "x = (1)\n", ")", ""),
    ("_config.yml", "a: [b]\n", "]", ""),
    ("pyproject.toml", "[a]\nb = 1\n", "1", ""),
    ("a.json", "{}", "}", ""),
    ("Dockerfile", "FROM a\nRUN b\n", "RUN b", "(b)"),
    ("Dockerfile", "FROM a\nRUN (b)\n", ")", ""),
    ("requirements-dev.txt", "a\nb==1\n", "==", "="),
    ("a.ipynb", notebook("# %%\nprint(1)\n", [], "python").decode(), "(1)", "(1"),
    ("a.ipynb", notebook("# %%\n1\n", [], "python").decode(), "]", ""),
]


@pytest.mark.parametrize(("path", "text", "word", "edit"), BREAKING)
def test_what_parsed_before_parses_now(path: str, text: str, word: str, edit: str) -> None:
    done = fix(Snapshot.from_dict({path: text}), rules=[Finder(word, edit)])
    assert done.repo.sources[path].text == text
    assert done.reverted and not done.applied


@pytest.mark.parametrize(("path", "text", "word", "edit"), BREAKING)
def test_what_did_not_parse_may_be_changed(path: str, text: str, word: str, edit: str) -> None:
    broken = text.replace(word, edit, 1)
    done = fix(Snapshot.from_dict({path: broken + "# one"}), rules=[Finder("# one", "# two")])
    assert [reason for _, reason in done.reverted] == []


@pytest.mark.parametrize(("text", "moved"), [("a; b\n", False), ("(a; b\n", True), ("{ a; b\n", True)])
def test_a_file_with_a_new_name_is_held_against_the_old_one(text: str, moved: bool) -> None:
    class Mover(Finder):
        """A rule for tests: it moves the file in which it finds a word, and changes it.

        Nothing else.
        """

        def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
            for found in super().check(repo):
                if found.fix:
                    yield found._replace(fix=Fix("t", (*found.fix.edits, Rename(found.path, "new.sh"))))

    done = fix(repo(old=text), rules=[Mover(";", " &;")])
    assert ("new.sh" in done.repo.sources) == moved


def test_few_checks_find_the_fix_that_does_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = []

    def count(*arguments: object) -> Report:
        checks.append(1)
        return check(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("binderlint.lint.fixer.check", count)
    words = {f"f{number:03}": "one" for number in range(256)}
    done = fix(
        repo(**words, bad="worst one"), rules=[Finder("one", "two"), Failing("worst two", "worst two", code="LAY902")]
    )
    assert len(done.applied) == 256 and len(done.reverted) == 1
    assert len(checks) < 40


def test_safe_fixes_come_first() -> None:
    rules = [Finder("abc", "unsafe", Applicability.UNSAFE, "LAY901"), Finder("bcd", "safe", code="LAY902")]
    assert fix(repo(a="abcd"), applicability=Applicability.UNSAFE, rules=rules).repo.sources["a"].text == "asafe"


def test_what_is_there_is_moved_before_anything_is_created() -> None:
    files = {"runtime.text": "python-3.12\n", "requirements.txt": "numpy==2.2.0\n"}
    done = fix(Snapshot.from_dict(files), applicability=Applicability.UNSAFE)
    assert done.repo.sources["runtime.txt"].text == "python-3.12\n"


def test_only_chosen_files_are_fixed() -> None:
    done = fix(repo(a="one", b="one"), rules=[Finder("one", "two")], paths={"b"})
    assert (done.repo.sources["a"].text, done.repo.sources["b"].text) == ("one", "two")
