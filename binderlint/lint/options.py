"""Options: the table of settings, which gives the flags, the check of the configuration file and its schema; and a flag of two commands."""

from __future__ import annotations

from binderlint.typed import Any
from binderlint.values import NamedTuple


class Option(NamedTuple):
    """One setting: its name, what kind of value it takes, and what it does, for the flags, the schema and the docs."""

    name: str
    kind: str
    """`rules` (codes, prefixes or names), `reasons` (rules, or a table of rules and reasons), `severities` (a table), `globs` (paths to rules), `choice`, `hub` (a choice, or a table), `text` or `flag`."""
    help: str
    default: Any
    choices: tuple[str, ...] = ()
    flag: str = ""
    """The flag on the command line, if it has one."""


OPTIONS = (
    Option("select", "rules", "Run only these rules (codes, prefixes such as CND, names, or ALL)", (), flag="--select"),
    Option(
        "ignore", "reasons", "Leave these rules out; in a file also as a table of rule = reason", {}, flag="--ignore"
    ),
    Option("per-file-ignores", "globs", "Leave rules out in files that match a pattern", {}),
    Option("severity", "severities", "Give a rule another severity", {}),
    Option(
        "fail-on",
        "choice",
        "The lowest severity that makes the run fail",
        "warning",
        ("error", "warning", "info", "never"),
        "--fail-on",
    ),
    Option(
        "hub",
        "hub",
        "The BinderHub the repository is meant for",
        "mybinder.org",
        ("mybinder.org", "generic"),
        "--hub",
    ),
    Option(
        "online",
        "flag",
        "Ask the web about what the repository names: its branches, packages on PyPI and conda-forge, images, hubs, downloads",
        False,
        flag="--online",
    ),
    Option("unfixable", "rules", "Never apply the fixes of these rules", ()),
    Option("extend-safe-fixes", "rules", "Treat the unsafe fixes of these rules as safe", ()),
    Option("require-reasons", "flag", "Report suppression comments that give no reason", False),
)

SUBDIR = "look at this folder of the repository alone, as `repo2docker --subdir` builds it; BinderHub builds the whole repository"
"""The flag `--subdir` in words."""
