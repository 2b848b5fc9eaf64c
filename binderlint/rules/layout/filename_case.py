"""filename-case: The name of a configuration file is misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.jupyter_stack import may_be_older_at
from binderlint.facts.for_binder import is_for_binder, is_refused
from binderlint.facts.named import naming
from binderlint.facts.scripts.failing import certainly_fails, removed_commands
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.lab_extensions import outdated
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CHOOSES, CONDA, ONLY_BINDERS, meant
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, Source

# The names that this rule knows how to judge; others (DESCRIPTION, setup.py) mean too many things in small letters,
# and what BinderHub cannot start (repo2docker's Nix) is not advised.
_KNOWN = frozenset({*CHOOSES, *ONLY_BINDERS, "start", "runtime.txt"}) - {"default.nix"}


class FilenameCase(Rule):
    code = "LAY003"
    severity = Severity.ERROR
    level = Level.RUN

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        for path in repo.list(repo.resolve(plan.binder_dir) or ""):
            source = repo.sources[path]
            right = _right_name(source.name)
            if not right or source.mode not in (REGULAR, EXECUTABLE) or self._is_meant_so(repo, source, right):
                continue
            rename = Rename(path, plan.path(right))
            if rename.to in repo.sources:  # a link that leads nowhere: that is what to mend
                continue
            renamed = repo.apply([rename])
            after = build_plan(renamed)
            if (right in CHOOSES or plan.buildpack == Buildpack.DOCKER) and not (after.error or after.uses(rename.to)):
                continue
            lost = [use.path for use in plan.files if plan.uses(use.path) and not after.uses(use.path)]
            refused = is_refused(repo)
            if lost and right in ("Dockerfile", "Project.toml") and not refused:
                continue
            careful = lost or any(naming(repo, source.name, path))
            message = f"Binder looks for `{right}`, not for `{source.name}`, so this file has no effect"
            if right == "postBuild" and (failing := _stops(renamed)):
                yield self.at(
                    source,
                    message,
                    help=f"Remove the file, or mend `{failing.name}` in line {failing.place.line}, with which the build would stop today, and then rename the file",
                    severity=Severity.WARNING,
                )
                continue
            yield self.at(
                source,
                message,
                help=f"Rename the file: `git mv {path} {rename.to}`"
                + (
                    f". Beside a Dockerfile, Binder does not read `{lost[0]}`" if lost and right == "Dockerfile" else ""
                ),
                level=Level.LAUNCH if right in CHOOSES and refused else None,
                fix=Fix(
                    f"Rename `{source.name}` to `{right}`",
                    (rename,),
                    Applicability.UNSAFE if careful else Applicability.SAFE,
                ),
            )

    def _is_meant_so(self, repo: Snapshot, source: Source, right: str) -> bool:
        """Whether the file has this name for a reason."""
        both = CONDA if right.startswith("environment") else (right,)
        plan = build_plan(repo)
        if any(repo.exists(plan.path(name)) for name in both):
            return True
        if right == "start" and not plan.binder_dir and "$@" not in source.prose:
            return True
        if right == "Dockerfile" and not is_for_binder(repo):
            return True  # BuildKit takes a `dockerfile` too
        if right == "Project.toml" and not _JULIA.search(source.prose):
            return True  # Cloud Native Buildpacks have a project.toml
        return source.name.endswith((".sh", ".bash")) and any(naming(repo, source.name, source.path))


def _stops(repo: Snapshot) -> Command | None:
    """The command of postBuild that is known to stop the build."""
    script = post_build_script(repo)
    if script is None:
        return None
    removed = (command for where, command in removed_commands(repo) if where is script)
    old = (command for command in script.executed if _installs_outdated(repo, script, command))
    known = (certainly_fails(repo, script), *removed, *old)
    return next((command for command in known if command and script.decides(command)), None)


def _installs_outdated(repo: Snapshot, script: Script, command: Command) -> bool:
    """Whether a command builds an extension that was made for an older JupyterLab."""
    words = subcommand(command)
    if words[1:3] != ("labextension", "install") or not any(map(outdated, words[3:])):
        return False
    return not may_be_older_at(repo, script, command, "jupyterlab", (4,))


_JULIA = regex(r"^\s*(?:\[(?:deps|weakdeps|compat|extras)\]|uuid\s*=|julia\s*=)", re.MULTILINE)


def _right_name(name: str) -> str:
    """The name of the configuration file that a file is nearly called, empty for all others and for the right names."""
    right = meant(name) or ""
    if (right in ("start", "postBuild") and name.lower().endswith((".py", ".r"))) or name.lower() == "runtime":
        return ""  # as likely a helper
    return right if right in _KNOWN else ""
