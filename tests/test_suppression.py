"""Suppression by comment and by configuration, with reasons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from binderlint.git import Git
from binderlint.lint.comments import directives
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.families import META
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.lint.rule import Rule
from binderlint.lint.settings import Settings
from binderlint.pages import read_page
from binderlint.rules import Entry, rule_index, rule_of
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, Files, Source

BAD = "dependencies: [python=3.12]\nprefix: /x"


def told(text: str, settings: Settings | None = None, path: str = "environment.yml") -> list[str]:
    report = check(Snapshot.from_dict({path: text}), settings or Settings(select=("CND001", "BLT")))
    return [found.name for found in report.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        f"{BAD} # binderlint: ignore[CND001] ours\n",
        f"{BAD} #binderlint:ignore[env-prefix]\n",
        f"{BAD} # binderlint: ignore[CND002, CND001] ours\n",
        "dependencies: [python=3.12]\n# binderlint: ignore[CND001] ours\nprefix: /x\n",
        f"# binderlint: ignore-file[CND001] ours\n\n{BAD}\n",
        f"{BAD} # binderlint: ignore[CND001] ours\r\n",
    ],
)
def test_a_comment_suppresses(text: str) -> None:
    assert "env-prefix" not in told(text)


class Long(Rule):
    """Finds three lines."""

    code = "CND990"
    severity = Severity.WARNING
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        source = repo.sources["environment.yml"]
        yield self.at(source.place(source.text.index("\nb:") + 1, source.text.index("\nd:") + 2), "x", help="y")


@pytest.mark.parametrize(("line", "suppressed"), [(1, False), (2, True), (3, True), (4, True), (5, False)])
def test_a_comment_on_any_line_of_a_place_suppresses(line: int, suppressed: bool) -> None:
    lines = [f"{key}: 1" for key in "abcde"]
    lines[line - 1] += " # binderlint: ignore[CND990] ours"
    repo = Snapshot.from_dict({"environment.yml": "\n".join(lines)})
    assert (not [one for one in check(repo, rules=[Long()]).diagnostics if one.code == "CND990"]) == suppressed


@pytest.mark.parametrize(
    "text",
    [
        f"# binderlint: ignore[CND001] too far away\n\n{BAD}\n",
        f'{BAD}\nname: "binderlint: ignore[CND001]"\n',
        f"{BAD} # binderlint: ignore[] nothing\n",
        f"{BAD} # binderlint: ignore everything\n",
    ],
)
def test_other_comments_do_not(text: str) -> None:
    assert "env-prefix" in told(text)


def test_reasons_are_kept() -> None:
    text = f"{BAD} # binderlint: ignore[CND001] the group's\n"
    report = check(Snapshot.from_dict({"environment.yml": text}), Settings(select=("CND001",)))
    assert [(one.diagnostic.name, one.reason) for one in report.suppressed] == [("env-prefix", "the group's")]


def test_comments_of_other_languages() -> None:
    for text in (
        "<!-- binderlint: ignore[LNK001] why -->\n",
        ".. binderlint: ignore[LNK001] why\n",
        "// binderlint: ignore[LNK001] why\n",
    ):
        (found,) = directives(Source("a", text.encode()))
        assert (found.rules, found.reason, found.lines) == (("LNK001",), "why", (1, 2))
    assert not directives(Source("a.ipynb", b"# binderlint: ignore[LNK001]"))


def test_reasons_can_be_required() -> None:
    settings = Settings(select=("CND001", "BLT"), require_reasons=True)
    assert told(f"{BAD} # binderlint: ignore[CND001]\n", settings) == ["suppression-without-reason"]
    assert told(f"{BAD} # binderlint: ignore[CND001] ours\n", settings) == []


def test_configuration() -> None:
    only = Settings(select=("CND001",))
    assert told(BAD, only._replace(ignore={"CND": "why"})) == []
    assert told(BAD, only._replace(per_file_ignores={"*.yml": ("env-prefix",)})) == []
    assert told(BAD, only._replace(per_file_ignores={"binder/*": ("env-prefix",)})) == ["env-prefix"]
    for pattern in ("binder/", "binder", "binder/*", "environment.yml"):
        assert told(BAD, only._replace(per_file_ignores={pattern: ("env-prefix",)}), "binder/environment.yml") == []
    for pattern in ("bin", "environment", "binder/environment.ym"):
        assert told(BAD, only._replace(per_file_ignores={pattern: ("env-prefix",)}), "binder/environment.yml")
    report = check(Snapshot.from_dict({"environment.yml": BAD}), only._replace(severity={"CND001": "error"}))
    assert str(report.diagnostics[0].severity) == "error"
    report = check(Snapshot.from_dict({"environment.yml": BAD}), only._replace(unfixable=("CND",)))
    assert report.diagnostics[0].fix and str(report.diagnostics[0].fix.applicability) == "display"


def test_a_comment_about_a_rule_that_did_not_run_is_not_called_unused() -> None:
    assert told("# binderlint: ignore[CND001] ours\nname: x\n", Settings(select=("BLT",))) == []


# Words that some rule looks for, in files or in comments.
WORDS = (
    "our licence and terms; venv/bin/activate PATH=x KERNEL_PYTHON_PREFIX .bashrc .profile dotfiles ALWAYS_YES DASK_GATEWAY__ DASK_CONFIG linux-64 "
    "pip install -e . conda env update setup.py numpy wget git cp make lab classic retro shiny vscode jupyter-server-proxy sys.argv commandArgs ARGS $@ "
    "r-base irkernel julia requirements.txt environment.yml apt.txt postBuild start Dockerfile ../ colab https://mybinder.org/v2/gh/o/r/HEAD"
)
COMMENTS = {"md": "<!-- {} -->", "html": "<!-- {} -->", "adoc": "// {}", "org": "<!-- {} -->", "rst": ".. {}"}
SAME_BYTES = ("LAY010", "LAY021", "LAY002")  # they compare whole files


@pytest.mark.parametrize("entry", [one for one in rule_index() if one.code[:3] != META], ids=lambda one: one.code)
def test_no_rule_reads_a_suppression_comment_as_prose(entry: Entry) -> None:
    """What is said to binderlint, at the end of any file of a case, changes nothing of what the rule finds."""
    rule = rule_of(entry)

    def found(sources: tuple[Source, ...]) -> list[tuple[str, int]]:
        return [(one.message, one.place.line) for one in rule.check(case.repository(sources))]

    for case in read_page(entry.page).cases:
        if not case.reported or rule.code in SAME_BYTES:
            continue
        for number, source in enumerate(case.sources):
            name = source.name
            if (
                source.mode not in (REGULAR, EXECUTABLE)
                or b"\0" in source.data
                or source.decode_error
                or not source.tracked
            ):
                continue
            if name.endswith((".ipynb", ".lock", ".json")) or name == "runtime.txt":
                continue
            comment = COMMENTS.get(name.rpartition(".")[2], "# {}").format(f"binderlint: ignore[{rule.code}] {WORDS}")
            end = "\r\n" if b"\r\n" in source.data else "\n"
            longer = source.data.rstrip() + f"{end}{end}{comment}{end}".encode()
            changed = Source(source.path, longer, source.mode)
            after = found((*case.sources[:number], changed, *case.sources[number + 1 :]))
            assert after == found(case.sources), source.path


@pytest.mark.parametrize(
    "files",
    [
        {"environment.yml": "dependencies: [python=3.12\nprefix: /x # binderlint: ignore[CND001]\n"},
        {"runtime.txt": "python-x\n", "requirements.txt": "numpy # binderlint: ignore[PIN002]\n"},
        {"binder/requirements.txt": "", "environment.yml": "prefix: /x # binderlint: ignore[CND001]\n"},
        {"environment.yml": "dependencies:\n  - python=3.12 # binderlint: ignore[PIN004]\n  - numpy=>1\n"},
    ],
)
def test_nothing_is_said_against_a_comment_while_an_error_keeps_rules_silent(files: Files) -> None:
    report = check(Snapshot.from_dict(files))
    assert "unused-suppression" not in [found.name for found in report.diagnostics]


def test_a_comment_with_a_reason_is_not_removed_safely() -> None:
    files = {
        "environment.yml": "dependencies: # binderlint: ignore[CND003]\n  - python=3.12 # binderlint: ignore[CND003] ours\n"
    }
    safe = fix(Snapshot.from_dict(files))
    assert (
        safe.repo.sources["environment.yml"].text
        == "dependencies:\n  - python=3.12 # binderlint: ignore[CND003] ours\n"
    )
    unsafe = fix(Snapshot.from_dict(files), applicability=Applicability.UNSAFE)
    assert unsafe.repo.sources["environment.yml"].text == "dependencies:\n  - python=3.12\n"


def test_prose_has_the_offsets_of_the_text() -> None:
    source = Source("start", b"a # binderlint: ignore[X] b\r\nc # d\r\n")
    assert source.prose == "a" + " " * 26 + "\r\nc # d\r\n"
    assert Source("start", b"a # b\n").prose == "a # b\n"


@pytest.mark.parametrize("entry", rule_index(), ids=lambda one: one.code)
def test_rules_that_need_what_git_knows_say_so(entry: Entry) -> None:
    """Whoever is silent where a clone does not know its origin and its branches cannot say that a comment or an entry is of no use."""

    def found(git: Git | None) -> int:
        repo = Snapshot(case.sources, git=git, hub=case.hub)
        return len([one for one in check(repo, rules=[rule]).diagnostics if one.code == rule.code])

    rule = rule_of(entry)
    silent = False
    for case in read_page(entry.page).cases:
        if case.reported and case.git:
            silent |= found(None) < found(case.git)
    assert silent == rule.needs_git
