"""Several repositories in one run: which they are, what is said of each and of all, those that cannot be checked, and the processes that check them."""

from __future__ import annotations

import csv
import gc
import io
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binderlint.cache import remembered
from binderlint.cli import main
from binderlint.commands import several
from binderlint.commands.exits import UsageError
from binderlint.commands.several import find_items
from binderlint.lint.diagnostic import Level
from binderlint.lint.verdict import Outcome, Ruling
from binderlint.outside.git import Blobs
from binderlint.outside.workers import in_order
from binderlint.reporters import csv as csv_reporter
from binderlint.reporters import overview
from binderlint.reporters.overview import Row, Tally
from binderlint.style import Style
from tests.hosting import git_host, served, silence
from tests.systems import linux, posix

ROOT = Path(__file__).parent.parent
GOOD = "name: x\ndependencies: [python=3.12]\n"
BAD = GOOD + "prefix: /home/x\n"
WRONG = "name: x\ndependencies: 3\n"
ONLY = ["--select", "CND001"]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the current one, with the repositories `good`, `bad` (an info with a safe fix) and `wrong` (an error)."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in (("good", GOOD), ("bad", BAD), ("wrong", WRONG)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "environment.yml").write_text(text)
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def committed(folder: Path) -> str:
    """Put a folder into git; the id of the commit."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return git(folder, "rev-parse", "HEAD")


def rows(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> list[dict[str, str]]:
    """The lines of the table that a check gives as csv."""
    assert main(["--output", "csv", *arguments]) == code
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def documents(text: str, schema: str = "report") -> list[dict[str, Any]]:
    """A document on each line, all of which follow the schema."""
    found = [json.loads(line) for line in text.splitlines()]
    validator = jsonschema.Draft202012Validator(json.loads((ROOT / f"docs/{schema}.schema.json").read_text()))
    for document in found:
        validator.validate(document)
    return found


# -- which they are


LISTS = [
    b"good\nbad\n",
    b"\xef\xbb\xbfgood\r\n\r\n# the rest\r\n  bad  # Ada\r\n#wrong\r\n",
    "good\n\tbad".encode("utf-16"),
    b"good\n./good\nbad\n\n  \ngood/\nbad/../bad",
]


@pytest.mark.parametrize("data", LISTS)
def test_a_list(data: bytes, work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "class.txt").write_bytes(data)
    assert [row["repository"] for row in rows(capsys, "--from", "class.txt", *ONLY, code=0)] == ["good", "bad"]


@posix
@pytest.mark.parametrize("data", LISTS)
def test_a_list_on_standard_input(data: bytes, work: Path) -> None:
    command = [sys.executable, "-m", "binderlint", "--from", "-", "--output", "csv"]
    done = subprocess.run(command, input=data, capture_output=True)
    assert [line.split(b",")[0] for line in done.stdout.splitlines()] == [b"repository", b"good", b"bad"]


def test_arguments_come_before_the_list_and_each_repository_counts_once(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "class.txt").write_text("bad\nwrong\nwrong\nbad\n")
    found = rows(capsys, "wrong", "good", "--from", "class.txt", code=1)
    assert [row["repository"] for row in found] == ["wrong", "good", "bad"]
    main(["--from", "class.txt", *ONLY])
    assert "note: 2 more lines name a repository of the list again. Each counts once" in capsys.readouterr().err


def test_a_bad_line_is_an_error_with_its_place_and_the_others_are_checked(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "class.txt").write_text(
        "good\n\nnowhere # Grace\nhttps://example.org/x\ngh:a/../b\ngood/environment.yml\nbad\n\0\nnowhere\n"
    )
    assert main(["--from", "class.txt", "--output", "csv", *ONLY]) == 2
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "binderlint: error: class.txt:3: nowhere: no such file or folder",
        "binderlint: error: class.txt:4: https://example.org/x: neither a repository on GitHub or GitLab, nor a launch link such as https://mybinder.org/v2/gh/owner/name/HEAD",
        "binderlint: error: class.txt:5: gh:a/../b: this is not the address of a repository",
        "binderlint: error: class.txt:6: good/environment.yml: this is a file. A list names folders and addresses",
        "binderlint: error: class.txt:8: \\x00: no such file or folder",
    ]
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["repository"] for row in found if row["launch"] != "not-checked"] == ["good", "bad"]
    assert next(row["reason"] for row in found if row["launch"] == "not-checked") == "no such file or folder"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "--from class.txt: No such file or directory"),
        (b"# nobody\n\n", "class.txt names no repository"),
        (b"good\n" * 20, "--from class.txt: larger than 0 MB"),
    ],
)
def test_a_list_that_cannot_be_used(
    content: bytes | None,
    said: str,
    work: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(several, "_LONGEST_LIST", 20)
    if content is not None:
        (work / "class.txt").write_bytes(content)
    assert main(["--from", "class.txt"]) == 2
    assert capsys.readouterr().err == f"binderlint: error: {said}\n"


def test_an_empty_list_on_standard_input(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"# nobody\n")))
    assert main(["--from", "-"]) == 2
    assert capsys.readouterr().err == "binderlint: error: standard input names no repository\n"


def test_a_closed_standard_input(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="closed"):
        find_items([], "-", "")


@linux
def test_names_of_any_bytes(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = b"caf\xe9 \x1b[31m"
    shutil.copytree(work / "bad", os.fsdecode(name))
    (work / "class.txt").write_bytes(b"good\n" + name + b"\n")
    assert rows(capsys, "--from", "class.txt", *ONLY, code=0)[1]["repository"] == "caf\\xe9 \\x1b[31m"
    main(["--from", "class.txt", "--output", "jsonl", *ONLY])
    assert documents(capsys.readouterr().out)[1]["repository"] == "caf\ufffd \x1b[31m"


def test_a_file_limits_the_report_of_its_repository_only(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "bad/README.md").write_text("x\n")
    committed(work / "bad")
    found = rows(capsys, "bad/README.md", "good", *ONLY, code=0)
    assert [(row["repository"], row["infos"]) for row in found] == [("bad", "0"), ("good", "0")]
    found = rows(capsys, "bad/README.md", "bad/environment.yml", *ONLY, code=0)
    assert [(row["repository"], row["infos"]) for row in found] == [("bad", "1")]
    found = rows(capsys, "bad/README.md", "bad", *ONLY, code=0)
    assert [(row["repository"], row["infos"]) for row in found] == [("bad", "1")]


# -- what is said of each


def test_every_format_names_the_repositories(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(format: str) -> str:
        assert main(["good", "bad", "nowhere", "--output", format, "--show-suppressed", *ONLY]) == 2
        return capsys.readouterr().out

    for name in ("full", "concise"):
        text = said(name)
        assert re.findall("^(?:good|bad)$", text, re.M) == ["good", "bad"]
        assert "bad/environment.yml:3:1" in text
        assert "nowhere: no such file or folder" in text, "in the overview"
    for name in ("json", "jsonl"):
        found = documents(said(name))
        assert [(one["repository"], one["failure"]) for one in found] == [
            ("good", None),
            ("bad", None),
            ("nowhere", "no such file or folder"),
        ]
        assert found[2]["verdict"]["launch"] == {"outcome": "not-judged", "words": "no such file or folder"}
        assert [one["path"] for one in found[1]["diagnostics"]] == ["environment.yml"]
    assert "file=bad/environment.yml," in (text := said("github"))
    assert "::error title=binderlint::nowhere: no such file or folder\n" in text
    text = said("markdown")
    headings = re.findall("^## .*", text, re.M)
    assert headings == [
        "## binderlint: `good`",
        "## binderlint: `bad`",
        "## binderlint: `nowhere`",
        "## Overview",
    ]
    assert "**Not checked**: no such file or folder" in text
    assert "\n\n\n" not in text
    assert [line.split(",")[0] for line in said("csv").splitlines()] == ["repository", "good", "bad", "nowhere"]
    assert said("overview").startswith("Overview\n")


def test_one_repository_in_the_formats_for_many(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["repository"] for row in rows(capsys, "bad", *ONLY, code=0)] == ["bad"]
    assert main(["bad", "--output", "jsonl", *ONLY]) == 0
    assert [one["repository"] for one in documents(capsys.readouterr().out)] == ["bad"]
    assert main(["bad", "--output", "overview", *ONLY]) == 0
    assert "1 repository checked.\n" in capsys.readouterr().out
    assert main(["bad", "--output", "full", "--output", "csv=bad.csv", *ONLY]) == 0
    out = capsys.readouterr().out
    assert "Overview" not in out and not out.startswith("bad\n")
    assert (work / "bad.csv").read_text().startswith("repository,")
    assert main(["nowhere", "--output", "csv"]) == 2
    assert capsys.readouterr() == ("", "binderlint: error: nowhere: no such file or folder\n")


def test_files_get_all_of_it_at_the_end(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = [word for one in ("csv", "jsonl", "markdown", "overview") for word in ("--output", f"{one}=out.{one}")]
    assert main(["good", "bad", *outputs, *ONLY]) == 0
    assert capsys.readouterr() == ("", "")
    assert len(documents((work / "out.jsonl").read_text())) == 2
    assert len((work / "out.csv").read_text().splitlines()) == 3
    assert (work / "out.overview").read_text() in (work / "out.overview").read_text("utf-8")
    assert (work / "out.markdown").read_text("utf-8").count("## Overview") == 1


def test_the_commit_is_named(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = committed(work / "bad")
    git(work / "bad", "tag", "v1")
    (work / "bad/README.md").write_text("x\n")
    second = committed(work / "bad")
    committed(work / "good")
    git(work / "good", "tag", "v1")
    assert [row["commit"] for row in rows(capsys, "bad", "wrong", *ONLY, code=0)] == [second, ""]
    assert rows(capsys, "bad", "good", "--ref", "v1", *ONLY, code=0)[0]["commit"] == first
    git(work / "bad", "pack-refs", "--all")
    assert rows(capsys, "bad", *ONLY, code=0)[0]["commit"] == second
    main(["bad", "--output", "json", *ONLY])
    assert json.loads(capsys.readouterr().out)["commit"] == second
    main(["bad/.", "--subdir", ".", "--output", "json", *ONLY])
    assert json.loads(capsys.readouterr().out)["commit"] == second


def test_the_columns(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "docker").mkdir()
    (work / "docker/Dockerfile").write_text("FROM quay.io/jupyter/base-notebook:2024-05-01\n")
    (work / "none").mkdir()
    (work / "none/README.md").write_text("x\n")
    found = {row["repository"]: row for row in rows(capsys, "bad", "wrong", "docker", "none", "nowhere", code=2)}
    assert list(found["bad"].items()) == [
        ("repository", "bad"),
        ("commit", ""),
        ("buildpack", "CondaBuildPack"),
        ("versions", "Python 3.12"),
        ("launch", "nothing-found"),
        ("run", "nothing-found"),
        ("reproduce", "nothing-found"),
        ("polish", "problems"),
        ("errors", "0"),
        ("warnings", "0"),
        ("infos", "1"),
        ("suppressed", "0"),
        ("fixable", "1"),
        ("fixable_unsafe", "0"),
        ("reason", "CND001: `prefix` is a folder on the author's computer. Binder ignores it"),
    ]
    assert found["wrong"]["launch"] == "fails" and found["wrong"]["reason"].startswith("CND")
    assert found["docker"]["buildpack"] == "DockerBuildPack" and found["docker"]["versions"] == ""
    assert found["none"]["buildpack"] == "none"
    assert {name for name, value in found["nowhere"].items() if value} == {"repository", "launch", "run", "reproduce", "polish", "reason"}  # fmt: skip


FORMULAS = st.text("=+-@'\" \t,;|\r\n\0\uff1d\uff0b\uff0d\uff20aé\u2028\x1b", max_size=12)


@given(FORMULAS, FORMULAS, st.sampled_from(",;|\t"))
def test_no_cell_is_a_formula(name: str, reason: str, delimiter: str) -> None:
    """Whichever character parts the cells: that depends on the language of the computer that opens the file."""
    line = csv_reporter.line(Row(name, "-1", "=1", "@x", failure=reason))
    assert line.endswith("\n") and len(line.splitlines()) == 1
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for cells in csv.reader([line.rstrip("\n")], delimiter=delimiter, quoting=quoting):
            assert not [cell for cell in cells if re.match(r'[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]', cell)]


def test_text_that_is_no_formula_stays() -> None:
    (cells,) = csv.reader([csv_reporter.line(Row("a-b/c=d+e@main, f", failure='it says "no", a -x'))])
    assert cells[0] == "a-b/c=d+e@main, f" and cells[-1] == 'it says "no", a -x'
    (cells,) = csv.reader([csv_reporter.line(Row("=1+1", "-1", failure="+a;=b, @c"))])
    assert cells[:2] == ["'=1+1", "'-1"] and cells[-1] == "'+a;'=b, '@c"


# -- what is said of all


def row(name: str, launch: Outcome, *rules: Tally, **numbers: int) -> Row:
    rulings = tuple(
        Ruling(level, launch if level is Level.LAUNCH else Outcome.NOTHING_FOUND, "words") for level in Level
    )
    return Row(name, rulings=rulings, rules=rules, **numbers)  # type: ignore[arg-type]


ONE, TWO = Tally("AAA001", "a-rule", "https://example.org/a", 1), Tally("BBB001", "b-rule", "https://example.org/b", 5)
MANY = [
    row("first", Outcome.FAILS, ONE, TWO, errors=2, warnings=10),
    row("a name that is rather long", Outcome.PROBLEMS, ONE, errors=1, infos=3),
    row("third", Outcome.NOTHING_FOUND, ONE._replace(problems=2)),
    row("fourth", Outcome.NOT_JUDGED),
    Row("fifth", failure="no such file or folder"),
]


def test_the_overview() -> None:
    assert overview.render(MANY, Style()) == (
        """\
