"""env-name-assumed: A script uses the name that environment.yml gives the environment."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import launch_scripts, removed, rewritten
from binderlint.facts.environment.mapping import environment_mapping
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import CONDA
from binderlint.read.script import Command, Script, Word
from binderlint.snapshot import Snapshot


def _environment_word(command: Command) -> Word | None:
    """The word that names a conda environment to activate or to run in."""
    words = command.written
    values = [word.value or "" for word in words]
    name = values[0].rpartition("/")[2] if values else ""
    if name in CONDA and values[1:2] == ["activate"] and len(words) == 3:
        return words[2]
    if name in ("source", ".") and len(words) == 3 and values[1].rpartition("/")[2] == "activate":
        return words[2]
    if " run" in " ".join(command.wrappers):
        for index, text in enumerate(values):
            if text == "run" and values[index - 1].rpartition("/")[2] in CONDA:
                for at in range(index + 1, len(values) - 1):
                    if values[at] in ("-n", "--name"):
                        return words[at + 1]
                    if not values[at].startswith("-"):
                        return None
    return None


class EnvNameAssumed(Rule):
    code = "PBD005"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        environment = environment_mapping(repo)
        named = environment.get("name") if environment else None
        if not isinstance(named, str) or named in ("notebook", "kernel", "base", "root"):
            return
        made = any(one.name in CONDA and "create" in one.values[:2] for script, _ in scripts for one in script.commands)
        for script, _ in scripts:
            for command in script.executed if not made else ():
                word = _environment_word(command)
                if word is None or word.value != named or command.ignored:
                    continue
                activation = command.name in (*CONDA, "source", ".")
                fix = (
                    removed(command, "Remove it: the environment is active", Applicability.UNSAFE)
                    if activation
                    else rewritten("Use the environment `notebook`", word.raw, "notebook", Applicability.UNSAFE)
                )
                yield self.at(
                    word.raw,
                    f"There is no environment `{named}`. Binder installs environment.yml into one called `notebook`, whatever its `name`",
                    help="Remove the activation: the environment is already active"
                    if activation
                    else "Use `-n notebook`, or remove `conda run`",
                    level=None if script.decides(command) else Level.RUN,
                    fix=fix,
                )
