"""The committed pages, schema and hooks are what the rules and options say; run `python -m binderlint.docs` after a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from binderlint import __version__
from binderlint.cli import main
from binderlint.docs import pages
from binderlint.lint.families import FAMILIES
from binderlint.rules import find_entry, rule_index

ROOT = Path(__file__).parent.parent
PAGES = pages()


@pytest.mark.parametrize("path", PAGES)
def test_page_is_current(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == PAGES[path], "run `python -m binderlint.docs`"


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not target.startswith(("http://", "https://")) and "mybinder.org" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_run_in_the_readme_is_real(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    shown = re.search(
        r"<!-- a run -->\n```text\n\$ binderlint (.*?)\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S
    )
    assert shown
    main(shown[1].split())
    assert shown[2].rstrip() == "\n".join(line.rstrip() for line in capsys.readouterr().out.rstrip().splitlines())


def test_every_rule_is_in_the_changelog_of_its_version() -> None:
    versions = set(re.findall(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M))
    assert __version__ in versions
    assert {entry.since for entry in rule_index()} <= versions


def test_codes_belong_to_families() -> None:
    prefixes = {family.prefix: family.folder for family in FAMILIES}
    assert len(prefixes) == len(FAMILIES) == len(set(prefixes.values()))
    for entry in rule_index():
        assert re.fullmatch(r"[A-Z]{3}\d{3}", entry.code)
        assert prefixes[entry.code[:3]] == entry.folder


@pytest.mark.parametrize(
    "module", sorted((ROOT / "binderlint").rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_modules_stay_small(module: Path) -> None:
    text = module.read_text("utf-8")
    assert text.startswith(('"""', 'r"""')), "a module says in its first line what it is"


def test_a_rule_is_found_by_its_code_and_its_name() -> None:
    assert [entry.code for entry in map(find_entry, ("cnd001", "env-prefix", "LAY001")) if entry] == [
        "CND001",
        "CND001",
        "LAY001",
    ]
    assert find_entry("CND") is None
    assert find_entry("prefix") is None
