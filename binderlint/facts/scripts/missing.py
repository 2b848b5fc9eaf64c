"""Missing: files that postBuild and start need, that are not in the repository, and that nothing before has made."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from binderlint.fact import fact
from binderlint.facts.scripts.makes_files import may_be_there
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.installer import APT, CONDA, is_pip
from binderlint.read.script import UNKNOWN, Command, Script, Word
from binderlint.read.shebang import shebang
from binderlint.read.shell.commands import repository_path
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import OF_LISTS
from binderlint.snapshot import Snapshot
from binderlint.source import Place
from binderlint.values import NamedTuple

_IN_BINDER = regex(r"\.?binder/")
# Programs that run the first file they are given, with the options before it that take no value.
_RUNS = {
    **dict.fromkeys(("bash", "sh"), regex(r"-[exuvl]+")),
    **dict.fromkeys(("source", "."), regex(r"(?!)")),
    **dict.fromkeys(("python", "python3"), regex(r"-[uBEsSIOvq]+")),
    "Rscript": regex(r"--(?:vanilla|verbose|no-[\w-]+)"),
    "julia": regex(r"--[\w-]+(?:=\S*)?"),
    "unzip": regex(r"-[qonj]+"),
}
PLAIN_OPTIONS = regex(r"-[afprRvuidLPHD]+|--(?:archive|recursive|force|verbose|update|preserve)(?:=.*)?")
"""Options of cp, mv and install with which a file that is there already is an error, and which take no value."""
_SIGNS = regex(r"[*?\[\]{}~:!]|^$")
# Programs that make no files but those that they are told the names of.
_PLAIN_PROGRAMS = frozenset(
    {*CONDA, *APT, "ipykernel", "set", "export", "unset", "echo", "printf", "cd", "pushd", "popd", "test", "[", "true", "false", ":", "exit", "exec", "return"}
    | {"ls", "pwd", "which", "command", "type", "id", "whoami", "date", "sleep", "rm", "mkdir", "touch", "chmod", "cat", "sed", "grep", "head", "tail", "wget", "curl", "fc-cache"}
)  # fmt: skip
_PLAIN_JUPYTER = frozenset(
    {"labextension", "nbextension", "serverextension", "server", "lab", "notebook", "kernelspec", "contrib", "nbextensions_configurator", "bundlerextension", "trust"}
)  # fmt: skip
_FOLLOWED = ("bash", "sh", "source", ".")
# What makes the name of a downloaded file another one than that of its address.
_RENAMES = ("-J", "-i", "-r", "--content-disposition", "--input-file", "--recursive", "--remote-header-name")


class Missing(NamedTuple):
    """A command that fails: the word that names a file or folder, and its path, where nothing is."""

    script: Script
    command: Command
    word: Word
    path: str


@fact
def missing_files(repo: Snapshot) -> tuple[Missing, ...]:
    """The files that commands of the scripts need, and that are certainly not there."""
    return tuple(_missing(repo)) if build_plan(repo).transparent else ()


def _missing(repo: Snapshot) -> Iterator[Missing]:
    made = Made(repo)
    for script in (post_build_script(repo), start_script(repo)):
        if script is None:
            continue
        if script.shell is None or script.shell.broken:
            return
        for command in script.executed:
            if not (command.ignored or command.after or command.context.conditional or "sudo" in command.wrappers):
                for word in _needed(command):
                    path = named_path(word, command.cwd)
                    if path and made.is_missing(path):
                        yield Missing(script, command, word, path)
            made.add(command)


def named_path(word: Word, cwd: str | None) -> str | None:
    """The path in the repository that a word names by itself; None for a pattern, and for what is outside or not known."""
    return None if _SIGNS.search(word.pattern) else repository_path(word.pattern, cwd)


def is_missing_at(repo: Snapshot, script: Script, statement: Place, path: str) -> bool:
    """Whether a path is certainly not there when postBuild comes to a statement."""
    made = Made(repo)
    for command in script.executed:
        if command.context.statement == statement:
            break
        made.add(command)
    return made.is_missing(path)


def _needed(command: Command) -> Iterator[Word]:
    """The files and folders without which a command fails, where they are written as paths of their own."""
    name, found = command.name, list[Word]()
    if "/" in command.words[0].pattern:
        found = [command.words[0]]
    elif name in _RUNS:
        rest = iter(command.args)
        first = next((word for word in rest if not _RUNS[name].fullmatch(word.pattern)), None)
        # bash looks for a word without a slash among the programs, too
        if first and not first.pattern.startswith(("-", "+")):
            found = [first] if name not in _FOLLOWED or "." in first.pattern or "/" in first.pattern else []
    elif name in ("cp", "mv"):
        given = [word for word in command.args if not PLAIN_OPTIONS.fullmatch(word.pattern)]
        found = given[:-1] if not any(word.pattern.startswith("-") for word in given) else []
    elif name == "cd":
        found = [word for word in command.args if not word.pattern.startswith("-")][:1]
    elif name == "chmod":
        found = [word for word in command.args if word.pattern not in ("-R", "-v")][1:]
    elif is_pip(name) or name in CONDA:
        pairs = zip(command.args, command.args[1:], strict=False)
        found = [after for option, after in pairs if _names_list(command, option.pattern)]
    yield from found


def _names_list(command: Command, option: str) -> bool:
    """Whether after this option of pip or conda comes a file that lists packages."""
    if command.name in CONDA:
        return option == "--file" or (option == "-f" and command.values[:1] == ("env",))
    return option in OF_LISTS


class Made:
    """What commands may have made, one after the other: names that they have written, or anything."""

    def __init__(self, repo: Snapshot) -> None:
        self._repo = repo
        self._names: set[str] = set()
        self._anything = any(
            build_plan(repo).uses(build_plan(repo).path(name)) for name in ("install.R", "default.nix")
        )

    def add(self, command: Command) -> None:
        """Note a command."""
        if self._anything:
            return
        words = (*command.values, *(one.target.pattern for one in command.redirects if one.target))
        for word in words if command.name != "cd" else ():
            self._names.update(word.partition("?")[0].removesuffix(".git").split("/")[-2:])
        self._anything = not self._is_plain(command) or any(
            UNKNOWN in one.target.pattern for one in command.redirects if one.target
        )

    def is_missing(self, path: str) -> bool:
        """Whether nothing is at a path of the repository, and nothing may have been made there."""
        if self._anything or may_be_there(self._repo, path) or elsewhere(self._repo, path):
            return False
        parts = path.split("/")
        if parts[0].startswith(".") and parts[0] != ".binder":
            return False  # installers and Jupyter keep such files in the home folder
        return self._names.isdisjoint(parts)

    def _is_plain(self, command: Command) -> bool:
        """Whether a command makes no files but those whose names are among its words."""
        name, words = command.name, command.values
        if name in ("wget", "curl"):
            return not command.has(*_RENAMES) and not any(UNKNOWN in word or word.endswith("/") for word in words)
        if name == "git":
            return (
                words[:1] in (("config",), ("clone",)) and "." not in words and not any(UNKNOWN in one for one in words)
            )
        if name in CONDA:
            return "create" not in words
        if name == "cd":
            path = repository_path(words[0], command.cwd) if words else ""
            return path is not None and (not path or may_be_there(self._repo, path))
        if is_pip(name):
            return words[:1] in (
                ("install",),
                ("uninstall",),
                ("list",),
                ("freeze",),
                ("show",),
                ("check",),
                ("config",),
            )
        if name in ("cp", "mv"):
            return not any(UNKNOWN in one or _SIGNS.search(one) or self._is_folder(command, one) for one in words)
        if subcommand(command)[:1] == ("jupyter",):
            return not subcommand(command)[1:] or subcommand(command)[1] in _PLAIN_JUPYTER
        if name in _FOLLOWED:
            return any(self._is_script(command, word) for word in words[:2])
        if "/" in command.words[0].pattern:
            return self._is_script(command, command.words[0].pattern)
        return name in _PLAIN_PROGRAMS or not command.words

    def _is_folder(self, command: Command, word: str) -> bool:
        path = repository_path(word, command.cwd)
        return path is not None and self._repo.is_dir(path) and word != command.values[-1]

    def _is_script(self, command: Command, word: str) -> bool:
        """Whether a word names a shell script of the repository, whose commands are followed."""
        path = repository_path(word, command.cwd)
        source = self._repo.get(path) if path else None
        return source is not None and shebang(source).language in ("shell", "")


def elsewhere(repo: Snapshot, path: str) -> str:
    """Where a file is that a script looks for at a path; empty where there is none."""
    folder = build_plan(repo).binder_dir
    places = [posixpath.join(folder, _IN_BINDER.sub("", path)), posixpath.join(folder, path)] if folder else []
    for place in places:
        if repo.get(place):
            return place
    return _twins(repo).get(path.casefold(), "")


@fact
def _twins(repo: Snapshot) -> Mapping[str, str]:
    """The paths of the repository by what they are in small letters."""
    return MappingProxyType({path.casefold(): path for path in repo.sources})
