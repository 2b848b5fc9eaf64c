"""jupyter-stack-pin: A part of the Jupyter server is pinned to a version older than Binder's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.jupyter_stack import server_ends
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.pipfile import is_locked, pipenv_requirements
from binderlint.facts.for_binder import is_application
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.read.constraints import only_below
from binderlint.read.installer import asked_for, is_pip
from binderlint.read.matchspec import MatchSpec
from binderlint.read.packages import server_lowest
from binderlint.read.requirements import Requirement, canonical, parse_requirement
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text
from binderlint.values import NamedTuple


class _Pin(NamedTuple):
    """A version limit: the package as written, its text, and the part that holds the version."""

    name: Text
    text: Text
    version: Text


class JupyterStackPin(Rule):
    code = "PIP010"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        python = plan.python.version if plan.python else "3.10"
        if not re.match(r"3\.(?:[89]|\d\d)$", python) or plan.separate_kernel or not plan.transparent:
            return
        yield from self._in_scripts(repo)
        conda = [pin for spec in conda_specs(repo) if (pin := _conda_pin(spec))]
        old_lab = any(canonical(pin.name) == "jupyterlab" for pin in conda)
        pips = [
            [pin for one in file.requirements if one.applies(python) and (pin := _pip_pin(one))]
            for file in pip_files(repo)
            if not file.constraint
        ]
        pipenv = [pin for one in pipenv_requirements(repo) if one.applies(python) and (pin := _pip_pin(one))]
        pips.append(pipenv)
        old_lab = old_lab or any(canonical(pin.name) == "jupyterlab" for pins in pips for pin in pins)
        for pins in [conda, *pips]:
            if not pins:
                continue
            names = listed(written := dict.fromkeys(pin.text.partition(";")[0].strip() for pin in pins), 4)
            are, them = ("is", "it") if len(written) == 1 else ("are", "them")
            broken = pins is not conda and (
                (not old_lab and any(canonical(pin.name) == "jupyter-server" for pin in pins))
                or any(server_ends(repo, canonical(pin.name), pin.version, python) for pin in pins)
            )
            if pins is conda:
                result, severity = (
                    ". conda changes the whole server to match, and visitors get an old one",
                    Severity.INFO,
                )
            elif broken:
                result, severity = f", which cannot start with {them}", Severity.ERROR
            else:
                result, severity = f", which may not start with {them}, or loses extensions", Severity.WARNING
            yield self.at(
                pins[0].text,
                f"{names} {are} older than the Jupyter server in Binder's images{result}",
                help="List what Binder needs without this version in a folder `binder`, since the application may need it"
                if pins is not conda and is_application(repo)
                else "Lock newer versions with `pipenv update`, or remove Jupyter from the Pipfile and lock again: Binder's images have it"
                if pins is pipenv and is_locked(repo)
                else "Remove the version: Binder installs one that works",
                fix=None
                if pins is conda or pins is pipenv or is_application(repo)
                else Fix("Remove the versions", tuple(_freed(pin) for pin in pins), Applicability.UNSAFE),
                severity=severity,
                level=Level.LAUNCH if broken else Level.REPRODUCE,
            )

    def _in_scripts(self, repo: Snapshot) -> Iterator[Diagnostic]:
        script = post_build_script(repo)
        for command in script.running if script else ():
            if not is_pip(command.name) or "install" not in command.values:
                continue
            words = command.values[command.values.index("install") + 1 :]
            for word in asked_for(command.name, words).packages:
                one = parse_requirement(Text(word, command.place))
                if isinstance(one, Requirement) and _pip_pin(one):
                    yield self.at(
                        command.place,
                        f"`{word}` is older than what Binder's images have, and replaces it after they are built: the server may not start with it, or loses extensions",
                        help="Remove the version: Binder installs one that works",
                    )


def _pip_pin(one: Requirement) -> _Pin | None:
    lowest = server_lowest().get(one.key)
    if not lowest or one.url or not only_below(one.specifier, lowest):
        return None
    return _Pin(one.name, one.text, one.specifier)


def _conda_pin(spec: MatchSpec) -> _Pin | None:
    lowest = server_lowest().get(canonical(spec.name))
    if not lowest or spec.version is None or spec.whole or not only_below(spec.version, lowest):
        return None
    return _Pin(spec.name, spec.text, spec.version)


def _freed(pin: _Pin) -> Edit:
    start = pin.name.place.span.end - pin.text.place.span.start
    end = pin.version.place.span.end - pin.text.place.span.start
    return replace(pin.text.part(start, end), "")
