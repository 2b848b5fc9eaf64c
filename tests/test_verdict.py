"""The verdict of the report and the one of the plan never contradict each other, on any case of any page."""

from __future__ import annotations

import pytest

from binderlint.git import Git
from binderlint.lint.diagnostic import Level, Severity
from binderlint.lint.hubs import Hub, judge
from binderlint.lint.linter import check
from binderlint.lint.settings import Settings
from binderlint.lint.verdict import Outcome, verdict
from binderlint.repo2docker.build import build_plan
from binderlint.rules import listed_rules
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


def test_an_error_that_stops_the_build_does_not_hide_what_is_wrong_in_other_files() -> None:
    files = {
        "runtime.txt": "python-3.10.4\n",
        "requirements.txt": "pandas==1.0.0\n",
        "postBuild": "#!/bin/bash\nsudo apt-get install -y graphviz\n",
    }
    found = {one.name: one for one in check(Snapshot.from_dict(files)).diagnostics}
    assert {"runtime-python-patch-version", "postbuild-needs-root", "pin-not-available-for-python"} <= found.keys()
    assert (
        found["pin-not-available-for-python"].fix is None
    )  # it would be written into runtime.txt, which the first fix changes


def test_a_second_error_that_stops_the_build_is_told_with_the_first() -> None:
    files = {"REQUIRE": "Optim\n", "runtime.txt": "r-2018-05-02\n", "apt.txt": "vim\n"}
    found = {one.name: one.level for one in check(Snapshot.from_dict(files)).diagnostics}
    assert found["julia-require"] is found["r-mran"] is Level.LAUNCH


def test_what_goes_wrong_after_a_launch_does_not_explain_a_refusal() -> None:
    """A token in a file that Binder does not read is a problem beside the missing environment, not its cause."""
    token = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"
    files = {
        "a/environment.yml": f"dependencies:\n- pip:\n  - git+https://{token}@github.com/a/b\n",
        "b/environment.yml": "dependencies: [x]\n",
    }
    found = {one.name: one.level for one in check(Snapshot.from_dict(files)).diagnostics}
    assert found["secret-in-config"] is Level.RUN
    assert found["no-environment-file"] is Level.LAUNCH


@pytest.mark.parametrize(
    ("hub", "severity", "level", "said"),
    [
        ("mybinder.org", Severity.ERROR, Level.LAUNCH, "install. mybinder.org has refused"),
        ("generic", Severity.WARNING, Level.RUN, "install, so it installs only Python. mybinder.org has refused"),
        (Hub("hub.example.org"), Severity.WARNING, Level.RUN, "install, so it installs only Python. mybinder.org has"),
        (Hub("hub.example.org", default_environment=False), Severity.ERROR, Level.LAUNCH,
         "install. hub.example.org does not build such repositories"),
    ],
)  # fmt: skip
def test_a_repository_without_an_environment_is_refused_by_hubs_that_build_none(
    hub: str | Hub, severity: Severity, level: Level, said: str
) -> None:
    report = check(Snapshot.from_dict({"README.md": "x\n"}, hub=hub))
    (found,) = (one for one in report.diagnostics if one.name == "no-environment-file")
    assert (found.severity, found.level) == (severity, level)
    assert said in found.message


def test_links_do_not_stop_the_launch_and_are_not_counted_with_what_may() -> None:
    link = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/gone)\n"
    git = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0"}), complete=True)
    files = {"README.md": link, "requirements.txt": "numpy==1.16.0\n", "runtime.txt": "python-3.12\n"}
    report = check(Snapshot.from_dict(files, git=git))
    assert {one.code for one in report.diagnostics if one.level is Level.LAUNCH} == {"LNK008", "PIN006"}
    words = verdict(report)[0].words
    assert words.startswith("1 problem may stop it")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(), ""),
        (Settings(ignore={"ALL": ""}, path="binderlint.toml"), "leaves out every rule"),
        (Settings(also_ignore=("ALL",)), "leaves out every rule"),
        (Settings(also_ignore=("LNK",)), ""),
    ],
)
def test_why_rules_had_no_say(settings: Settings, words: str) -> None:
    offered = list(listed_rules())
    said = settings.unjudged(offered, offered)
    assert (words in said) if words else not said


def test_what_the_configuration_does_not_select_is_told() -> None:
    repo = Snapshot.from_dict({"requirements.txt": "numpy\n", "start": "#!/bin/bash\necho\n"})
    settings = Settings(select=("PIN",), path="binderlint.toml")
    hidden = {one.diagnostic.code for one in check(repo, settings).suppressed}
    assert "STA001" in hidden
    assert not hidden & {one.code for one in check(repo, settings).diagnostics}
    assert not check(repo, settings._replace(given=frozenset({"select"}))).suppressed


def test_of_several_patterns_the_first_is_named() -> None:
    repo = Snapshot.from_dict({"requirements.txt": "numpy\n"})
    settings = Settings(per_file_ignores={"*.txt": ("PIN",), "requirements.*": ("PIN002",)}, path="binderlint.toml")
    reasons = [one.reason for one in check(repo, settings).suppressed if one.diagnostic.code == "PIN002"]
    assert reasons == ["per-file-ignores: *.txt"]


def test_what_certainly_stops_the_launch_is_not_counted_with_what_may() -> None:
    files = {"requirements.txt": "numpy==2.2.0\n", "runtime.txt": "python-3.12\n", "start": "#!/bin/bash\necho\n"}
    assert verdict(check(Snapshot.from_dict(files)))[0].words == "no: 1 problem stops it"
