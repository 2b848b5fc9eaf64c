"""postbuild-labextension-install: A script installs a JupyterLab extension from source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from binderlint.changes.launch_scripts import removed
from binderlint.facts.environment.asked import asked_by_server
from binderlint.facts.environment.jupyter_stack import is_older, may_be_older_at
from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.environment.provided import installed_packages
from binderlint.facts.scripts.commands import failure_effect, jupyter_commands
from binderlint.facts.scripts.webpack import builds_lab, node_without_webpack_4
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import joined, listed
from binderlint.read.actions import subcommand
from binderlint.read.constraints import only_below
from binderlint.read.digits import release
from binderlint.read.lab_extensions import BUILT_IN, outdated, prebuilt, prebuilt_since
from binderlint.read.packages import packages_by_name
from binderlint.read.requirements import canonical
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PostbuildLabextensionInstall(Rule):
    code = "PBD002"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(jupyter_commands)
    def check(self, repo: Snapshot, commands: tuple[tuple[Script, Command], ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not plan.transparent:
            return  # with the JupyterLab and the Node of an image
        separate = plan.separate_kernel  # the environment file is for the kernel alone
        servers = {one.key for one in asked_by_server(repo)}
        for script, command, build in _with_builds(commands):
            words = subcommand(command)
            if words[:3] != ("jupyter", "labextension", "install"):
                continue
            packages = words[3:]
            if not packages:
                continue
            own = [one for one in packages if one.startswith((".", "/", "~")) or repo.exists(one)]
            line = f"line {build.place.line}" if build and build is not command else ""
            if build and (its := node_without_webpack_4(repo, script, build)):
                yield self.at(
                    command.place,
                    f"{line.capitalize() or 'This'} builds JupyterLab with webpack 4, which does not run on {its}: the command fails, {failure_effect(script, build)}",
                    help="Use JupyterLab 4 and the extensions' Python packages",
                    severity=Severity.ERROR if script.decides(build) else None,
                    level=None if script.decides(build) else Level.RUN,
                )
                continue
            if may_be_older_at(repo, script, command, "jupyterlab", (4,)):
                return
            known = {one: prebuilt(one) for one in packages}
            there = [
                one
                for one, name in known.items()
                if name == BUILT_IN or (name and canonical(name) in (servers if separate else installed_packages(repo)))
            ]
            missing = sorted({name for one, name in known.items() if name and one not in there and name is not None})
            before = {
                name: since
                for one, name in known.items()
                if name and (since := prebuilt_since(one)) and _is_before(repo, canonical(name), release(since))
            }
            newer = f", and list {_newer(before)}: what is listed was made for an older JupyterLab" if before else ""
            old = any(outdated(one) for one in packages)
            decides = script.decides(command if old or build is None else build) and (old or build is not None)
            yield self.at(
                command.place,
                f"`{next(one for one in packages if outdated(one))}` was made for JupyterLab before 4, but Binder installs JupyterLab 4: the command fails, {failure_effect(script, command)}"
                if old
                else "`jupyter labextension install --no-build` changes nothing that visitors see, since nothing builds JupyterLab afterwards"
                if build is None
                else f"{f'With `--no-build` the extension waits for {line}, which' if line else '`jupyter labextension install`'} builds JupyterLab from its sources. This is slow, needs a lot of memory and fails for extensions made before JupyterLab 4",
                help=f"Remove it{newer}"
                if before and not missing
                else f"Remove it and run `pip install {' '.join(missing)}` instead: the environment file is for the kernel, not for JupyterLab"
                if missing and separate
                else f"Remove it and add {listed(_as_listed(repo, missing), 6)} to the environment file{newer}"
                if missing
                else "Build the extension as a part of its Python package, and install that with pip"
                if len(own) == len(packages)
                else "Remove it"
                if len(there) == len(packages)
                else "Remove it: there is nothing in its place for JupyterLab 4"
                if all(one in there or name == "" for one, name in known.items())
                else "Remove it; install the extension's Python package if it has one",
                severity=Severity.ERROR if old and decides else None,
                level=None if decides else Level.RUN,
                fix=removed(
                    command,
                    "Remove it: the build has it already",
                    Applicability.UNSAFE if not old and script.covers(command) else Applicability.SAFE,
                )
                if len(there) == len(packages) and not before
                else None,
            )


def _with_builds(commands: tuple[tuple[Script, Command], ...]) -> list[tuple[Script, Command, Command | None]]:
    """The commands, each with the one that builds JupyterLab with what it installs: itself, or the next one of its script that builds."""
    found: list[tuple[Script, Command, Command | None]] = []
    builds: dict[str, Command] = {}
    for script, command in reversed(commands):
        if builds_lab(command):
            builds[script.source.path] = command
        found.append((script, command, builds.get(script.source.path)))
    return found[::-1]


def _is_before(repo: Snapshot, package: str, lowest: tuple[int, ...]) -> bool:
    """Whether what the server has of a package is listed in a version below a release."""
    if not build_plan(repo).separate_kernel:
        return is_older(repo, package, lowest)
    return any(one.key == package and only_below(str(one.version or ""), lowest) for one in asked_by_server(repo))


def _newer(since: Mapping[str, str]) -> str:
    """Packages with the releases from which on they are wanted."""
    return joined([f"{name} {lowest} or newer" for name, lowest in since.items()])


def _as_listed(repo: Snapshot, names: list[str]) -> list[str]:
    """The names as the environment file wants them: conda's, where it lists packages for conda."""
    known = packages_by_name()
    if conda_list(repo) is None:
        return names
    return [known[name].condas[0] if name in known else name for name in names]
