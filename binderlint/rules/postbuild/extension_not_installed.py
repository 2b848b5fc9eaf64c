"""extension-not-installed: A script enables an extension of the server that nothing installs."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.facts.environment.provided import provided
from binderlint.facts.scripts.commands import jupyter_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import subcommand
from binderlint.read.requirements import canonical
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# Extensions whose package has the name of the module, and which no other package brings, but for those that binderlint knows to.
_KNOWN = frozenset(
    {"jupyter_server_proxy", "nbgitpuller", "voila", "jupyterlab_git", "nbdime", "jupytext", "nbgrader", "jupyter_ai"}
    | {"jupyter_bokeh", "jupyter_resource_usage", "ipyparallel", "jupyter_scheduler", "jupyterlab_latex", "nbdev"}
)


class ExtensionNotInstalled(Rule):
    code = "PBD016"
    severity = Severity.WARNING
    level = Level.RUN

    @about(jupyter_commands)
    def check(self, repo: Snapshot, commands: tuple[tuple[Script, Command], ...]) -> Iterator[Diagnostic]:
        there: frozenset[str] | None = None
        for _, command in commands:
            words = subcommand(command)
            if words[:4] != ("jupyter", "server", "extension", "enable") or command.has("--help", "-h"):
                continue
            there = there or provided(repo)
            if there is None or build_plan(repo).separate_kernel:
                return
            for module in words[4:]:
                name = canonical(module.partition(".")[0])
                if module.partition(".")[0] in _KNOWN and name not in there:
                    yield self.at(
                        command.place,
                        f"`{module}` is enabled here, but nothing installs it, so the server in a session starts without it",
                        help=f"Add `{name}` to the environment, or remove the line",
                        fix=add_package(repo, name, name),
                    )
