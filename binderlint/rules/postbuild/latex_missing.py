"""latex-missing: A script makes a PDF with LaTeX, which is not installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.packages import add_apt_packages
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.scripts.commands import failure_effect, script_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_PROGRAMS = frozenset({"xelatex", "pdflatex", "lualatex", "latex", "latexmk", "bibtex", "biber"})
# What nbconvert's exporter `pdf` needs where apt-get installs no recommended packages, as repo2docker has it.
_FOR_NBCONVERT = (
    "texlive-xetex",
    "texlive-latex-extra",
    "texlive-fonts-recommended",
    "texlive-plain-generic",
    "lmodern",
    "pandoc",
)
_BRINGS_TEX = regex(r"tex|tectonic", re.IGNORECASE)


class LatexMissing(Rule):
    code = "PBD017"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(script_commands)
    def check(self, repo: Snapshot, commands: tuple[tuple[Script, Command], ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or not plan.transparent:
            return
        needs = [(script, command, what) for script, command in commands if (what := _needs(command))]
        if not needs or _may_be_there(repo):
            return
        for script, command, what in needs:
            packages = _FOR_NBCONVERT if "nbconvert" in what else ("texlive-latex-extra", "texlive-xetex", "latexmk")
            decides = script.decides(command)
            yield self.at(
                command.place,
                f"`{what}` needs LaTeX, which Binder's image does not have and nothing here installs: the command fails, {failure_effect(script, command)}",
                help=f"Add {listed(packages, 6)} to {plan.path('apt.txt')}, or make HTML instead, which needs no LaTeX",
                severity=None if decides else Severity.WARNING,
                level=None if decides else Level.RUN,
                fix=add_apt_packages(repo, packages),
            )


def _needs(command: Command) -> str:
    """What a command is that needs LaTeX; empty for others."""
    if command.name in _PROGRAMS:
        return command.name
    if subcommand(command)[:2] == ("jupyter", "nbconvert"):
        for word, after in zip(command.values, (*command.values[1:], ""), strict=True):
            if (word == "--to" and after.lower() == "pdf") or word.lower() == "--to=pdf":
                return "nbconvert --to pdf"
    return ""


def _may_be_there(repo: Snapshot) -> bool:
    """Whether something may bring LaTeX: a package of Ubuntu or conda, or a command that speaks of it."""
    named = [str(word) for entry in apt_entries(repo) for word in entry.words]
    named += [spec.key for spec in conda_specs(repo)]
    named += [" ".join((command.name, *command.values)) for _, command in script_commands(repo) if not _needs(command)]
    return any(_BRINGS_TEX.search(one) for one in named)
