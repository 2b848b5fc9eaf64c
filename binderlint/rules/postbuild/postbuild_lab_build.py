"""postbuild-lab-build: A script builds JupyterLab again."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import removed
from binderlint.facts.environment.jupyter_stack import may_be_older_at
from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.facts.scripts.webpack import is_lab_build, node_without_webpack_4
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import subcommand
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class PostbuildLabBuild(Rule):
    code = "PBD009"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        found = [one for one in script.running if is_lab_build(one)]
        sources = any(
            subcommand(one)[:2] == ("jupyter", "labextension") and {"install", "link", "develop"} & set(one.values)
            for one in script.running
        )
        for command in found:
            if its := node_without_webpack_4(repo, script, command):
                yield self.at(
                    command.place,
                    f"This builds JupyterLab with webpack 4, which does not run on {its}: the command fails, {failure_effect(script, command)}",
                    help="Use JupyterLab 4 and the extensions' Python packages",
                    severity=Severity.ERROR if script.decides(command) else None,
                    level=None if script.decides(command) else Level.RUN,
                )
                continue
            if may_be_older_at(repo, script, command, "jupyterlab", (3,)):
                return
            yield self.at(
                command.place,
                "`jupyter lab build` takes minutes and a lot of memory"
                + ("" if sources else ", and nothing here needs it: extensions from Python packages are already built"),
                help="Install extensions as Python packages and remove the build",
                level=None if script.decides(command) else Level.POLISH,
                fix=None
                if sources
                else removed(
                    command, "Remove it", Applicability.UNSAFE if script.covers(command) else Applicability.SAFE
                ),
            )
