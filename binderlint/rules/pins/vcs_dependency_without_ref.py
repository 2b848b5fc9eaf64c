"""vcs-dependency-without-ref: A package comes from a repository without a commit."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from binderlint.data import listed_words
from binderlint.facts.docker.context import docker_runs
from binderlint.facts.environment.installs import pip_requirements, server_requirements
from binderlint.facts.r import Call, calls
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.requirements import Requirement, parse_requirement
from binderlint.read.shell.commands import UNKNOWN, Command
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text


class VcsDependencyWithoutRef(Rule):
    code = "PIN003"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        version = plan.python.version if plan.python else "3.10"
        for one in (*pip_requirements(repo), *server_requirements(repo)):
            if one.url and one.remote and one.applies(version):
                yield from self._requirement(one, one.text)
        post_build = post_build_script(repo)
        scripts = [post_build.running] if post_build else []
        for commands in [*scripts, *(run.commands for run in docker_runs(repo))]:
            settled = _settled(commands)
            for number, command in enumerate(commands):
                if command.name in ("pip", "pip3", "uv") and "install" in command.operands:
                    for word in command.args:
                        written = word.value or ""
                        if not any(one in written.casefold() for one in ("git", "hg", "svn", "bzr")):
                            continue
                        line = parse_requirement(Text(written, word.place))
                        if isinstance(line, Requirement) and line.vcs:
                            yield from self._requirement(line, word.place)
                elif command.name == "git" and command.operands[:1] == ("clone",) and number not in settled:
                    yield from self._clone(repo, command)

        install = used_file(repo, "install.R")
        for call in calls(install) if install and not install.decode_error else []:
            ref = call.argument("ref")
            follows = ref is None or any(one.lower() in listed_words("branch_names.txt") for one in ref.strings)
            if call.name in ("install_github", "install_gitlab") and follows:
                yield from self._calls(call)

    def _calls(self, call: Call) -> Iterator[Diagnostic]:
        named = call.argument("repo")
        first = named or next((one for one in call.arguments if not one.name), None)
        for address in first.strings if first else []:
            ref = re.search(r"[@#](.+)$", address)
            if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+(?:[@#]\S+)?", address) or (
                ref and ref[1].lower() not in listed_words("branch_names.txt")
            ):
                continue
            yield self.at(
                address,
                f"`{re.split('[@#]', address)[0]}` is installed from a branch: every build uses the newest commit there, finished or not",
                help='Add a tag or a commit: `install_github("owner/project@v1.2.0")`',
            )

    def _requirement(self, one: Requirement, where: Text | Place) -> Iterator[Diagnostic]:
        branch = _branch(one)
        if branch is None or not one.url:
            return
        what = f"`{one.name}`" if one.name else f"`{_project(one.url)}`"
        follows = f"the branch `{branch}`" if branch else "its default branch"
        yield self.at(
            where,
            f"{what} is installed from {follows}: every build uses the newest commit there, finished or not",
            help="Add a tag or a commit: `git+https://...@v1.2.0`"
            if one.vcs
            else "Use the archive of a tag or a commit",
            cause=re.split("[#?]", one.url)[0],
        )

    def _clone(self, repo: Snapshot, command: Command) -> Iterator[Diagnostic]:
        address = next((value for value in command.operands[1:] if _ADDRESS.match(value)), "")
        found = _ADDRESS.match(address)
        if not found or UNKNOWN in address:
            return
        if repo.git.origin and repo.git.origin.lower().endswith(f"/{found[1].lower()}"):
            return
        values = list(command.values)
        branch = next((after for option, after in pairwise(values) if option in ("-b", "--branch")), "")
        branch = branch or next((value.partition("=")[2] for value in values if value.startswith("--branch=")), "")
        if branch and branch.lower() not in listed_words("branch_names.txt"):
            return
        yield self.at(
            command.place,
            f"`{found[1]}` is cloned without a tag or commit: every build uses the newest commit, finished or not",
            help="Add `--branch v1.2.0` with a tag, or run `git checkout` with a commit after it",
        )


# The address of a repository: host and path, with or without a protocol.
_ADDRESS = regex(r"(?:(?:https?|git|ssh)://|git@)(?:[^/@\s]*@)?[^/:]+[/:](.+?)(?:\.git)?/?$")


def _settled(commands: Sequence[Command]) -> frozenset[int]:
    """The numbers of the clones of which a later command chooses a commit: after another clone, only one that may run in its folder."""
    settled: set[int] = set()
    chosen = directly = anywhere = False
    folders: set[str] = set()
    for number in range(len(commands) - 1, -1, -1):
        one = commands[number]
        if one.name != "git":
            continue
        if one.operands[:1] == ("clone",):
            target = _target(one)
            if directly or anywhere or (chosen and target is None) or target in folders:
                settled.add(number)
            directly = False
        elif _CHOOSES & set(one.operands[:3]):
            chosen = directly = True
            named = next((to for option, to in pairwise(one.values) if option == "-C"), ".")
            place = posixpath.normpath(posixpath.join("/", one.cwd or "", named))
            anywhere |= one.cwd is None or place.count("/") > _DEEPEST
            while place not in folders and not anywhere:
                folders.add(place)
                place = posixpath.dirname(place)
    return frozenset(settled)


def _target(clone: Command) -> str | None:
    """The folder that a clone makes; None where it is not known."""
    address = next((value for value in clone.operands[1:] if _ADDRESS.match(value)), "")
    found = _ADDRESS.match(address)
    after = next((second for first, second in pairwise(clone.values) if first == address), "-")
    folder = posixpath.basename(found[1] if found else "") if after.startswith("-") else after
    if clone.cwd is None or UNKNOWN in folder:
        return None
    return posixpath.normpath(posixpath.join("/", clone.cwd, folder))


_DEEPEST = 64  # folders


_CHOOSES = frozenset({"checkout", "switch", "reset"})


_BRANCH_ARCHIVE = regex(
    r"https?://(?:github\.com|codeload\.github\.com|gitlab\.com)/[^/]+/[^/]+/(?:-/)?(?:archive|tarball|zipball|zip|tar\.gz)/(refs/heads/)?([^/#?]+?)(?:\.zip|\.tar\.gz)?(?:[/#?]|$)",
    re.IGNORECASE,
)


def _branch(requirement: Requirement) -> str | None:
    """The branch that is followed, empty for the default one, None for a fixed state."""
    address = str(requirement.url)
    if not requirement.vcs:
        found = _BRANCH_ARCHIVE.match(address)
        return found[2] if found and (found[1] or found[2].lower() in listed_words("branch_names.txt")) else None
    path = re.sub(r"^[^/]*//[^/]*|^[\w+]*@[^:/]*:", "", re.split("[#?]", address)[0])
    _, at, ref = path.rpartition("@")
    if not at or not ref:
        return ""
    return ref if ref.lower() in listed_words("branch_names.txt") else None


def _project(address: str) -> str:
    parts = re.split("[#?@]", re.sub(r"^[^/]*//[^/]*/", "", address))[0].strip("/").removesuffix(".git")
    return "/".join(parts.split("/")[:2])
