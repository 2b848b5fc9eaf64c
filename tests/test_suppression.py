"""Suppression by comment and by configuration, with reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from binderlint.git import Git
from binderlint.lint.comments import directives, lookalikes
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.families import META
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.lint.rule import Rule
from binderlint.lint.settings import Settings, parse_settings
from binderlint.pages import read_page
from binderlint.rules import Entry, rule_index, rule_of
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, Files, Source, UnreadError, unread

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
        f"{BAD} # binderlint: ignore[CND] the family\n",
        f"{BAD} # binderlint: ignore[cnd001] ours\n",
        f"{BAD} # binderlint: ignore[PIN, ALL] ours\n",
        f"# binderlint: ignore-file[CND] the family\n\n{BAD}\n",
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


class First(Rule):
    """Finds the first line, as what concerns a whole file does."""

    code = "CND991"
    severity = Severity.WARNING
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for source in repo.files:
            yield self.at(source, "x", help="y")


FIRST = "binderlint: ignore[CND991] ours"


@pytest.mark.parametrize(
    ("path", "text", "suppressed"),
    [
        ("start", f'#!/bin/bash\n# {FIRST}\nexec "$@"\n', True),
        ("start", f'#!/bin/bash\n\n# words\n\n# {FIRST}\nexec "$@"\n', True),
        ("start", f'#!/bin/bash\r\n# {FIRST}\r\nexec "$@"\r\n', True),
        ("start", f'#!/bin/bash\nexport A=1\n# {FIRST}\nexec "$@"\n', False),
        ("start", f'#!/bin/bash\nexport A=1 # {FIRST}\nexec "$@"\n', False),
        ("environment.yml", f"# {FIRST}\nname: x\n", True),
        ("environment.yml", f"\ufeff# {FIRST}\nname: x\n", True),
        ("environment.yml", f"name: x # {FIRST}\n", True),
        ("environment.yml", f"name: x\n# {FIRST}\n", False),
        ("Dockerfile", f"# syntax=docker/dockerfile:1\n# {FIRST}\nFROM a\n", True),
        ("README.md", f"# Waves\n\n<!-- {FIRST} -->\n\nWords\n", True),
        ("README.md", f"# Waves <!-- {FIRST} -->\n", True),
        ("README.md", f"Waves\n=====\n\n<!-- {FIRST} -->\n", False),
        ("README.md", f"<!-- {FIRST} -->\n\n# Waves\n", True),
        ("README.rst", f".. {FIRST}\n\nWaves\n=====\n", True),
    ],
)
def test_a_comment_at_the_head_of_a_file_is_about_its_first_line(path: str, text: str, suppressed: bool) -> None:
    report = check(Snapshot.from_dict({path: text}), rules=[First()])
    assert (not report.diagnostics) == suppressed


def test_a_comment_below_the_first_line_is_about_the_next_line_too() -> None:
    text = "#!/bin/bash\n# binderlint: ignore[CND990] ours\nb: 1\nc: 1\nd: 1\n"
    repo = Snapshot.from_dict({"environment.yml": text})
    assert [one.code for one in check(repo, rules=[Long(), First()]).diagnostics] == ["CND991"]


@pytest.mark.parametrize(
    "text",
    [
        f"# binderlint: ignore[CND001] too far away\n\n{BAD}\n",
        f'{BAD}\nname: "binderlint: ignore[CND001]"\n',
        f"{BAD} # binderlint: ignore[] nothing\n",
        f"{BAD} # binderlint: ignore everything\n",
        f"{BAD} # binderlint: ignore[PIN, CND002, CND0011]\n",
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
SAME_BYTES = ("LAY010", "LAY021", "LAY002", "SCR001")  # they compare whole files, or look at their last line


@pytest.mark.parametrize("entry", [one for one in rule_index() if one.code[:3] != META], ids=lambda one: one.code)
def test_no_rule_reads_a_suppression_comment_as_prose(entry: Entry) -> None:
    """What is said to binderlint, at the end of any file of a case, changes nothing of what the rule finds."""
    rule = rule_of(entry)

    def found(sources: tuple[Source, ...]) -> list[tuple[str, int]]:
        return [(one.message, one.place.line) for one in rule.check(case.repository(sources))]

    for case in read_page(entry.page).cases:
        if not case.reported or not case.variants or rule.code in SAME_BYTES:
            continue  # no variants: it is about where the file ends
        for number, source in enumerate(case.sources):
            name = source.name
            if (
                source.mode not in (REGULAR, EXECUTABLE)
                or b"\0" in source.data
                or source.decode_error
                or not source.tracked
            ):
                continue
            if name.endswith((".ipynb", ".lock", ".json")) or name in ("runtime.txt", "DESCRIPTION"):
                continue  # they have no comments
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
        repo = Snapshot(case.sources, git=git, hub=case.hub, web=case.web)
        return len([one for one in check(repo, rules=[rule]).diagnostics if one.code == rule.code])

    rule = rule_of(entry)
    silent = False
    for case in read_page(entry.page).cases:
        if case.reported and case.git:
            silent |= found(None) < found(case.git)
    assert silent == rule.needs_git


@pytest.mark.parametrize(
    ("comment", "meant"),
    [
        ("# binderlint ignore CND001", "# binderlint: ignore[CND001]"),
        ("#binderlint:ignore CND001 ours", "# binderlint: ignore[CND001] ours"),
        ("# binderlint: ignore CND001, env-defaults-channel: ours", "# binderlint: ignore[CND001, env-defaults-channel] ours"),
        ("# binderlint: ignore CND001 CND002", "# binderlint: ignore[CND001, CND002]"),
        ("# binderlint: ignore(CND001) ours", "# binderlint: ignore[CND001] ours"),
        ("# binderlint: ignore [CND001] - ours", "# binderlint: ignore[CND001] ours"),
        ("# binderlint: ignore=CND001", "# binderlint: ignore[CND001]"),
        ("# binderlint:ignore:CND001", "# binderlint: ignore[CND001]"),
        ("# binderlint-ignore: CND001", "# binderlint: ignore[CND001]"),
        ("# binderlint: disable=env-prefix", "# binderlint: ignore[env-prefix]"),
        ("# binderlint: disable-line CND001", "# binderlint: ignore[CND001]"),
        ("# binderlint: ignore-file CND001 ours", "# binderlint: ignore-file[CND001] ours"),
        ("# binderlint: disable-file=CND001", "# binderlint: ignore-file[CND001]"),
        ("# binderlint: noqa: CND001", "# binderlint: ignore[CND001]"),
        ("# BinderLint: ignore[CND001] ours", "# binderlint: ignore[CND001] ours"),
        ("# binderlint: Ignore[CND]", "# binderlint: ignore[CND]"),
        ("# binderlint: ignore CND", "# binderlint: ignore[CND]"),
        ("# binderlint: ignore[CND001", "# binderlint: ignore[CND001]"),
        ("# noqa: CND001", "# binderlint: ignore[CND001]"),
        ("# NOQA:CND001,env-prefix  ours", "# binderlint: ignore[CND001, env-prefix] ours"),
        ("# noqa: cnd001", "# binderlint: ignore[cnd001]"),
    ],
)  # fmt: skip
def test_what_looks_like_a_suppression_is_said_and_mended(comment: str, meant: str) -> None:
    text = f"{BAD}  {comment}\n"
    settings = Settings(select=("CND001", "BLT"))
    assert told(text, settings) == ["env-prefix", "suppression-not-read"]
    fixed = fix(Snapshot.from_dict({"environment.yml": text}), settings)
    assert fixed.repo.sources["environment.yml"].text == f"{BAD}  {meant}\n"
    assert [found.name for found in fixed.report.diagnostics] == []


@pytest.mark.parametrize(
    ("comment", "advice"),
    [
        ("# binderlint: ignore", "Write `# binderlint: ignore[RULE]`"),
        ("# binderlint: ignore[]", "Write `# binderlint: ignore[RULE]`"),
        ("# binderlint ignore", "Write `# binderlint: ignore[RULE]`"),
        ("# binderlint: off", "Write `# binderlint: ignore[RULE]`"),
        ("# binderlint: ignore-file", "Write `# binderlint: ignore-file[RULE]`"),
        ("# binderlint: ignore everything here", "Write `# binderlint: ignore[RULE]`"),
        ("# binderlint: ignore CND001, CND999", "Write `# binderlint: ignore[CND001]`"),
        ("# noqa: E501, CND001", "Write `# binderlint: ignore[CND001]`"),
        ("# binderlint: ignore PIN001", "Write `# binderlint: ignore[PIN001]`"),
    ],
)
def test_what_is_not_certain_is_not_mended(comment: str, advice: str) -> None:
    report = check(Snapshot.from_dict({"environment.yml": f"{BAD} {comment}\n"}), Settings(select=("CND001", "BLT")))
    (said,) = (one for one in report.diagnostics if one.name == "suppression-not-read")
    assert (said.help, said.fix, str(said.severity)) == (advice, None, "info")
    assert "env-prefix" in [one.name for one in report.diagnostics]


@pytest.mark.parametrize(
    "comment",
    [
        "# binderlint",
        "# binderlint: see the wiki",
        "# binderlint ignores this",
        "# binderlint ignore list",
        "# checked with binderlint, ignore CND001",
        "# noqa",
        "# noqa: E501",
        "# noqa: none of CND001",
        "# nobinderlint: ignore",
        "# pylint: disable=CND001",
        "# binderlint: ignore[CND001] # noqa: CND001",
        "/x#binderlint: off",
        "# binderlint: ignored-by: nobody",
    ],
)
def test_other_words_do_not_look_like_a_suppression(comment: str) -> None:
    assert "suppression-not-read" not in told(f"{BAD} {comment}\n")


def test_a_suppression_looks_as_the_language_of_the_file_does() -> None:
    for path, text, count in (
        ("README.md", "# binderlint: ignore\n", 0),
        ("README.md", "words # binderlint: ignore LNK001\n", 0),
        ("README.md", "<!-- binderlint: ignore LNK001 -->\n", 1),
        ("README.md", "<!-- binderlint ignore list -->\n", 0),
        ("README.rst", "# binderlint: ignore\n", 0),
        ("README.rst", ".. binderlint: ignore LNK001\n", 1),
        ("start", "<!-- binderlint: ignore -->\n", 0),
        ("start", "## binderlint: ignore\n", 1),
        ("a.html", "<p># binderlint: off</p>\n", 0),
    ):
        assert len(lookalikes(Source(path, text.encode()))) == count, text
    (html,) = lookalikes(Source("README.md", b"x <!-- binderlint: ignore LNK001 our hub -->  \n"))
    assert (html.written, html.certain) == ("<!-- binderlint: ignore[LNK001] our hub -->", True)
    (text,) = lookalikes(Source("README.md", b"<!-- binderlint: ignore LNK001\n\nmore -->\n"))
    assert not text.certain, "the comment does not end here"


def test_no_comment_of_a_notebook_suppresses() -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": ["a = 1\n", "import os  # binderlint: ignore[NBK004] ours\n"]},
        {"cell_type": "markdown", "metadata": {}, "source": ["<!-- binderlint: ignore LNK001 -->\n", "# binderlint: ignore[LNK001]"]},
        {"cell_type": "code", "metadata": {}, "outputs": [{"name": "stdout", "output_type": "stream", "text": ["# binderlint: ignore[NBK004]"]}], "execution_count": 1, "source": ["# binderlint ignores it"]},
    ]  # fmt: skip
    source = Source(
        "a.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    )
    assert [(one.meant.rules, one.written, one.certain) for one in lookalikes(source)] == [
        (("NBK004",), "", False),
        (("LNK001",), "", False),
    ]
    place = lookalikes(source)[0].meant.place
    assert source.text[place.span.start : place.span.end] == "# binderlint: ignore[NBK004] ours"


def test_a_comment_about_a_family_that_found_nothing_is_unused() -> None:
    assert "unused-suppression" in told("# binderlint: ignore[CND]\nname: x\n", Settings())
    assert told("# binderlint: ignore[CND]\nname: x\n", Settings(select=("CND001", "BLT"))) == [], "not all of it ran"


def test_an_unknown_rule_is_said_with_what_was_meant() -> None:
    for word, meant in (
        ("env-prefx", "`env-prefix`"),
        ("Env-Prefx", "`env-prefix`"),
        ("CNDA", "`CND`"),
        ("x" * 1000, ""),
    ):
        report = check(Snapshot.from_dict({"environment.yml": f"name: x # binderlint: ignore[{word}]\n"}))
        (said,) = (one for one in report.diagnostics if one.name == "unknown-rule")
        assert said.help == (f"Did you mean {meant}? " if meant else "") + "`binderlint rule --all` lists the rules"


def test_a_rule_that_could_not_judge_calls_nothing_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(self: object, repo: object) -> None:
        raise ZeroDivisionError

    text = "name: x # binderlint: ignore[CND001]\ndependencies: [python=3.12]\n"
    files = {"environment.yml": text, "README.md": "x <!-- binderlint: ignore[LNK010] -->\n"}
    known = Git("gh/ada/waves", refs=frozenset({"main"}), complete=True)
    names = {"unused-suppression"}
    assert names <= {one.name for one in check(Snapshot.from_dict(files)).diagnostics}
    shallow = check(Snapshot.from_dict({"README.md": files["README.md"], "environment.yml": "name: x\n"}))
    assert not names & {one.name for one in shallow.diagnostics}, "no rule looks for a badge of an unknown repository"
    badge = f"{files['README.md']}[a](https://mybinder.org/v2/gh/ada/waves/main)\n"
    full = check(Snapshot.from_dict({"README.md": badge, "environment.yml": "name: x\n"}, git=known))
    assert names <= {one.name for one in full.diagnostics}
    monkeypatch.setattr("binderlint.rules.conda.env_prefix.EnvPrefix.check", crash)
    assert not names & {one.name for one in check(Snapshot.from_dict({"environment.yml": text})).diagnostics}


SOUND = {"environment.yml": "channels: [conda-forge]\ndependencies: [python=3.12]\n", "README.md": "x\n"}


def unused(
    text: str, files: Files | None = None, changes: dict[str, Any] | None = None, **more: Any
) -> list[tuple[str, int, int]]:
    """The words of the entries that are called unused, with line and column."""
    repo = Snapshot.from_dict({**(SOUND if files is None else files), "binderlint.toml": text}, **more)
    parsed = parse_settings(text.encode(), "binderlint.toml", "binderlint.toml")._replace(path="binderlint.toml")
    report = check(repo, parsed._replace(**(changes or {})))
    found = [one.place for one in report.diagnostics if one.name == "unused-ignore"]
    return [(one.source.text[one.span.start : one.span.end], one.line, one.column) for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('ignore = ["CND001"]\n', [('"CND001"', 1, 11)]),
        ("ignore = [ # CND001\n  'CND001',\n  'PIN']\n", [("'CND001'", 2, 3), ("'PIN'", 3, 3)]),
        ('ignore = { env-prefix = "CND001", CND002 = "ours" }\n', [("env-prefix", 1, 12), ("CND002", 1, 35)]),
        ('[ignore]\nCND001 = "ours"\n', [("CND001", 2, 1)]),
        ('ignore.CND001 = "ours"\n', [("CND001", 1, 8)]),
        ('select = ["ALL", "CND001"]\nignore = ["CND001"]\n', [('"CND001"', 2, 11)]),
        ('per-file-ignores = { "docs/*" = ["CND"] }\n', [('"docs/*"', 1, 22)]),
        ('[per-file-ignores]\n"*.yml" = ["CND001", "CND002"]\ndocs = ["CND"]\n', [('"*.yml"', 2, 1), ("docs", 3, 1)]),
        ('ignore = ["\\u0043ND001"]\n', [("ignore", 1, 1)]),
        ('ignore = ["cnd"]\nper-file-ignores = { "*" = ["cnd"] }\n', [('"cnd"', 1, 11), ('"*"', 2, 22)]),
        ('ignore = ["CND999"]\n', []),
        ('ignore = ["BLT"]\n', []),
        ('ignore = ["ALL"]\n', []),
        ('ignore = ["badge-missing"]\n', []),
        ('select = ["PIN", "BLT"]\nignore = ["CND001"]\n', []),
        ('per-file-ignores = { "docs/*" = [] }\n', []),
        ('per-file-ignores = { "docs/*" = ["CND001", "LNK010"] }\n', []),
        ('unfixable = ["CND001"]\nseverity = { CND001 = "info" }\n', []),
    ],
)  # fmt: skip
def test_entries_that_hide_nothing(text: str, found: list[tuple[str, int, int]]) -> None:
    assert unused(text) == found


def test_entries_that_hide_something() -> None:
    bad = {"environment.yml": f"{BAD}\n", "docs/environment.yml": "x\n"}
    for entry in (
        'ignore = ["CND001"]',
        'ignore = ["CND", "PIN"]',
        'per-file-ignores = { "*.yml" = ["PIN", "CND001"] }',
    ):
        assert [word for word, *_ in unused(f"{entry}\n", bad)] in ([], ['"PIN"']), entry
    both = 'ignore = ["CND", "env-prefix"]\nper-file-ignores = { "environment.yml" = ["CND"] }\n'
    assert unused(both, bad) == [], "each would hide it"
    assert unused('per-file-ignores = { "docs/environment.yml" = ["CND"] }\n', bad) != []


def test_entries_are_not_judged_where_a_rule_may_have_been_silent() -> None:
    text = 'ignore = ["CND001"]\n'
    assert unused(text)
    assert not unused(text, {"environment.yml": "dependencies: [python=3.12\n"}), "nothing is built"
    assert not unused(text, {**SOUND, "start": "#!/bin/bash\nexport A=1\n"}), "the launch fails"
    assert not unused(text, {**SOUND, "data.yml": unread(UnreadError("data.yml", "it is a secret"))})
    assert not unused(text, {"README.md": "https://mybinder.org/v2/gh/ada/waves/main\n"}), (
        "another repository is launched"
    )
    assert not unused(text, SOUND, {"given": frozenset({"hub"})})
    assert not unused(text, SOUND, {"path": ""}), "the configuration is another one's"
    known = Git("gh/ada/waves", "main", refs=frozenset({"main"}), complete=True)
    linked = {**SOUND, "README.md": "https://mybinder.org/v2/gh/ada/waves/main\n"}
    assert unused('ignore = ["badge-ref-not-found"]\n', linked, git=known)
    assert not unused('ignore = ["badge-ref-not-found"]\n', linked, git=known._replace(complete=False))


def test_an_entry_of_pyproject_is_shown_in_its_table() -> None:
    text = '[project]\nname = "CND001"\nignore = 1\n\n[tool.binderlint]\nignore = ["CND001"]\n'
    repo = Snapshot.from_dict({**SOUND, "pyproject.toml": text})
    settings = parse_settings(text.encode(), "pyproject.toml", "pyproject.toml")._replace(path="pyproject.toml")
    (found,) = (one for one in check(repo, settings).diagnostics if one.name == "unused-ignore")
    assert (str(found.place), found.path) == ("pyproject.toml:6:11", "pyproject.toml")


def test_settings_count_for_rules_about_comments_too() -> None:
    text = "name: x # binderlint: ignore[CND001]\n"
    report = check(
        Snapshot.from_dict({"environment.yml": text}), Settings(select=("CND001", "BLT"), severity={"BLT003": "info"})
    )
    assert [str(one.severity) for one in report.diagnostics] == ["info"]
    assert [one.by.entry for one in report.lowered] == ["BLT003 = info"]


@pytest.mark.parametrize(
    ("files", "code", "hidden"),
    [
        (
            {"requirements.txt": "numpy==2.1.3\n", "postBuild": "#!/bin/bash\nmake\nls\n"},
            "PBD003",
            {"postBuild": "#!/bin/bash\n# binderlint: ignore[PBD003] ours\nmake\nls\n"},
        ),
        (
            {"README.md": "# Waves\n", "a.ipynb": '{"cells": []}'},
            "LAY006",
            {"README.md": "# Waves\n\n<!-- binderlint: ignore[LAY006] not yet -->\n"},
        ),
        ({}, "LAY006", {"binderlint.toml": 'ignore = { LAY006 = "not yet" }\n'}),
        (
            {"requirements.txt": "numpy\n", "runtime.txt": "python-3.7\n"},
            "PIN004",
            {"binderlint.toml": 'per-file-ignores = { "runtime.txt" = ["PIN"] }\n'},
        ),
        (
            {"requirements.txt": "numpy\n", "notebooks/a.ipynb": "{"},
            "NBK001",
            {"binderlint.toml": 'per-file-ignores = { "notebooks" = ["NBK001"] }\n'},
        ),
        ({"Pipfile.lock": "{"}, "LAY009", {"binderlint.toml": 'per-file-ignores = { "*.lock" = ["LAY009"] }\n'}),
    ],
)
def test_the_ways_of_the_page_where_no_comment_can_stand(files: Files, code: str, hidden: dict[str, str]) -> None:
    def found(now: Files) -> set[str]:
        text = str(now.get("binderlint.toml", "")).encode()
        return {
            one.code for one in check(Snapshot.from_dict(now), parse_settings(text, "binderlint.toml", "x")).diagnostics
        }

    assert code in found(files)
    assert code not in found({**files, **hidden})