Overview
launch         run            errors  warnings  infos  repository
fails          nothing found       2        10      0  first
problems       nothing found       1         0      3  a name that is rather long
nothing found  nothing found       0         0      0  third
not judged     nothing found       0         0      0  fourth
not checked                                            fifth: no such file or folder

repositories  problems  rule
           3         4  AAA001 a-rule
           1         5  BBB001 b-rule

4 of 5 repositories checked.
  launch     1 fails, 1 has problems, nothing found in 1, 1 is not judged
  run        nothing found in 4
  reproduce  nothing found in 4
  polish     nothing found in 4
"""
    )


def test_the_overview_in_colour_says_the_same() -> None:
    painted = overview.render(MANY, Style(True))
    assert painted.count("\033[") > 20
    assert re.sub(r"\033\[[\d;]*m", "", painted) == overview.render(MANY, Style())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_overview_fits_into_the_terminal(width: int) -> None:
    for text in (
        overview.render(MANY, Style(width=width)),
        overview.render_plans([Row("one", "", "CondaBuildPack", "Python 3.12, R 4.4.2", hub="mybinder.org", objections=("no environment",)), MANY[4]], Style(width=width)),
    ):  # fmt: skip
        assert not [line for line in text.splitlines() if len(line) > width]


def test_the_overview_of_a_narrow_terminal() -> None:
    assert overview.render(MANY[:1] + MANY[4:], Style(width=40)).splitlines()[:11] == [
        "Overview",
        "first",
        "  launch fails, run nothing found,",
        "  errors 2, warnings 10, infos 0",
        "fifth: no such file or folder",
        "  launch not checked",
        "",
        "BBB001 b-rule",
        "  repositories 1, problems 5",
        "AAA001 a-rule",
        "  repositories 1, problems 1",
    ]


def test_the_overview_in_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    text = overview.render_markdown([*MANY, Row("a|b` <img> @x", failure="<b> | #1")])
    assert "**4 of 6 repositories checked.**" in text
    assert "| `first` | ❌ fails | ✅ nothing found | ✅ nothing found | ✅ nothing found | 2 | 10 | 0 |" in text
    assert "| ``a\\|b` <img> @x``: `<b>` `\\|` `#1` | ❌ not checked |  |  |  |  |  |  |" in text
    assert "| [AAA001 a-rule](https://example.org/a) | 3 | 4 |" in text
    monkeypatch.setattr(overview, "ROOM", 200)
    text = overview.render_markdown(MANY)
    assert "4 more repositories do not fit in here: see `--output csv`." in text and "`third`" not in text


def test_a_summary_is_not_larger_than_github_takes(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "_MARKDOWN", 1_300)
    for number in range(5):
        shutil.copytree("bad", f"bad{number}")
    assert main(["--output", "markdown", *(f"bad{number}" for number in range(5)), *ONLY]) == 0
    text = capsys.readouterr().out
    assert text.count("## binderlint: ") == 1
    assert text.count("The other reports do not fit in here: see `--output json`.") == 1
    assert text.count("| `bad") == 5 + 1, "the overview has all of them, and the one report its place"


# -- those that cannot be checked


def test_a_repository_that_cannot_be_checked_is_a_row(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "good/binderlint.toml").write_text("ignore = [\n")
    (work / "wrong/binderlint.toml").write_text('select = "x"\n')
    (work / "pointer").mkdir()
    (work / "pointer/.git").write_text("gitdir: elsewhere\n")
    (work / "damaged").mkdir()
    committed(work / "damaged") if (work / "damaged/x").write_text("x") else None
    (work / "damaged/.git/index").write_bytes(b"DIRC????????")
    found = rows(capsys, "good", "wrong", "pointer", "damaged", "bad", *ONLY, code=2)
    reasons = {
        row["repository"]: row["reason"].partition(" (at ")[0] for row in found if row["launch"] == "not-checked"
    }
    assert reasons == {  # where in the file it is, depends on Python's parser
        "good": "binderlint.toml: not valid TOML: Invalid value",
        "wrong": "binderlint.toml:1: `select` must be a list of rules, not 'x'",
        "pointer": "`.git` points to a git folder that is not there",
        "damaged": "the git index is damaged",
    }
    assert found[-1]["infos"] == "1", "the others are checked"


def test_a_bug_ends_neither_the_run_nor_goes_unnoticed(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from binderlint.lint import linter

    real = linter.check

    def check(repo: Any, *rest: Any) -> Any:
        if "prefix" in repo.sources["environment.yml"].text:
            raise ZeroDivisionError("oh")
        return real(repo, *rest)

    monkeypatch.setattr(linter, "check", check)
    found = rows(capsys, "bad", "nowhere", "good", *ONLY, code=3)
    assert "bug in it (ZeroDivisionError: oh" in found[0]["reason"]
    assert found[2]["launch"] == "not-judged" and not found[2]["reason"], "only one rule was asked"
    monkeypatch.setenv("BINDERLINT_DEBUG", "1")
    main(["bad", "good", *ONLY])
    assert "Traceback" in capsys.readouterr().err


def test_what_is_wrong_with_the_call_is_said_once_and_before_anything(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "ours.toml").write_text('ignore = ["NOPE"]\n')
    for arguments, said in (
        (["--select", "NOPE"], "there is no rule `NOPE`"),
        (["--config", "none.toml"], "none.toml: cannot be read"),
        (["--fix", "--jobs", "2"], "--fix writes one repository after the other, so --jobs does not go with it"),
        (["--jobs", "many"], "`many` is neither a number nor `auto`"),
        (["--jobs", "-1"], "`-1` is neither a number nor `auto`"),
        (["gh:a/b", "--ref", "v1"], "--ref goes with folders; write gh:owner/name@ref"),
        (["gh:a/b", "--fix"], "A commit cannot be fixed"),
    ):
        assert main(["good", "bad", *arguments]) == 2
        out, err = capsys.readouterr()
        assert not out and len(err.splitlines()) == 1 and said in err
    assert main(["good", "bad", "--config", "ours.toml", "--output", "overview"]) == 0
    assert capsys.readouterr().err.count("there is no rule `NOPE`") == 1, "a warning that all of them share"
    for name in ("good", "bad"):
        shutil.copy("ours.toml", f"{name}/binderlint.toml")
    main(["good", "bad", "--output", "overview"])
    assert [line.split(": ")[2] for line in capsys.readouterr().err.splitlines()] == ["good", "bad"]


def test_on_github(work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["good", "nowhere\n::warning::x", *ONLY]) == 2
    assert capsys.readouterr().err == (
        "::error title=binderlint::nowhere\\n\\x3a:warning::x: no such file or folder\n"
    )  # fmt: skip
    assert main(["good", "nowhere", "--output", "github", *ONLY]) == 2
    out, err = capsys.readouterr()
    assert out.count("::error title=binderlint::nowhere: no such file or folder\n") == 1 and not err


# -- bare mirrors, commits and the web


@pytest.fixture
def mirrors(work: Path) -> Path:
    """Bare clones of `good` and `bad` beside them, `bad` with a tag."""
    for name in ("good", "bad"):
        committed(work / name)
    git(work / "bad", "tag", "v1")
    (work / "bad/environment.yml").write_text(GOOD)
    git(work / "bad", "commit", "-qam", "mended")
    for name in ("good", "bad"):
        git(work, "clone", "-q", "--mirror", name, f"{name}.git")
    return work


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_bare_mirrors_and_refs(mirrors: Path, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    def infos(*arguments: str, code: int = 0) -> dict[str, str]:
        return {row["repository"]: row["infos"] for row in rows(capsys, *arguments, "--jobs", jobs, *ONLY, code=code)}

    assert infos("bad.git", "good.git") == {"bad.git": "0", "good.git": "0"}
    assert infos("bad.git", "bad", "--ref", "v1") == {"bad.git": "1", "bad": "1"}
    assert infos("bad.git", "--ref", "HEAD~1") == {"bad.git": "1"}
    assert infos("bad.git", "good.git", "--ref", "v1", code=2) == {"bad.git": "1", "good.git": ""}
    assert main(["plan", "bad.git", "good", "--ref", "main", "--jobs", jobs, "--format", "json"]) == 0
    assert [one["buildpack"] for one in documents(capsys.readouterr().out, "plan")] == ["CondaBuildPack"] * 2
    assert main(["bad.git", "good", "--fix"]) == 2
    err = capsys.readouterr().err
    assert "bad.git: a bare repository has no files that could be fixed" in err and "good: Nothing to fix." in err
    assert not [name for name in os.listdir() if name not in ("good", "bad", "wrong", "good.git", "bad.git")]


def test_a_mirror_can_bring_its_configuration_from_a_commit(mirrors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mirrors / "bad/binderlint.toml").write_text('ignore = { env-prefix = "a mirror" }\n')
    (mirrors / "bad/environment.yml").write_text(f"{GOOD}prefix: /home/ana\n")
    committed(mirrors / "bad")
    git(mirrors / "bad.git", "fetch", "-q", "origin", "+refs/*:refs/*")
    names = ("good.git", "bad.git", "--ref", "HEAD", *ONLY)
    assert [row["infos"] for row in rows(capsys, *names, code=0)] == ["0", "1"]
    assert [row["infos"] for row in rows(capsys, *names, "--config-ref", "HEAD", code=0)] == ["0", "0"]


@posix
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_links_in_a_list(mirrors: Path, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with git_host(mirrors) as (address, _):
        links = [f"https://hub.example.org/v2/git/{quote(f'{address}/{name}', safe='')}/{ref}" for name, ref in (("bad.git", "v1"), ("bad.git", "main"), ("bad.git", "v2"), ("none.git", "main"))]  # fmt: skip
        (mirrors / "links.txt").write_text("\n".join([*links, links[0], "good"]))
        found = rows(capsys, "--from", "links.txt", "--jobs", jobs, *ONLY, code=2)
        assert [(row["repository"].removeprefix(address), row["infos"]) for row in found] == [
            ("/bad.git@v1", "1"),
            ("/bad.git@main", "0"),
            ("/bad.git@v2", ""),
            ("/none.git@main", ""),
            ("good", "0"),
        ]
        assert [row["commit"] for row in found[:2]] == [
            git(mirrors / "bad", "rev-parse", ref) for ref in ("v1", "main")
        ]
        assert found[2]["reason"] == "there is no branch, tag or commit `v2`"
        assert "not found" in found[3]["reason"]
        main([*links[:2], "--output", "concise", "--jobs", jobs, *ONLY])
        assert f"{address}/bad.git@v1/environment.yml:3:1: " in capsys.readouterr().out


# -- plan


def test_plans(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "none").mkdir()
    (work / "class.txt").write_text("bad\nnone\nnowhere\n")
    for arguments in (["bad", "none", "nowhere"], ["--from", "class.txt", "--jobs", "2"]):
        assert main(["plan", *arguments]) == 2
        out, err = capsys.readouterr()
        assert err.endswith("nowhere: no such file or folder\n") and len(err.splitlines()) == 1
        assert re.findall("^(?:bad|none)$", out, re.M) == ["bad", "none"]
        assert out.endswith(
            """\
