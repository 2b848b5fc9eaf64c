"""The verdict of the report and the one of the plan never contradict each other, on any case of any page."""

from __future__ import annotations

from binderlint.lint.diagnostic import Level, Severity
from binderlint.lint.hubs import judge
from binderlint.lint.linter import check
from binderlint.lint.verdict import Outcome, verdict
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
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
            expected = Outcome.NOT_JUDGED if report.unjudged else Outcome.FAILS
            stopped = any(one.fails_today and one.level is Level.LAUNCH for one in report.diagnostics)
            assert launch.outcome is expected or (report.unjudged and stopped), (
                rule.name,
                case.title,
                report.diagnostics,
            )
    assert refused > 100


def test_what_stops_nothing_explains_no_refusal() -> None:
    """A secret in a file that Binder does not read is a problem beside the missing environment, not its cause."""
    token = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"
    files = {
        "a/environment.yml": f"dependencies:\n- pip:\n  - git+https://{token}@github.com/a/b\n",
        "b/environment.yml": "dependencies: [x]\n",
    }
    found = {one.name: one.level for one in check(Snapshot.from_dict(files)).diagnostics}
    assert found["secret-in-config"] is Level.RUN
    assert found["no-environment-file"] is Level.LAUNCH
