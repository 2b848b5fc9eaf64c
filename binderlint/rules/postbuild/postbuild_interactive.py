"""postbuild-interactive: A script asks a question."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import result, rewritten
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import CONDA, is_pip
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class PostbuildInteractive(Rule):
    code = "PBD008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        settled = any("always_yes" in one.place.text or "ALWAYS_YES" in one.place.text for one in script.executed)
        settled = settled or "ALWAYS_YES" in script.source.prose
        for command in script.executed:
            if command.ignored or command.context.pipeline or command.input is not None:
                continue
            if any("<" in one.operator for one in command.redirects):
                continue
            word = command.args[0] if command.args else None
            if is_pip(command.name) and word and word.value == "uninstall" and not command.has("-y", "--yes"):
                yield self.at(
                    word.raw,
                    f"`pip uninstall` asks for a confirmation, but nobody can answer while the image is built: {result(script, command)}",
                    help="Add `-y`",
                    severity=None if script.decides(command) else Severity.WARNING,
                    level=None if script.decides(command) else Level.RUN,
                    fix=rewritten("Add `-y`", word.raw, "uninstall -y"),
                )
            elif command.name in CONDA and word and not settled:
                if word.value in ("install", "remove", "uninstall", "update", "upgrade", "create") and not command.has(
                    "-y", "--yes", "--dry-run", "-d", "--help", "-h"
                ):
                    yield self.at(
                        word.raw,
                        f"`{command.name} {word.value}` asks for a confirmation. While the image is built, it assumes the answer is yes",
                        help="Add `-y`",
                        severity=Severity.INFO,
                        level=Level.POLISH,
                        fix=rewritten("Add `-y`", word.raw, f"{word.value} -y"),
                    )
            elif command.name == "read" and command.has("-p") and not command.context.loop:
                yield self.at(
                    command.place,
                    f"`read` waits for an answer, but nobody can give one while the image is built: {result(script, command)}",
                    help="Remove the question",
                    severity=None if script.decides(command) else Severity.WARNING,
                    level=None if script.decides(command) else Level.RUN,
                )
