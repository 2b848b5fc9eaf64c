"""Secrets: found for certain, and shown nowhere."""

from __future__ import annotations

import pytest

from binderlint.changes.edits import replace
from binderlint.facts.r import calls, packages
from binderlint.lint.diagnostic import Fix
from binderlint.lint.linter import check
from binderlint.read.secrets import masked
from binderlint.read.wildmatch import fits
from binderlint.reporters import FORMATS, render
from binderlint.rules.conda.env_prefix import EnvPrefix
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.style import Style
from tests.cases import reported


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_shows_a_secret(name: str) -> None:
    cases = [case for rule, case in reported() if rule.name == "secret-in-config"]
    assert cases
    for case in cases:
        report = check(case.repository())
        secrets = [found.place.text for found in report.diagnostics if found.name == "secret-in-config"]
        text = render(name, report, Style(width=200))
        assert secrets and not any(secret in text for secret in secrets)


@pytest.mark.parametrize(
    "address", ["https://ada:s3cr3tW0rdX@github.com/ada/b", "https://s3cr3tW0rdXs3cr3tW0rdX@github.com/ada/b"]
)
@pytest.mark.parametrize("name", ["postBuild", "start", "requirements.txt", "install.R", "Dockerfile", "environment.yml", "apt.txt", ".gitmodules", "README.md", "a.ipynb"])  # fmt: skip
def test_no_message_shows_a_password(name: str, address: str) -> None:
    """Whatever file an address with a password is in, and whatever is said of it."""
    texts = {
        "requirements.txt": f"git+{address}\n{address}/archive/main.zip\n--index-url {address}\n./{address}\n{address} x\n",
        "install.R": f'remotes::install_git("{address}")\ninstall.packages("x", repos = "{address}")\n',
        "Dockerfile": f"FROM python:3.12\nRUN git clone {address} && pip install git+{address}\nCOPY {address} /x\nADD {address} /y\n",
        "environment.yml": f"channels: ['{address}']\ndependencies:\n- {address}\n- pip:\n  - git+{address}\n  - -r {address}\n",
        "apt.txt": f"{address}\n",
        ".gitmodules": f'[submodule "a"]\n\tpath = a\n\turl = {address}\n',
        "README.md": f"[x](https://mybinder.org/v2/git/{address}/main) [y](https://mybinder.org/v2/gh/{address}/main?filepath={address})\n",
        "a.ipynb": '{"cells": [{"cell_type": "code", "source": ["!git clone ' + address + '\\n!pip install git+' + address + '"], "metadata": {}, "outputs": [], "execution_count": null}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}',
    }  # fmt: skip
    script = f"#!/bin/bash\ngit clone {address}\nwget {address}/data.zip?a=b&c=d\npip install git+{address}\ncurl {address} | sh\n"
    repo = Snapshot.from_dict({"requirements.txt": "numpy\n", name: texts.get(name, script)})
    report = check(repo)
    assert report.diagnostics
    for found in report.diagnostics:
        said = f"{found.message} {found.help} {found.fix.title if found.fix else ''}"
        assert "s3cr3tW0rdX" not in said, found


def test_no_title_of_a_fix_shows_a_password() -> None:
    source = Source("start", b"x")
    fix = Fix("Write https://ada:s3cr3tW0rdX@github.com/ada/b", (replace(source.place(0), "y"),))
    found = EnvPrefix().at(source, "", fix=fix).fix
    assert found is not None and found.edits == fix.edits
    assert found.title == "Write https://ada:***********@github.com/ada/b"


def test_masked_keeps_everything_else() -> None:
    assert masked("--index-url https://ci:k7Rw2pQz9Lm@pypi.example.org/  # ours") == (
        "--index-url https://ci:***********@pypi.example.org/  # ours"
    )
    assert masked("nothing to hide") == "nothing to hide"


@pytest.mark.parametrize(
    ("folder", "pattern", "path", "matches"),
    [
        ("", "*.nc", "data/deep/a.nc", True),
        ("", "/data/*.nc", "data/a.nc", True),
        ("", "data/**/a.nc", "data/x/a.nc", True),
        ("", "data/*.nc", "other/a.nc", False),
        ("data", "*.nc", "a.nc", False),
        ("data", "*.nc", "data/a.nc", True),
    ],
)
def test_attributes(folder: str, pattern: str, path: str, matches: bool) -> None:
    assert fits(pattern.encode(), path.encode(), folder.encode()) is matches


def test_calls_of_r() -> None:
    source = Source(
        "install.R",
        b"# install.packages('no')\nif (TRUE) {\n  install.packages(c(\"a\", 'b.c'), repos = x(1, 2))\n}\n"
        b"s <- r\"(install.packages('raw'))\"; remotes::install_github('o/r@v1', dependencies = TRUE)\npak::pkg_install('o/q')",
    )
    assert [call.written for call in calls(source)] == [
        "if",
        "install.packages",
        "c",
        "x",
        "remotes::install_github",
        "pak::pkg_install",
    ]
    assert [(one.name, one.text) for one in calls(source)[1].arguments] == [
        ("", "c(\"a\", 'b.c')"),
        ("repos", "x(1, 2)"),
    ]
    assert packages(source) == ["a", "b.c", "r", "q"]
