"""start-installs: `start` installs packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines
from binderlint.changes.launch_scripts import before_server, moved, removed
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import install
from binderlint.read.requirements import Requirement, canonical, read_requirements
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot


def _listed(repo: Snapshot, command: Command) -> Fix | None:
    """A plain `pip install` of packages as lines of requirements.txt, where the build reads one."""
    source, place = used_file(repo, "requirements.txt"), command.alone
    options = {one for one in command.values if one.startswith("-")}
    packages = command.operands[1:]
    if (
        source is None
        or place is None
        or not packages
        or options - {"-q", "--quiet", "--no-cache-dir", "-U", "--upgrade"}
    ):
        return None
    if not all(
        re.fullmatch(r"[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:(?:==|>=|<=|~=|<|>)[\w.*]+)?", one) for one in packages
    ):
        return None
    fix = removed(command, "Move the packages to requirements.txt", Applicability.UNSAFE)
    above = place.source.line(place.line - 1) if place.line > 2 else None
    commented = above and place.source.text[slice(*above)].lstrip().startswith("#")
    if fix is None or commented or build_plan(repo).separate_kernel:
        return None
    there = {one.key: str(one.text) for one in read_requirements(source) if isinstance(one, Requirement)}
    new: list[str] = []
    for one in packages:
        name = re.split(r"[\[=<>~]", one)[0]
        listed = there.get(canonical(name))
        if listed is None:
            new.append(one)
        elif one not in (name, listed):
            return None  # in another version
    if not new:
        return fix._replace(title="Remove it")
    return fix._replace(edits=(*fix.edits, append_lines(source, "\n".join(new))))


class StartInstalls(Rule):
    code = "STA006"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(start_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        for command in before_server(script):
            tool = install(command)
            if tool:
                yield self.at(
                    command.place,
                    f"`{tool}` runs at every launch, for every visitor, before the server answers. If it does not answer within 30 seconds, the launch fails",
                    help="Put the packages in the environment file, or move the command to postBuild",
                    fix=(_listed(repo, command) if tool == "pip install" else None) or moved(repo, script, command),
                )
