"""The fix loop: what is applied, what conflicts, what is taken back; what is written and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from binderlint.diagnostic import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Level,
    Replace,
    Severity,
)
from binderlint.fixer import PASSES, fix
from binderlint.repository import Repository
from binderlint.rule import Rule
from binderlint.source import Span


class Finder(Rule):
    """A rule for tests: it finds a word and offers an edit.

    Nothing else.
    """

    code = "TST001"
    severity = Severity.WARNING
    level = Level.LAUNCH
    examples = ()

    def __init__(
        self, word: str, edit: str, applicability: Applicability = Applicability.SAFE, code: str = "TST001"
    ) -> None:
        self.word, self.edit, self.applicability = word, edit, applicability
        self.code = code  # type: ignore[misc]

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for source in repo.sources.values():
            start = source.text.find(self.word)
            if start >= 0:
                edits: tuple[Edit, ...] = (Replace(source.path, Span(start, start + len(self.word)), self.edit),)
                yield self.at(source.place(start), f"found {self.word}", fix=Fix("t", edits, self.applicability))


def repo(**files: str) -> Repository:
    return Repository.from_dict(files, assume_binder=True)


def test_passes_follow_each_other() -> None:
    done = fix(repo(a="one"), rules=[Finder("one", "two"), Finder("two", "three", code="TST002")])
    assert done.repo.sources["a"].text == "three"
    assert [found.code for found in done.applied] == ["TST001", "TST002"]


def test_conflicting_fixes_take_turns() -> None:
    done = fix(repo(a="abcdef"), rules=[Finder("abcd", "X"), Finder("cdef", "Y", code="TST002")])
    assert done.repo.sources["a"].text == "Xef"


def test_a_cycle_ends() -> None:
    done = fix(repo(a="ping"), rules=[Finder("ping", "pong"), Finder("pong", "ping", code="TST002")])
    assert len(done.applied) <= 2


def test_an_endless_fix_ends() -> None:
    done = fix(repo(a="x"), rules=[Finder("x", "xx")])
    assert len(done.applied) == PASSES


def test_fixes_that_take_turns_are_not_endless() -> None:
    class Count(Finder):
        """A rule for tests: all of its fixes write at the start of the file.

        Nothing else.
        """

        def check(self, repo: Repository) -> Iterator[Diagnostic]:
            for found in super().check(repo):
                start = found.place.span.start
                word = Replace(found.path, Span(start, start + len(self.word)), "")
                yield found._replace(fix=Fix("t", (word, Replace(found.path, Span(0, 0), "+"))))

    words = [f"<{number}>" for number in range(25)]
    rules = [Count(word, "", code=f"TST{number}") for number, word in enumerate(words)]
    assert fix(repo(a=" " + "".join(words)), rules=rules).repo.sources["a"].text == "+" * 25 + " "


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


def test_a_fix_that_brings_an_error_is_taken_back() -> None:
    class Picky(Finder):
        """Another rule for tests.

        Nothing else.
        """

        severity = Severity.ERROR

    done = fix(repo(a="one", b="one"), rules=[Finder("one", "bad"), Picky("bad", "bad", code="TST003")])
    assert done.repo.sources["a"].text == "one"
    assert not done.applied
    assert all("TST003" in reason for _, reason in done.reverted) and done.reverted


def test_a_fix_that_breaks_the_build_is_taken_back() -> None:
    broken = Repository.from_dict({"environment.yml": "dependencies: [python=3.12]\n"}, assume_binder=True)
    done = fix(broken, rules=[Finder("]", "")])
    assert done.repo.sources["environment.yml"].text == "dependencies: [python=3.12]\n"
    assert "the build would fail" in done.reverted[0][1]


def test_a_script_that_would_fail_is_not_brought_to_run() -> None:
    script = "#!/bin/bash\nset -e\njupyter nbextension enable rise\n"
    files = {"environment.yml": "dependencies: [python=3.12]\n"}
    done = fix(Repository.from_dict({**files, "postbuild": script}, assume_binder=True))
    assert "postbuild" in done.repo.sources
    assert "postbuild-removed-jupyter-command" in done.reverted[0][1]
    fine = fix(Repository.from_dict({**files, "postbuild": "#!/bin/bash\nset -e\ntrue\n"}, assume_binder=True))
    assert "postBuild" in fine.repo.sources


def test_only_chosen_files_are_fixed() -> None:
    done = fix(repo(a="one", b="one"), rules=[Finder("one", "two")], paths={"b"})
    assert (done.repo.sources["a"].text, done.repo.sources["b"].text) == ("one", "two")
