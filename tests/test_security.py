"""Secrets: found for certain, and shown nowhere."""

from __future__ import annotations

import pytest

from binderlint.facts.r import calls, packages
from binderlint.lint.linter import check
from binderlint.read.secrets import masked
from binderlint.read.wildmatch import fits
from binderlint.reporters import FORMATS, render
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