Overview
hub       buildpack       versions     repository
tries     CondaBuildPack  Python 3.12  bad
refuses   none            Python 3.10  none
not read                               nowhere: no such file or folder

2 of 3 repositories read.
mybinder.org will try to build 1 of them and will not launch 1.
"""
        )
        assert main(["plan", *arguments, "--format", "json"]) == 2
        found = documents(capsys.readouterr().out, "plan")
        assert [one["repository"] for one in found] == ["bad", "none", "nowhere"]
        assert found[2] == {"version": 1, "repository": "nowhere", "commit": None, "failure": "no such file or folder"}
    assert main(["plan", "bad", "good"]) == 0
    assert main(["plan", "bad", "none"]) == 1
    capsys.readouterr()
    assert main(["plan", "bad", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["repository"] == "bad"


# -- fixing


def test_fix(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree("bad", "other")
    assert main(["bad", "good", "nowhere", "other", "--fix", "--output", "csv", *ONLY]) == 2
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "Fixed bad/environment.yml: Remove `prefix` (CND001 env-prefix)",
        "good: Nothing to fix.",
        "binderlint: error: nowhere: no such file or folder",
        "Fixed other/environment.yml: Remove `prefix` (CND001 env-prefix)",
    ]
    assert [row["infos"] for row in csv.DictReader(io.StringIO(out))] == ["0", "0", "", "0"]
    assert Path("bad/environment.yml").read_text() == Path("other/environment.yml").read_text() == GOOD


@pytest.mark.parametrize("place", ["no git around", "in git", "in a folder of git"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_patch_of_several_repositories(place: str, jobs: str, work: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    shutil.copytree("bad", "more/other")
    committed(work / "bad")
    committed(work / "more/other")
    if place == "in git":
        git(work, "init", "-q")
    elif place == "in a folder of git":
        (work / "x").mkdir()
        for name in ("bad", "more", "good"):
            shutil.move(name, f"x/{name}")
        git(work, "init", "-q")
        monkeypatch.chdir(work / "x")
    assert main(["bad", "good", "more/other", "--diff", "--jobs", jobs, *ONLY]) == 1
    out, err = capfdbinary.readouterr()
    said = [line for line in err.splitlines() if not line.startswith(b"binderlint: note: `good` is part of")]
    around = {"in git": b".", "in a folder of git": b".."}.get(place, b"good")
    assert said == [
        b"bad: Would change 1 file.",
        around + b": Would change 0 files.",
        b"more/other: Would change 1 file.",
    ]
    subprocess.run(["git", "apply"], input=out, check=True)
    assert main(["bad", "good", "more/other", "--diff", *ONLY]) == 0
    assert capfdbinary.readouterr().out == b""


def test_a_patch_of_repositories_that_no_folder_holds(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(work / "bad")
    monkeypatch.chdir(work / "good")
    assert main([".", "../bad", "--diff", *ONLY]) == 2
    assert "../bad: a patch for several repositories can only be applied in a folder that has all of them in it" in capsys.readouterr().err  # fmt: skip


# -- processes


def test_jobs_change_nothing_of_what_is_said(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "wrong/binderlint.toml").write_text("select = 1\n")
    names = ["good", "nowhere", "wrong"]
    for number in range(12):
        shutil.copytree("bad", f"bad{number}")
        names.append(f"bad{number}")
    formats = ("jsonl", "csv", "markdown", "github")
    said = []
    for jobs in ("1", "2", "auto"):
        outputs = [word for name in formats for word in ("--output", f"{name}=said.{name}")]
        assert main([*names, "--output", "full", *outputs, "--jobs", jobs]) == 2
        said.append((capsys.readouterr(), [Path(f"said.{name}").read_bytes() for name in formats]))
    assert said[0] == said[1] == said[2]


def lost(item: object, how: str) -> str:
    return f"{item}: {how}"


def test_answers_come_in_the_order_of_the_questions() -> None:
    numbers = range(200)
    assert list(in_order(math.factorial, numbers, 3, lost)) == list(map(math.factorial, numbers))


@posix
def test_a_worker_that_dies_costs_one_answer() -> None:
    """One that is killed, one that is told to end, and one that fails at what it is asked."""
    found = list(in_order(signal.raise_signal, [0, 9, 0, 0, 15, 0, "x", 0], 2, lost))
    died = "the process that looked at it"
    assert found == [
        None,
        f"9: {died} was ended by SIGKILL. The system does that when memory runs out",
        None,
        None,
        f"15: {died} ended with the exit code 143",
        None,
        f"x: {died} ended with the exit code 1",
        None,
    ]


@posix
def test_no_worker_is_behind_however_the_answers_are_left() -> None:
    answers = in_order(time.sleep, [0, 600, 600, 600], 2, lost)
    assert next(answers) is None
    answers.close()  # type: ignore[attr-defined]
    assert not [line for line in children() if "workers" in line]


def test_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert list(in_order(math.sqrt, [4], 2, lost)) == ["4: no other process can be started: No such file or directory"]


def children() -> list[str]:
    """The command lines of the processes that this one has started."""
    listed = subprocess.run(["ps", "-eo", "ppid=,args="], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if line.split()[0] == str(os.getpid())]


def environments() -> Iterator[bytes]:
    """The environments of the processes of this user."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            yield path.read_bytes()


