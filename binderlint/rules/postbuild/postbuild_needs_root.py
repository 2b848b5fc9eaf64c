"""postbuild-needs-root: A script needs administrator rights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, create
from binderlint.changes.launch_scripts import removed, result, scripts
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.installer import APT, SYSTEM
from binderlint.read.script import Command
from binderlint.read.shell.vocabulary import COPIES
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot

_SYSTEM = regex(r"/(?:usr|etc|opt|bin|sbin|lib|root|var/lib)(?:/|$)")


_WRITERS = frozenset({*COPIES, "mkdir", "touch", "tee"})


class PostbuildNeedsRoot(Rule):
    code = "PBD007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for script, _ in scripts(repo):
            for command in script.executed:
                if command.ignored or command.after or command.context.conditional:
                    continue
                reason = self._reason(command)
                if reason:
                    yield self.at(
                        command.place,
                        f"{reason}, but nobody is root on Binder: {result(script, command)}",
                        help="List system packages in apt.txt; put other files in your home folder"
                        if command.name in APT
                        else "Do it without root, in the home folder or the environment",
                        fix=self._fix(repo, command),
                        level=None if script.decides(command) else Level.RUN,
                    )

    def _reason(self, command: Command) -> str:
        if "sudo" in command.wrappers:
            return "`sudo` needs root"
        if command.name in (*SYSTEM, "add-apt-repository"):
            if command.name == "dpkg" and not command.has("-i", "--install", "-r", "--remove", "--configure"):
                return ""
            if {"list", "show", "search", "policy", "--version", "download"} & set(command.values):
                return ""
            return f"`{command.name}` needs root"
        for redirect in command.redirects:
            if ">" in redirect.operator and redirect.target and _SYSTEM.match(redirect.target.value or ""):
                return f"only root can write to `{redirect.target.raw}`"
        copies = command.name in COPIES
        if command.name in _WRITERS and len(command.operands) > copies and _SYSTEM.match(command.operands[-1]):
            return f"only root can write to `{command.operands[-1]}`"
        return ""

    def _fix(self, repo: Snapshot, command: Command) -> Fix | None:
        """`apt-get install` as lines of apt.txt."""
        if command.name not in ("apt", "apt-get"):
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
