"""What says that a repository is meant for Binder, and what the report says where nothing does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from binderlint.facts.for_binder import is_for_binder
from binderlint.git import Git
from binderlint.lint.linter import check
from binderlint.lint.outlook import outlook
from binderlint.rules import rule_index
from binderlint.snapshot import Snapshot

JULIA_PACKAGE = 'name = "Tides"\nuuid = "6b3d5f6e-0b7f-4c1d-9f0e-1d0a4c7c9a11"\nversion = "0.1.0"\n'
NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.mark.parametrize(
    ("files", "meant"),
    [
        ({}, False),
        ({"README.md": "# A web application\n", "Dockerfile": "FROM python:3.12\n"}, False),
        ({"README.md": "It can be run with Binder, https://mybinder.org\n"}, False),
        ({"requirements.txt": "flask\n"}, False),
        ({"a.ipynb": NOTEBOOK}, False),
        ({"Pipfile": "", "DESCRIPTION": "Package: x\n"}, False),
        ({"requirements.txt": "flask\n", "a.ipynb": NOTEBOOK, "Dockerfile": "FROM python:3.12\n"}, False),
        ({"runtime.txt": "python-3.12.4\n", "Procfile": "web: gunicorn app:app\n"}, False),
        ({"sub/binder/environment.yml": "dependencies: []\n"}, False),
        ({"pyproject.toml": "[tool.ruff]\n"}, False),
        ({"sub/.pre-commit-config.yaml": "- id: binderlint\n"}, False),
        ({"binder/environment.yml": "dependencies: []\n"}, True),
        ({".binder/apt.txt": ""}, True),
        ({"Binder/environment.yml": "dependencies: []\n"}, True),
        ({"postBuild": "#!/bin/sh\ntrue\n"}, True),
        ({"runtime.txt": "python-3.12.4\n"}, False),
        ({"runtime.txt": "python-3.12\n"}, True),
        ({"Project.toml": JULIA_PACKAGE, "docs/src/tour.ipynb": NOTEBOOK}, False),
        ({"Project.toml": JULIA_PACKAGE, "notebooks/tour.ipynb": NOTEBOOK}, True),
        ({"Project.toml": "[deps]\n", "docs/src/tour.ipynb": NOTEBOOK}, True),
        ({"runtime.txt": "r-4.4-2024-10-01\n", "Procfile": "web: gunicorn app:app\n"}, True),
        ({"requirements.txt": "numpy\n", "a.ipynb": NOTEBOOK}, True),
        ({"DESCRIPTION": "Package: x\n", "a.Rmd": "x\n"}, True),
        ({"README.md": "[launch](https://mybinder.org/v2/gh/o/r/HEAD)\n"}, True),
        ({"_config.yml": "launch_buttons:\n  binderhub_url: https://mybinder.org\n", "_toc.yml": "root: a\n"}, True),
        ({"binderlint.toml": ""}, True),
        ({"pyproject.toml": "[tool.binderlint]\n"}, True),
        ({".pre-commit-config.yaml": "repos:\n  - hooks:\n      - id: binderlint\n"}, True),
    ],
)
def test_what_says_so(files: dict[str, str], meant: bool) -> None:
    repo = Snapshot.from_dict(files)
    assert is_for_binder(repo) is meant
    report = check(repo)
    assert report.for_binder is meant
    assert report.outlook


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"environment.yml": "dependencies: [python=3.12]\n"}, "Binder will build this with conda from `environment.yml`, on Python 3.12."),
        ({"binder/environment.yml": "dependencies: [python=3.11]\n", "binder/start": "#!/bin/sh\n"},
         "Binder will build this with conda from `binder/environment.yml`, on Python 3.11. `binder/start` runs at every launch."),
        ({"requirements.txt": "numpy\n", "runtime.txt": "python-3.11\n", "postBuild": "#!/bin/sh\n", "start": "#!/bin/sh\n"},
         "Binder will build this with pip from `requirements.txt`, on Python 3.11. `postBuild` runs at the end of the build and `start` at every launch."),
        ({"setup.py": "", "requirements.txt": ""}, "Binder will build this with pip from `setup.py` and `requirements.txt`, on Python 3.10."),
        ({"Pipfile": "[packages]\n"}, "Binder will build this with Pipenv from `Pipfile`, on Python 3.10."),
        ({"Dockerfile": "FROM x\n", "start": "#!/bin/sh\n"}, "Binder will build this from `Dockerfile`."),
        ({"binder/Dockerfile": "\n", "binder/environment.yml": ""}, "Docker cannot read `binder/Dockerfile`, so Binder builds nothing."),
        ({"runtime.txt": "r-4.4-2024-10-01\n", "install.R": "1\n"}, "Binder will build this with R 4.4.2 from `runtime.txt` and `install.R`, on Python 3.10."),
        ({"Project.toml": '[compat]\njulia = "=1.10.4"\n'}, "Binder will build this with Julia 1.10.4 from `Project.toml`, on Python 3.10."),
        ({"default.nix": ""}, "Binder can build this with Nix from `default.nix`, but not start it."),
        ({"README.md": "x\n"}, "mybinder.org does not build this repository: no file tells Binder what to install."),
        ({"environment.yml": "a: [\n"}, "repo2docker stops at `environment.yml`, so Binder builds nothing."),
        ({"binder/apt.txt": "Vim\n", "binder/requirements.txt": ""}, "repo2docker stops at `binder/apt.txt`, so Binder builds nothing."),
    ],
)  # fmt: skip
def test_outlook(files: dict[str, str], said: str) -> None:
    assert outlook(Snapshot.from_dict(files)) == said


def test_outlook_of_a_hub_that_builds_everything() -> None:
    repo = Snapshot.from_dict({"README.md": "x\n"}, hub="generic")
    assert outlook(repo) == "Binder will build this with nothing but Python 3.10, since no file says what to install."


@pytest.mark.parametrize(
    ("ref", "branch", "default", "launched"),
    [
        ("binder", "main", "main", "`binder`"),
        ("v1.0", "main", "main", "`v1.0`"),
        ("main", "main", "main", ""),
        ("HEAD", "main", "main", ""),
        ("main", "topic", "main", ""),  # a branch that will be merged
        ("binder", "binder", "main", ""),
        ("binder", "", "main", ""),  # no branch is checked out
        ("0123abc", "main", "main", ""),  # the commit that is checked out
        ("{{ ref }}", "main", "main", ""),  # a program writes it
    ],
)
def test_outlook_of_what_the_links_do_not_launch(ref: str, branch: str, default: str, launched: str) -> None:
    git = Git("gh/o/r", branch, default, frozenset({"main", "binder", "topic", "v1.0"}), commit="0123abc")
    files = {
        "requirements.txt": "numpy\n",
        "README.md": f"[a](https://mybinder.org/v2/gh/o/r/{ref}) [b](https://mybinder.org/v2/gh/o/env/other)\n",
    }
    said = "Binder will build this with pip from `requirements.txt`, on Python 3.10."
    if launched:
        said += f" The launch links here launch {launched}, though, not `{branch}`, whose files these are."
    assert outlook(Snapshot.from_dict(files, git=git)) == said


@pytest.mark.parametrize(
    ("readme", "launched"),
    [
        ("https://mybinder.org/v2/gh/o/env/main?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252FO%252FR", "`o/env`"),
        ("https://mybinder.org/v2/gh/o/env/main?urlpath=git-pull?repo=https://github.com/o/r%26branch=main", "`o/env`"),
        ("https://mybinder.org/v2/gh/o/env/main?urlpath=git-pull?repo=https://github.com/o/rest", ""),  # another one
        ("https://mybinder.org/v2/gh/o/env/main", ""),  # perhaps the same under its old name
        ("https://mybinder.org/v2/gh/o/env/main?urlpath=git-pull?repo=https://github.com/o/r) [b](https://mybinder.org/v2/gh/o/r/main", ""),
    ],
)  # fmt: skip
def test_outlook_of_what_another_repository_fetches(readme: str, launched: str) -> None:
    files = {"requirements.txt": "numpy\n", "README.md": f"[a]({readme})\n"}
    said = "Binder will build this with pip from `requirements.txt`, on Python 3.10."
    if launched:
        said += f" The launch links here launch {launched}, though, which fetches these files when it has started."
    assert outlook(Snapshot.from_dict(files, git=Git("gh/o/r"))) == said


def test_the_rules_that_treat_other_repositories_differently_are_listed() -> None:
    """docs/architecture.md names the rules whose modules ask what a repository is meant for, and no other."""
    asks = re.compile(
        r"\b(?:is_for_binder|is_ready_for_binder|is_application|has_application_files|is_only_package|is_service|session_dockerfile|another_start)\b"
    )
    differ = {entry.name for entry in rule_index() if asks.search(entry.page.with_suffix(".py").read_text("utf-8"))}
    text = (Path(__file__).parent.parent / "docs/architecture.md").read_text("utf-8")
    section = text.split("\n## Repositories of something else\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    names = {entry.name for entry in rule_index()}
    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row) if name in names} == differ
