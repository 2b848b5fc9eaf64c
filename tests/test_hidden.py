"""What a repository's own configuration and comments hide is said: in every format, with what hides it and how many problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import settings as settings_of_test
from hypothesis import strategies as st

from binderlint.cli import main
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.lint.settings import Settings
from binderlint.lint.verdict import Outcome, verdict
from binderlint.reporters import render
from binderlint.reporters.hidden import notes
from binderlint.snapshot import Snapshot
from binderlint.style import Style

FILES = {
    "README.md": "[![Binder](https://mybinder.org/badge.svg)](http://mybinder.org/v2/gh/o/r/main)\n",
    "requirements.txt": "numpy\n",
    "environment.yml": "channels: [defaults]\ndependencies: [python=3.12]\nprefix: /x\n",
    "start": "#!/bin/bash\n# binderlint: ignore[start-without-exec-args] ours\njupyter lab\n",
}
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((Path(__file__).parent.parent / "docs/report.schema.json").read_text())
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as the current folder: two warnings (PIN001, PIN002) and two infos (LNK004, LNK005)."""
    (tmp_path / "README.md").write_text(FILES["README.md"])
    (tmp_path / "requirements.txt").write_text(FILES["requirements.txt"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outputs(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, str]:
    found = {}
    for name in ("full", "concise", "github", "markdown", "json"):
        main(["--output", name, *words])
        found[name] = capsys.readouterr().out
    SCHEMA.validate(json.loads(found["json"]))
    return found


NOTHING_RUN = "no rule was run, since `binderlint.toml` selects only"
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    # a configuration: what every format says, and what the JSON says of it
    'ignore = ["ALL"]': (
        "`binderlint.toml` hides 4 problems (`ignore: ALL`)",
        "`binderlint.toml` leaves out every rule",
        {"option": "ignore", "entry": "ALL", "effect": "hides", "problems": 4},
    ),
    'ignore = ["LNK", "PIN"]': (
        "`binderlint.toml` hides 4 problems (2 by `ignore: PIN`, 2 by `ignore: LNK`)",
        "not judged: 2 problems are hidden",
        {"option": "ignore", "entry": "LNK", "effect": "hides", "problems": 2},
    ),
    'ignore = { LNK = "--ignore" }': (
        "`binderlint.toml` hides 2 problems (`ignore: LNK`)",
        "",
        {"option": "ignore", "entry": "LNK", "effect": "hides", "problems": 2},
    ),
    'select = ["LNK"]': (
        "`binderlint.toml` hides 2 problems (`select: LNK`)",
        "not judged: 2 problems are hidden",
        {"option": "select", "entry": "LNK", "effect": "hides", "problems": 2},
    ),
    'select = ["none-such"]': (
        "`binderlint.toml` hides 4 problems (`select: none-such`)",
        f"{NOTHING_RUN} `none-such`",
        {"option": "select", "entry": "none-such", "effect": "hides", "problems": 4},
    ),
    'per-file-ignores = { "*.md" = ["ALL"] }': (
        "`binderlint.toml` hides 2 problems (`per-file-ignores: *.md = ALL`)",
        "",
        {"option": "per-file-ignores", "entry": "*.md = ALL", "effect": "hides", "problems": 2},
    ),
    'severity = { PIN = "info" }': (
        "`binderlint.toml` makes 2 problems less severe (`severity: PIN = info`)",
        "2 problems may break it over time, 2 made less severe",
        {"option": "severity", "entry": "PIN = info", "effect": "lowers", "problems": 2},
    ),
    'fail-on = "never"': (
        "`binderlint.toml` keeps 2 problems from failing the run (`fail-on: never`)",
        "",
        {"option": "fail-on", "entry": "never", "effect": "passes", "problems": 2},
    ),
    'fail-on = "error"': (
        "`binderlint.toml` keeps 2 problems from failing the run (`fail-on: error`)",
        "",
        {"option": "fail-on", "entry": "error", "effect": "passes", "problems": 2},
    ),
    'hub = "generic"': (
        "`binderlint.toml` sets a hub other than mybinder.org (`hub: generic`)",
        "",
        {"option": "hub", "entry": "generic", "effect": "hub", "problems": 0},
    ),
    'hub = { name = "h", default-environment = true }': (
        "`binderlint.toml` sets a hub other than mybinder.org (`hub: h, as described there`)",
        "",
        {"option": "hub", "entry": "h, as described there", "effect": "hub", "problems": 0},
    ),
}


@pytest.mark.parametrize(
    ("text", "said", "verdict", "effect"), [(text, *case) for text, case in CASES.items()], ids=CASES
)
def test_every_format_says_what_a_file_hides(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, said: str, verdict: str, effect: dict[str, Any]
) -> None:
    (folder / "binderlint.toml").write_text(text)
    found = outputs(capsys)
    assert json.loads(found["json"])["effects"] == [{"where": "binderlint.toml", **effect}] or '"LNK", "PIN"' in text
    assert {"where": "binderlint.toml", **effect} in json.loads(found["json"])["effects"]
    assert f"\n{said}.\n" in f"\n{found['full']}"
    assert f"\n{said}.\n" in f"\n{found['concise']}"
    assert f"\n- {said}.\n" in found["markdown"]
    assert f"::notice file=binderlint.toml,title=binderlint::{said}.\n" in found["github"]
    for name in ("full", "concise", "markdown"):
        assert verdict in found[name]
    assert "binderlint.toml" not in "".join(outputs(capsys, "--isolated").values())


@pytest.mark.parametrize("text", ['ignore = ["ALL"]', 'select = ["none-such"]'])
def test_without_a_rule_nothing_is_judged(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (folder / "binderlint.toml").write_text(text)
    found = outputs(capsys)
    why = CASES[text][1]
    assert json.loads(found["json"])["not_judged"] == why
    assert {one["outcome"] for one in json.loads(found["json"])["verdict"].values()} == {"not-judged"}
    assert f"\nNot judged: {why}.\n" in found["full"]
    assert f"\nNot judged: {why}.\n" in found["concise"]
    assert f"\n- ❔ **launch**: not judged: {why}\n" in found["markdown"]
    assert found["github"].startswith(f"::warning title=binderlint::Not judged: {why}.\n")
    assert "nothing found" not in "".join(found.values())


@pytest.mark.parametrize("name", ["mybinder.org", "MyBinder.org.", " generic"])
def test_a_hub_has_no_name_of_another(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a configuration file says of a hub is not said of mybinder.org."""
    (folder / "binderlint.toml").write_text(f'hub = {{ name = "{name}", default-environment = true }}\n')
    assert main(["plan", "."]) == 2
    assert f"a hub that is described here cannot have the name `{name}`" in capsys.readouterr().err


def test_flags_are_the_users_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They beat the file, which then hides nothing; what they hide is said in their name."""
    (folder / "binderlint.toml").write_text('select = ["none-such"]\nfail-on = "never"\nhub = "generic"\n')
    found = outputs(capsys, "--select", "LNK", "--fail-on", "error", "--hub", "mybinder.org")
    assert json.loads(found["json"])["effects"] == []
    (folder / "binderlint.toml").write_text('ignore = ["LNK004"]\n')
    found = outputs(capsys, "--ignore", "LNK,PIN001")
    assert (
        "\n`binderlint.toml` hides 1 problem (`ignore: LNK004`).\n`--ignore` hides 2 problems (1 by `PIN001`, 1 by `LNK`).\n"
        in found["full"]
    )
    assert "Not judged: `--ignore` leaves out every rule." in outputs(capsys, "--ignore", "ALL")["concise"]


def test_comments_are_told_by_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "requirements.txt").write_text("# binderlint: ignore-file[PIN001, PIN002] why\nnumpy\n")
    (folder / "README.md").write_text(f"<!-- binderlint: ignore[LNK004] -->\n{FILES['README.md']}")
    found = outputs(capsys, "--show-suppressed")
    assert "\nComments hide 3 problems (2 in `requirements.txt`, 1 in `README.md`).\n" in found["full"]
    assert "\n- Comments hide 3 problems (2 in `requirements.txt`, 1 in `README.md`).\n" in found["markdown"]
    assert (
        "::notice title=binderlint::Comments hide 3 problems (2 in `requirements.txt`, 1 in `README.md`).\n"
        in found["github"]
    )
    assert {
        "where": "README.md",
        "option": "comment",
        "entry": "LNK004",
        "effect": "hides",
        "problems": 1,
    } in json.loads(found["json"])["effects"]
    main(["--show-suppressed"])
    said = capsys.readouterr().err
    assert "suppressed: requirements.txt:2:1: PIN002 unpinned-dependencies: why (requirements.txt)\n" in said
    assert "LNK004 badge-insecure-http: no reason given (README.md)\n" in said


def test_a_file_that_hides_nothing_is_not_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "binderlint.toml").write_text(
        'unfixable = ["DSK"]\nselect = ["ALL"]\nfail-on = "warning"\nhub = "mybinder.org"\nseverity = { LNK = "error" }\n'
    )
    found = outputs(capsys)
    assert json.loads(found["json"])["effects"] == []
    assert "binderlint.toml" not in "".join(found.values())


def test_the_file_is_named_as_seen_from_here(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text('[tool.binderlint]\nignore = ["LNK"]\n')
    (folder / "sub").mkdir()
    (folder / "other.toml").write_text('ignore = ["LNK"]\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "sub")
        assert "`../pyproject.toml` hides 2 problems" in outputs(capsys, "..")["full"]
        assert "::notice file=../pyproject.toml," in outputs(capsys, "..")["github"]
    assert "`other.toml` hides 2 problems" in outputs(capsys, "--config", "other.toml")["concise"]
    assert "hides" not in outputs(capsys, "--config", "other.toml", "requirements.txt")["concise"], (
        "only of what is asked for"
    )


def test_long_lists_are_cut(folder: Path) -> None:
    files = {f"{number}.ipynb": '{"cells": [}' for number in range(9)}
    ignores = dict.fromkeys(files, ("NBK",))
    report = check(Snapshot.from_dict(files), Settings(per_file_ignores=ignores, called="x", file=folder))
    ((where, (sentence,)),) = notes(report)
    assert where == "x"
    assert sentence.startswith("`x` hides 9 problems (1 by `per-file-ignores: 0.ipynb = NBK`, ")
    assert sentence.endswith("3.ipynb = NBK`, and 5 more)")


NAMES = ["ALL", "PIN", "LNK", "LNK004", "CND", "CND001", "STA", "BLT", "start-without-exec-args", "none-such"]
RULES = st.lists(st.sampled_from(NAMES), max_size=3)


def shown(report: Report) -> list[tuple[str, str]]:
    found = [*report.diagnostics, *(one.diagnostic for one in report.suppressed)]
    return sorted((str(one.place), one.code) for one in found if not one.code.startswith("BLT"))


@settings_of_test(max_examples=40)
@given(
    RULES,
    RULES,
    st.dictionaries(st.sampled_from(["*", "*.md", "start"]), RULES),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["info", "error"]), max_size=2),
)
@example([], ["ALL"], {}, {})
def test_nothing_vanishes(
    select: list[str], ignore: list[str], per_file: dict[str, list[str]], severity: dict[str, str]
) -> None:
    """Whatever a configuration file says, each problem is shown or told to be hidden, and no level is said to have nothing that has."""
    repo = Snapshot.from_dict(FILES)
    plain = check(repo)
    settings = Settings(
        select=tuple(select),
        ignore=dict.fromkeys(ignore, ""),
        per_file_ignores={pattern: tuple(rules) for pattern, rules in per_file.items()},
        severity=severity,
        file=Path("binderlint.toml"),
        called="binderlint.toml",
    )
    report = check(repo, settings)
    assert shown(report) == shown(plain)
    assert sum(effect.number for effect in report.effects) == len(report.suppressed) + len(report.lowered)
    clean = {one.level for one in verdict(report) if one.outcome is Outcome.NOTHING_FOUND}
    assert clean <= {one.level for one in verdict(plain) if one.outcome is Outcome.NOTHING_FOUND}
    SCHEMA.validate(json.loads(render("json", report, Style())))
