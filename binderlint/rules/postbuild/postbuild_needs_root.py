"""postbuild-needs-root: A script needs administrator rights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, create
from binderlint.changes.launch_scripts import GOES_ON, removed, result
from binderlint.data import listed_words
from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.scripts.failing import passed_over
from binderlint.facts.scripts.root import RootCommand, root_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import APT
from binderlint.read.script import Command
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot

_APT = ("apt", "apt-get")


class PostbuildNeedsRoot(Rule):
    code = "PBD007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(root_commands)
    def check(self, repo: Snapshot, commands: tuple[RootCommand, ...]) -> Iterator[Diagnostic]:
        needless = build_dockerfile(repo) is None and _only_what_is_there(commands)
        for script, command, reason in commands:
            decides = script.decides(command) and command.place not in passed_over(repo)
            there = needless and command.name in _APT
            yield self.at(
                command.place,
                f"{reason}, but nobody is root on Binder: {result(script, command) if decides else GOES_ON}",
                help="Remove it: Binder's image has what it installs"
                if there
                else "List system packages in apt.txt; put other files in your home folder"
                if command.name in APT
                else "Do it without root, in the home folder or the environment",
                fix=removed(command, "Remove it", Applicability.UNSAFE) if there else self._fix(repo, command),
                severity=Severity.INFO if there and not decides else None,
                level=None if decides else Level.POLISH if there else Level.RUN,
            )

    def _fix(self, repo: Snapshot, command: Command) -> Fix | None:
        """`apt-get install` as lines of apt.txt."""
        if command.name not in _APT:
            return None
        if "update" in command.values and (fix := removed(command, "Remove it", Applicability.UNSAFE)):
            return fix
        packages = command.operands[1:]
        plain = all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", one) for one in packages)
        fix = removed(command, "Move the packages to apt.txt", Applicability.UNSAFE)
        if command.operands[:1] != ("install",) or not packages or not plain or fix is None:
            return None
        path, lines = build_plan(repo).path("apt.txt"), "\n".join(packages)
        source = used_file(repo, "apt.txt")
        if source is None and repo.exists(path):
            return None
        edit: Edit = append_lines(source, lines) if source else create(path, f"{lines}\n")
        return fix._replace(edits=(*fix.edits, edit))


def _only_what_is_there(commands: tuple[RootCommand, ...]) -> bool:
    """True when all that apt would install is in the images of repo2docker."""
    asked = [command.operands for _, command, _ in commands if command.name in _APT]
    packages = {name for operands in asked if operands[:1] == ("install",) for name in operands[1:]}
    return bool(packages) and packages <= listed_words("image_packages.txt")
