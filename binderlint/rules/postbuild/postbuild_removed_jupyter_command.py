"""postbuild-removed-jupyter-command: A script runs a `jupyter` command that no longer exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.launch_scripts import removed, rewritten
from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.failing import passed_over, removed_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import subcommand
from binderlint.read.installer import is_pip
from binderlint.read.renamed import RENAMED
from binderlint.read.requirements import canonical
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# Extensions that register themselves: enabling them does nothing (their packages' own data files, Notebook 7 and jupyter_server 2).
_AUTOMATIC = frozenset(
    {"widgetsnbextension", "jupyterlab", "jupyter_server_proxy", "nbgitpuller", "voila", "voila.server_extension"}
    | {"bqplot", "ipyleaflet", "ipympl", "pythreejs", "ipyvolume", "jupyter_resource_usage", "jupyterlab_git", "nbdime"}
)


# Commands of packages that extend Notebook 6.
_OF_OTHERS = ("contrib", "nbextensions_configurator")


class PostbuildRemovedJupyterCommand(Rule):
    code = "PBD001"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(removed_commands)
    def check(self, repo: Snapshot, commands: tuple[tuple[Script, Command], ...]) -> Iterator[Diagnostic]:
        separate = build_plan(repo).separate_kernel
        put: dict[str, dict[str, int]] = {}
        for script, command in commands:
            words = subcommand(command)
            kind = words[1]
            start = command.place.span.start
            if separate and script.source.path not in put:
                put[script.source.path] = _put_into_server(script)
            there = put.get(script.source.path, {})
            elsewhere = separate and not any(there.get(canonical(one), start) < start for one in words[3:])
            decides = script.decides(command) and command.place not in passed_over(repo)
            yield self.at(
                command.place,
                f"Notebook 7, which Binder installs, removed {f'what `jupyter {kind}` needs' if kind in _OF_OTHERS else f'`jupyter {kind}`'}: the command fails, {failure_effect(script, command, decides)}",
                help="Remove it if the extension registers itself; otherwise install an extension for Notebook 7"
                if not elsewhere
                else "Remove it. The environment file is for the kernel, so what the server needs is installed with `pip install` in postBuild",
                severity=Severity.ERROR if decides else None,
                level=None if decides else Level.RUN,
                fix=None if elsewhere else self._fix(command, kind, words),
            )

    def _fix(self, command: Command, kind: str, words: tuple[str, ...]) -> Fix | None:
        targets = set(words[3:])
        if kind in ("nbextension", "serverextension") and words[2:3] in (("enable",), ("install",)) and targets:
            if targets <= _AUTOMATIC:
                return removed(command, "Remove it: the extension registers itself", Applicability.SAFE)
            if targets <= RENAMED.keys():
                name = RENAMED[min(targets)]
                return removed(
                    command, f"Remove it: `{name}`, as it is called today, registers itself", Applicability.SAFE
                )
        if kind == "serverextension" and words[2:3] == ("enable",) and command.name == "jupyter":
            word = next((one for one in command.args if one.raw == "serverextension"), None)
            if word:
                return rewritten("Use `jupyter server extension`", word.raw, "server extension", Applicability.UNSAFE)
        return None


def _put_into_server(script: Script) -> dict[str, int]:
    """The names of what a script puts into the server's environment, beside a kernel with its own, and where it first does."""
    found: dict[str, int] = {}
    for one in script.running:
        text = one.place.text
        installs = is_pip(one.name) and "install" in one.values
        if "KERNEL_PYTHON_PREFIX" not in text and (installs or "NB_PYTHON_PREFIX" in text):
            for word in re.findall(r"[\w-]+", text):
                found.setdefault(canonical(word), one.place.span.start)
    return found
