"""The verdict of the report and the one of the plan never contradict each other, on any case of any page."""

from __future__ import annotations

from binderlint.lint.diagnostic import Level, Severity
from binderlint.lint.hubs import judge
from binderlint.lint.linter import check
from binderlint.lint.verdict import Outcome, verdict
from binderlint.repo2docker.build import build_plan
from tests.cases import cases


def test_what_the_hub_refuses_is_no_launch_and_an_info_stops_nothing() -> None:
    refused = 0
    for rule, case in cases():
        repo = case.repository()
        report = check(repo)
        for found in report.diagnostics:
            assert found.severity > Severity.INFO or found.level in (Level.REPRODUCE, Level.POLISH), (
                rule.name,
                case.title,
                found,
            )
        if not judge(repo.allows, build_plan(repo)).accepts:
            refused += 1
            launch = verdict(report)[0]
            assert launch.outcome is Outcome.FAILS or "nothing found" not in launch.words, (
                rule.name,
                case.title,
                report.diagnostics,
            )
    assert refused > 100