@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_everything(work: Path, jobs: str, number: signal.Signals) -> None:
    """One repository is on a host that never answers, so the run is in the middle of it, with git waiting."""
    temporary = work / "temporary"
    temporary.mkdir()
    with served(silence) as (address, heads):
        link = f"https://hub.example.org/v2/git/{quote(f'{address}/x.git', safe='')}/main"
        run = subprocess.Popen(
            [sys.executable, "-m", "binderlint", "good", "bad", link, "--output", "csv", "--output", "csv=all.csv", "--jobs", jobs],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(temporary)},
        )  # fmt: skip
        assert run.stdout
        lines = [run.stdout.readline() for _ in range(3)]
        while not heads:
            time.sleep(0.01)
        run.send_signal(number)
        out, err = run.communicate()
    assert (run.returncode, out, err) == (128 + number, b"", b"")
    assert [line.split(b",")[0] for line in lines] == [b"repository", b"good", b"bad"]
    assert (work / "all.csv").read_bytes() == b"".join(lines), "what was checked until then"
    assert not os.listdir(temporary)
    assert not [one for one in environments() if os.fsencode(temporary) in one], "no process is left"


@linux
def test_workers_end_when_the_run_is_killed(work: Path) -> None:
    temporary = work / "temporary"
    temporary.mkdir()
    with served(silence) as (address, heads):
        link = f"https://hub.example.org/v2/git/{quote(f'{address}/x.git', safe='')}/main"
        command = [sys.executable, "-m", "binderlint", link, "good", "bad", "--jobs", "2", "--output", "csv"]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(temporary)})
        while not heads:
            time.sleep(0.01)
        run.kill()
        run.wait()
    while os.listdir(temporary):  # the host is gone, so the fetch fails, and nobody asks for more
        time.sleep(0.01)


