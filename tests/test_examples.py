"""Every example of every rule: a Bad one is found at its place and fixed to the byte, a Good one is met with silence."""

from __future__ import annotations

import pytest

from binderlint.diagnostic import Applicability, Diagnostic
from binderlint.fixer import fix
from binderlint.linter import check
from binderlint.repository import Repository
from binderlint.rule import Bad, Good, Rule
from binderlint.rules import all_rules
from binderlint.source import Source

RULES = list(all_rules())
CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{rule.name}-{type(example).__name__}{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples, 1)
]


def repository(example: Bad | Good) -> Repository:
    return Repository.from_dict(example.files, git=example.git, hub=example.hub, assume_binder=example.assume_binder)


def told(repo: Repository, rule: Rule) -> list[Diagnostic]:
    """What a rule says in a run of all rules, where the rules about the run itself work too."""
    return [found for found in check(repo).diagnostics if found.code == rule.code]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Bad | Good) -> None:
    repo = repository(example)
    found = told(repo, rule)
    for other in RULES:
        list(other.check(repo))  # every rule survives every example, also those the run had no reason to ask
    if isinstance(example, Good):
        assert not found, example.why
        return
    at = (example.at,) if isinstance(example.at, str) else example.at
    assert at, "a Bad example marks its place"
    places = [f"{one.path}:{one.place.line}:{one.place.column}" for one in found]
    assert [place.rsplit(":", 3 - len(mark.split(":")))[0] for place, mark in zip(places, at, strict=False)] == list(
        at
    ), places
    assert len(found) == len(at)
    for one in found:
        assert one.severity == (example.severity or rule.severity)
        assert one.message and not one.message.endswith(".") and "\n" not in one.message
    fixes = [one.fix for one in found if one.fix]
    if any(one.applicability is Applicability.UNSAFE for one in fixes):
        assert "## Fix safety" in (rule.__doc__ or ""), "an unsafe fix is explained"
    if example.display:
        assert fixes and all(one.applicability is Applicability.DISPLAY for one in fixes)
    if example.fixed is None:
        assert example.display or not fixes, "an example of a finding with a fix says what the fix leaves"
        return
    assert fixes
    fixed = fix(repo, applicability=Applicability.UNSAFE, rules=[rule] if rule.code[:3] != "BLT" else None)
    before = {path: source.data for path, source in repo.sources.items()}
    expected = dict(before)
    for path, content in example.fixed.items():
        if content is None:
            expected.pop(path)
        else:
            expected[path] = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    assert {path: source.data for path, source in fixed.repo.sources.items()} == expected
    assert not [
        one
        for one in fixed.report.diagnostics
        if one.code == rule.code and one.fix and one.fix.applicability >= Applicability.UNSAFE
    ], "fixed once, the rule has nothing left to fix"
    for path, source in fixed.repo.sources.items():
        if path in repo.sources:
            assert source.mode == repo.sources[path].mode or any(
                "mode" in type(edit).__name__.lower() for one in fixes for edit in one.edits
            )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_is_documented(rule: Rule) -> None:
    doc = rule.__doc__ or ""
    assert rule.title and len(rule.title) < 100
    assert len(doc.split("\n\n")) > 1, "a title and at least one paragraph"


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_sources_keep_their_paths() -> None:
    """A Source in an example stands under its own path."""
    for rule in RULES:
        for example in rule.examples:
            for path, content in example.files.items():
                assert not isinstance(content, Source) or content.path == path
