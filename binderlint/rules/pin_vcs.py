"""PIN: packages and files from repositories without a fixed commit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.files.r import Call, calls
from binderlint.files.requirements import Requirement, parse
from binderlint.files.shell.words import UNKNOWN
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Place, Text

if TYPE_CHECKING:
    from binderlint.files.shell.state import Command
    from binderlint.repository import Repository


class VcsDependencyWithoutRef(Rule):
    """A package comes from a repository without a commit.

    `git+https://github.com/owner/project` installs the newest commit of the default branch on the day of the build, finished or not. The same is true for `@main` and for the archive of a branch. A tag
    (`@v1.2.0`) or a commit keeps what worked.

    Checked are the requirements that pip installs, `pip install git+...` in postBuild or a Dockerfile, `git clone` there without a checkout after it, and `install_github("owner/project")` in install.R. A
    name after `@` that is not one of the usual branch names (main, master, develop, dev, trunk, HEAD) may be a tag, so it is not reported.
    """

    code = "PIN003"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/mybinder.org-user-guide#161",)
    examples = (
        Bad({"requirements.txt": "numpy==1.26.4\ngit+https://github.com/a/b.git\n"}, at="requirements.txt:2:1", why="No commit in requirements.txt"),
        Bad({"binder/requirements.txt": "-e git+https://github.com/a/b@main#egg=b  # ours\r\n"}, at="binder/requirements.txt:1:4", why="An editable installation from main"),
        Bad(
            {"environment.yml": "dependencies:\n- pip:\n  - b @ git+https://gitlab.com/a/b\n  - \"https://github.com/a/c/archive/master.zip\"\n"},
            at=("environment.yml:3:5", "environment.yml:4:6"),
         why="In the list for pip of environment.yml"),
        Bad({"requirements.txt": "c @ https://github.com/a/c/tarball/main\n"}, at="requirements.txt:1:1", why="The archive of a branch"),
        Bad({"requirements.txt": "https://github.com/a/c/archive/refs/heads/fix-1.zip\n"}, at="requirements.txt:1:1", why="The archive of another branch"),
        Bad(
            {"requirements.txt": "", "postBuild": "#!/bin/bash\nset -e\npip install --no-cache-dir 'git+https://github.com/a/b'\ngit clone --depth 1 https://github.com/a/c && cd c && pip install .\n"},
            at=("postBuild:3:28", "postBuild:4:1"),
         why="pip and git clone in postBuild"),
        Bad({"Dockerfile": "FROM x:1\nRUN cd /opt && git clone -b main https://github.com/a/c.git\n"}, at="Dockerfile:2:16", why="git clone of a branch in a Dockerfile"),
        Bad(
            {"runtime.txt": "r-4.4-2025-01-10\n", "install.R": "remotes::install_github('a/b')  # ours\ninstall_github(c(\"a/c@v1\", \"a/d@main\"), upgrade = 'never')\n"},
            at=("install.R:1:26", "install.R:2:29"),
         why="R packages from GitHub"),
        Good({"runtime.txt": "r-4.4-2025-01-10\n", "install.R": "remotes::install_github(\"a/b@v1\")\ninstall_github('a/c', ref = 'v2')\ninstall_github(x)\n# install_github('a/d')\n"}, why="R packages from GitHub with a tag"),
        Good({"requirements.txt": "", "install.R": "install_github('a/b')\n"}, why="install.R that never runs"),
        Good({"requirements.txt": "", "postBuild": "#!/bin/bash\nset -e\ngit clone https://github.com/a/c\ncd c\ngit checkout 0cbe4ec\n"}, why="git checkout after git clone"),
        Good({"requirements.txt": "", "postBuild": "#!/bin/bash\ngit clone -b v1.0 https://github.com/a/c\npip install git+https://github.com/a/b@v1\ngit clone $URL\n"}, why="A tag in postBuild"),
        Good({"Dockerfile": "FROM x:1\nRUN git clone https://github.com/me/notes\n"}, git=Git(origin="gh/me/notes"), why="The repository itself, which docker-clones-itself reports"),
        Good({"requirements.txt": "git+https://github.com/a/b@v1.2.0\ngit+https://github.com/a/b@0cbe4ec#egg=b\n"}, why="A tag and a commit"),
        Good({"requirements.txt": "git+ssh://git@github.com/a/b@1.0\n"}, why="An `@` for the user"),
        Good({"requirements.txt": "git+https://github.com/a/b@stable-2024\n"}, why="A name that may be a tag"),
        Good({"requirements.txt": "https://github.com/a/c/archive/0cbe4ecbc638ec6d7136ab1ffa50f2b9fb48bbd8.zip\n"}, why="The archive of a commit"),
        Good({"requirements.txt": "https://github.com/a/c/archive/refs/tags/v1.zip\n"}, why="The archive of a tag"),
        Good({"requirements.txt": "https://example.org/main/c-1.0-py3-none-any.whl\n"}, why="A released wheel"),
        Good({"requirements.txt": "git+https://github.com/a/b ; sys_platform == 'win32'\n"}, why="A line that is not for Linux"),
        Good({"Dockerfile": "FROM x:1\n", "requirements.txt": "git+https://github.com/a/b\n"}, why="With a Dockerfile, Binder does not read requirements.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        version = repo.plan.python.version if repo.plan.python else "3.10"
        for one in repo.requirements:
            if one.url and one.remote and one.applies(version):
                yield from self._requirement(one, one.text)
        scripts = [repo.post_build.running] if repo.post_build else []
        for commands in [*scripts, *(run.commands for run in repo.docker_runs)]:
            for number, command in enumerate(commands):
                if command.name in ("pip", "pip3", "uv") and "install" in command.operands:
                    for word in command.args:
                        line = parse(Text(word.value, word.place)) if word.value else None
                        if isinstance(line, Requirement) and line.vcs:
                            yield from self._requirement(line, word.place)
                elif command.name == "git" and command.operands[:1] == ("clone",):
                    yield from self._clone(repo, command, commands[number + 1 :])

        install = repo.used("install.R")
        for call in calls(install) if install and not install.decode_error else []:
            if call.name in ("install_github", "install_gitlab") and not call.argument("ref"):
                yield from self._calls(call)

    def _calls(self, call: Call) -> Iterator[Diagnostic]:
        named = call.argument("repo")
        first = named or next((one for one in call.arguments if not one.name), None)
        for address in first.strings if first else []:
            ref = re.search(r"[@#](.+)$", address)
            if "/" not in address or (ref and ref[1].lower() not in _BRANCHES):
                continue
            yield self.at(
                address,
                f"`{re.split('[@#]', address)[0]}` is installed from a branch: every build takes the newest commit there, finished or not",
                help='Name a tag or a commit: `install_github("owner/project@v1.2.0")`',
            )

    def _requirement(self, one: Requirement, where: Text | Place) -> Iterator[Diagnostic]:
        branch = _branch(one)
        if branch is None or not one.url:
            return
        what = f"`{one.name}`" if one.name else f"`{_project(one.url)}`"
        follows = f"the branch `{branch}`" if branch else "its default branch"
        yield self.at(
            where,
            f"{what} is installed from {follows}: every build takes the newest commit there, finished or not",
            help="Name a tag or a commit: `git+https://...@v1.2.0`"
            if one.vcs
            else "Use the archive of a tag or a commit",
        )

    def _clone(self, repo: Repository, command: Command, later: Sequence[Command]) -> Iterator[Diagnostic]:
        address = next((value for value in command.operands[1:] if _ADDRESS.match(value)), "")
        found = _ADDRESS.match(address)
        if not found or UNKNOWN in address or any(_settles(one) for one in later):
            return
        if repo.git.origin and repo.git.origin.lower().endswith(f"/{found[1].lower()}"):
            return
        values = list(command.values)
        branch = next((after for option, after in pairwise(values) if option in ("-b", "--branch")), "")
        branch = branch or next((value.partition("=")[2] for value in values if value.startswith("--branch=")), "")
        if branch and branch.lower() not in _BRANCHES:
            return
        yield self.at(
            command.place,
            f"`{found[1]}` is cloned without a tag or commit: every build takes the newest, finished or not",
            help="Add `--branch v1.2.0` with a tag, or `git checkout` of a commit after it",
        )


# The address of a repository: host and path, with or without a protocol.
_ADDRESS = regex(r"(?:(?:https?|git|ssh)://|git@)[^/:]+[/:](.+?)(?:\.git)?/?$")


def _settles(command: Command) -> bool:
    """Whether a command chooses a commit of what was cloned."""
    return command.name == "git" and bool({"checkout", "switch", "reset", "submodule"} & set(command.operands[:3]))


_BRANCHES = {"main", "master", "develop", "dev", "trunk", "head"}
_BRANCH_ARCHIVE = regex(
    r"https?://(?:github\.com|codeload\.github\.com|gitlab\.com)/[^/]+/[^/]+/(?:-/)?(?:archive|tarball|zipball|zip|tar\.gz)/(refs/heads/)?([^/#?]+?)(?:\.zip|\.tar\.gz)?(?:[/#?]|$)",
    re.IGNORECASE,
)


def _branch(requirement: Requirement) -> str | None:
    """The branch that is followed, empty for the default one, None for a fixed state."""
    address = str(requirement.url)
    if not requirement.vcs:
        found = _BRANCH_ARCHIVE.match(address)
        return found[2] if found and (found[1] or found[2].lower() in _BRANCHES) else None
    path = re.sub(r"^[^/]*//[^/]*|^[\w+]*@[^:/]*:", "", re.split("[#?]", address)[0])
    _, at, ref = path.rpartition("@")
    if not at or not ref:
        return ""
    return ref if ref.lower() in _BRANCHES else None


def _project(address: str) -> str:
    parts = re.split("[#?@]", re.sub(r"^[^/]*//[^/]*/", "", address))[0].strip("/").removesuffix(".git")
    return "/".join(parts.split("/")[:2])