def test_no_module_of_the_current_folder_is_run(work: Path) -> None:
    for name in ("json", "pickle", "subprocess", "os", "re", "tempfile", "binderlint", "yaml", "queue", "concurrent"):
        (work / f"{name}.py").write_text("open('ran', 'w').close()\n")
    program = str(Path(sys.executable).with_name("binderlint"))
    done = subprocess.run([program, "good", "bad", "--jobs", "2", "--output", "csv"], capture_output=True, text=True)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 3)
    assert not (work / "ran").exists()


def test_nothing_of_a_repository_is_kept_when_the_next_is_checked(
    mirrors: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from binderlint.outside import progress

    alive: list[int] = []
    monkeypatch.setattr(
        progress.Progress, "show", lambda *_: alive.append(sum(isinstance(one, Blobs) for one in gc.get_objects()))
    )
    gc.collect()
    before = sum(isinstance(one, Blobs) for one in gc.get_objects())
    for number in range(4):
        shutil.copytree("bad.git", f"{number}.git")
    assert main([*(f"{number}.git" for number in range(4)), "--output", "csv"]) == 0
    assert alive == [before] * 4, "each of them has a git process"


def test_answers_about_so_many_characters_are_remembered() -> None:
    asked: list[str] = []

    @remembered(1500)
    def length(text: str, more: int) -> int:
        asked.append(text)
        return len(text) + more

    assert [length("a", 1), length("a", 1), length("a", 2), length("b" * 1498, 0), length("b" * 1498, 0)] == [2, 2, 3, 1498, 1498]  # fmt: skip
    assert list(map(len, asked)) == [1, 1, 1498]
    assert [length("c", 0), length("c", 0), length("a", 1), length("d" * 2000, 0), length("a", 1)] == [1, 1, 2, 2000, 2]
    assert list(map(len, asked[3:])) == [1, 1, 1, 2000, 1], "one too many, and all are forgotten"


# -- progress


def terminal(columns: int, *arguments: str) -> tuple[str, str]:
    """What a run writes to its standard error, a terminal, and to its standard output, a pipe."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = subprocess.Popen([sys.executable, "-m", "binderlint", *arguments], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    assert run.stdout
    out, err = run.stdout.read(), b""
    try:
        while piece := os.read(ours, 65_536):
            err += piece
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    run.wait()
    return err.decode(), out.decode()


@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_progress_on_a_terminal(work: Path, jobs: str) -> None:
    err, out = terminal(80, "good", "nowhere", "bad", "--jobs", jobs, "--output", "csv")
    assert err == (
        "1 of 3 checked\r              \r"
        "binderlint: error: nowhere: no such file or folder\r\n2 of 3 checked\r              \r"
        "3 of 3 checked\r              \r"
    )
    assert len(out.splitlines()) == 4
    err, _ = terminal(10, "good", "bad", "--jobs", jobs)
    assert err == "1 of 2 ch\r         \r2 of 2 ch\r         \r", "no line is longer than the terminal"
    assert "1 of 2 read" in terminal(0, "plan", "good", "bad", "--jobs", jobs)[0], (
        "a terminal that does not know its width"
    )
    assert terminal(80, "good", "--jobs", jobs)[0] == "", "one repository"


def test_no_progress_elsewhere(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["good", "bad", "--output", "csv", *ONLY]) == 0
    assert capsys.readouterr().err == ""
