"""Ended: the addresses of services that no longer exist, from which the build, the start and the notebooks get something."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.docker.context import Run, docker_runs
from binderlint.facts.docker.installs import given_lists
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.own_package import own_dependencies, own_installs
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.commands import addresses_of, failure_effect, script_addresses
from binderlint.facts.scripts.other_lists import script_lists
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.actions import download, install
from binderlint.read.script import Command, parse_shell
from binderlint.read.services import Ended, ended_service
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Text
from binderlint.values import NamedTuple


class EndedAddress(NamedTuple):
    """An address of a service that ended, where it is written, and what fails: `by`. It `stops` the build or the launch, or only what needs it."""

    where: Text | Place
    service: Ended
    by: str
    stops: bool


_FROM_REPOSITORY = regex(r"(?<![\w+])((?:git|hg|svn|bzr)\+(?=git:|https?:)|(?=git:))(\w+://[^\s#;'\"]+)")
_SHELL_LINE = regex(r"\s*(?:!|%sx\s|%system\s|%(?=(?:pip|conda)\s))")
_ON_GITHUB = regex(r"https?://(?:www\.)?github\.com/")
_PIP_STOPS = "pip stops the build"
SUBVERSION = Ended("GitHub ended Subversion in 2024", 0, "")


@fact
def ended_addresses(repo: Snapshot) -> tuple[EndedAddress, ...]:
    """The addresses of services that ended, in all that gets something from them."""
    found: dict[Place, EndedAddress] = {}
    for one in _ended_addresses(repo):
        found.setdefault(one.where.place if isinstance(one.where, Text) else one.where, one)
    return tuple(found.values())


def _ended_addresses(repo: Snapshot) -> Iterator[EndedAddress]:
    yield from _in_lists(repo)
    rewritten = any("insteadof" in " ".join(one.values).lower() for one in _commands(repo))
    for found in (*_in_scripts(repo), *_in_runs(repo), *_in_notebooks(repo)):
        if not rewritten or not found.service.instead:
            yield found


def _commands(repo: Snapshot) -> Iterator[Command]:
    for script in (post_build_script(repo), start_script(repo)):
        yield from script.executed if script else ()
    for run in docker_runs(repo):
        yield from run.commands


def _in_scripts(repo: Snapshot) -> Iterator[EndedAddress]:
    for script, command, url in script_addresses(repo):
        yield from _of_command(
            command, url, f"this command fails, {failure_effect(script, command)}", script.decides(command)
        )
    for script, command, source in script_lists(repo):
        if source:
            yield from _in_list(source, f"pip fails, {failure_effect(script, command)}", script.decides(command))


def _in_runs(repo: Snapshot) -> Iterator[EndedAddress]:
    for run in docker_runs(repo):
        for command in run.commands:
            stops = run.shell.decides(command)
            by = f"this command fails, {_effect(run, command)}"
            for url in addresses_of(command):
                for found in _of_command(command, url, by, stops):
                    if "MRAN" not in found.service.reason:  # r-mran
                        yield found
    for run, command, source in given_lists(repo):
        yield from _in_list(source, f"pip fails, {_effect(run, command)}", run.shell.decides(command))


def _effect(run: Run, command: Command) -> str:
    return "and the build with it" if run.shell.decides(command) else "and the rest goes on without it"


def _in_notebooks(repo: Snapshot) -> Iterator[EndedAddress]:
    for page in shown_notebooks(repo):
        for cell in page.code if "git://" in page.all_code else ():
            for number, line in enumerate(cell.text.split("\n"), 1):
                if "git://" not in line or not (shell := _SHELL_LINE.match(line)):
                    continue
                where = page.line(cell.number, number)
                if isinstance(where, Text):
                    for command in parse_shell(where.part(shell.end(), len(where))).commands:
                        for url in addresses_of(command):
                            yield from _of_command(command, url, "this line fails", stops=False)


def _in_lists(repo: Snapshot) -> Iterator[EndedAddress]:
    """In what pip installs by itself, where git is not told to use another address."""
    plan, config = build_plan(repo), repo.get(".gitconfig")
    if config and "insteadof" in config.prose.lower():
        return
    python = plan.python.version if plan.python else "3.10"
    for one in pip_requirements(repo):
        for address in _from_repositories(one.url) if one.url and one.applies(python) else ():
            yield EndedAddress(*address, _PIP_STOPS, stops=True)
    if own_installs(repo):
        for written in own_dependencies(repo) or ():
            if "://" in written and (found := _FROM_REPOSITORY.search(written)):
                for name in OWN_PACKAGE:
                    if (source := repo.get(name)) and found.group() in source.text:
                        yield from _in_list(source, _PIP_STOPS, stops=True)


def _of_command(command: Command, url: Text, by: str, stops: bool) -> Iterator[EndedAddress]:
    if service := _ended(command, url):
        yield EndedAddress(url, service, by, stops)


def _ended(command: Command, url: str) -> Ended | None:
    """The service that a command gets something from, where it has ended; None where its failure is expected."""
    if command.context.condition:
        return None
    if command.name == "svn" and _ON_GITHUB.match(url):
        return SUBVERSION
    gets = download(command) or install(command) or command.operands[:2] == ("submodule", "add")
    return ended_service(url) if gets else None


def _in_list(source: Source, by: str, stops: bool) -> Iterator[EndedAddress]:
    """In a list of packages that a command is given."""
    for line in source.lines() if b"://" in source.data else ():
        for address in _from_repositories(line) if not line.lstrip("\ufeff \t").startswith("#") else ():
            yield EndedAddress(*address, by, stops)


def _from_repositories(text: Text) -> Iterator[tuple[Text | Place, Ended]]:
    """The addresses in a requirement, or a line of them, whose service has ended. pip takes `-e git://` for `git+git://`."""
    for found in _FROM_REPOSITORY.finditer(text):
        if service := ended_service(found[2]):
            exact = text.place.text == text
            instead = service.instead if found[1] or not service.instead else f"git+{service.instead}"
            yield text.part(*found.span(2)) if exact else text.place, service._replace(instead=instead)
