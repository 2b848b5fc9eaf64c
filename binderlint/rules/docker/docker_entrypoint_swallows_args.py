"""docker-entrypoint-swallows-args: The ENTRYPOINT does not run the command that Binder gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from binderlint.changes.edits import replace
from binderlint.facts.docker.context import build_dockerfile, copied_file
from binderlint.facts.docker.service import INSTEAD, is_service
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile, Stage, image_of
from binderlint.read.dockerfile.lines import Instruction
from binderlint.read.images import is_stack
from binderlint.read.script import Kind, Script, Shell, parse_shell
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# Programs that take what follows as arguments of their own, so that Binder's `python3 -c ...` never runs.
_PROGRAMS = regex(
    r"jupyter(?:-\w+)*|python[\d.]*|ipython|R|Rscript|julia|voila|streamlit|panel|marimo|node|npm|java|tail|sleep|cat|echo"
)


_WRAPPERS = regex(
    r"tini|tini-static|dumb-init|docker-init|catatonit|env|xvfb-run|nice|setsid|stdbuf|gosu|su-exec|fixuid"
)


# The start scripts of Jupyter's Docker stacks (images/docker-stacks-foundation/start.sh, images/base-notebook/start-notebook.py): the first
# runs its arguments, the others Jupyter with its arguments.
_START = "start.sh"
_STARTS_JUPYTER = regex(r"start-(?:notebook|singleuser)(?:\.sh|\.py)?")


_SHELLS = regex(r"(?:ba|da|z|k)?sh")


class DockerEntrypointSwallowsArgs(Rule):
    code = "DKR008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        entry = dockerfile.last("ENTRYPOINT")
        if not dockerfile.final or not entry or not entry.body.strip():
            return
        reason = _lost(repo, dockerfile.final, entry)
        if not reason:
            return
        script = _script(repo, dockerfile.final, entry)
        kept = script is not None and any(one.name not in _IDLE for one in script.commands)
        service = is_service(repo)
        split = script is not None and script.arrival is Kind.SPLIT
        yield self.at(
            entry.body,
            f"{reason}, so Binder's own command {'is taken apart at its spaces' if split else 'never runs'} and the launch fails",
            help=INSTEAD
            if service
            else 'End the script with `exec "$@"`'
            if kept
            else 'Use `ENTRYPOINT []`, or a script that ends with `exec "$@"`, written as `ENTRYPOINT ["/path/to/script"]`',
            fix=None
            if kept or service
            else Fix("Use no entrypoint", (replace(entry.body.place, "[]"),), Applicability.UNSAFE),
        )


# Commands that prepare nothing for the command that follows.
_IDLE = frozenset({"echo", "exec", "eval", "set", "true", ":", ""})


def _script(repo: Snapshot, stage: Stage, entry: Instruction) -> Shell | None:
    """The script of the repository that an ENTRYPOINT runs."""
    words = _unwrapped(entry.words) if entry.json else ()
    if words and _SHELLS.fullmatch(words[0].rpartition("/")[2]):
        words = [word for word in words[1:] if not word.startswith("-")]
    return _shell_at(repo, stage, words[0]) if words else None


def _lost(repo: Snapshot, stage: Stage, entry: Instruction) -> str:
    """Why an ENTRYPOINT loses its arguments; empty when it does not, or nobody knows."""
    if not entry.json:
        kept = "$0" in entry.body and "$@" in entry.body
        return "" if kept else "Docker runs an entrypoint without brackets with `sh -c`, which drops its arguments"
    words = _unwrapped(entry.words)
    if not words:
        return ""
    if _is_of_stacks(repo, stage, words[0]):
        if words[0].rpartition("/")[2] != _START:
            return f"`{words[0]}` runs Jupyter and treats Binder's command as arguments of Jupyter's"
        words = words[1:]
        if not words:
            return ""
    if " " in words[0] and "/" not in words[0]:
        return f"There is no program `{words[0]}` (each word is a string of its own)"
    name = words[0].rpartition("/")[2]
    if _SHELLS.fullmatch(name):
        options = [index for index, word in enumerate(words[1:], 1) if word.startswith("-")]
        script = next((index + 1 for index in options if re.fullmatch(r"-\w*c", words[index])), 0)
        if script:
            return _shell_loses(words[script:])
        rest = [word for word in words[1:] if not word.startswith("-")]
        return _script_loses(repo, stage, rest[0]) if rest else f"`{name}` treats `python3` as a shell script"
    if _PROGRAMS.fullmatch(name):
        return f"`{name}` treats Binder's command as arguments of its own"
    return _script_loses(repo, stage, words[0])


def _is_of_stacks(repo: Snapshot, stage: Stage, program: str) -> bool:
    """Whether a program is a start script of Jupyter's Docker stacks."""
    name = program.rpartition("/")[2]
    if name != _START and not _STARTS_JUPYTER.fullmatch(name):
        return False
    base = image_of(stage)
    return base is not None and is_stack(base) and _shell_at(repo, stage, program) is None


def _unwrapped(words: Sequence[str]) -> Sequence[str]:
    """The words without the programs before them that run the rest of their line."""
    while words and _WRAPPERS.fullmatch(words[0].rpartition("/")[2]):
        rest = list(words[1:])
        while rest and (rest[0].startswith("-") or "=" in rest[0]):
            if rest.pop(0) == "--":
                break
        words = rest
    return words


def _shell_loses(words: Sequence[str]) -> str:

    if len(words) == 1:
        kept = "$0" in words[0] and "$@" in words[0]
        return (
            ""
            if kept
            else "Without a word for `$0` after its script, `-c` uses the `python3` of Binder's command for it"
        )
    source = Source("ENTRYPOINT", words[0].encode())
    lost = parse_shell(source.slice(0, len(source.text))).arrival in (Kind.NEVER, Kind.SPLIT, Kind.BACKGROUND)
    return 'The script after `-c` does not run `exec "$@"`' if lost else ""


def _script_loses(repo: Snapshot, stage: Stage, path: str) -> str:
    shell = _shell_at(repo, stage, path)
    if shell and shell.arrival in (Kind.NEVER, Kind.SPLIT, Kind.BACKGROUND):
        return f'`{path.rpartition("/")[2]}` does not end with `exec "$@"`'
    return ""


def _shell_at(repo: Snapshot, stage: Stage, path: str) -> Shell | None:
    found = copied_file(repo, stage, path)
    if isinstance(found, Source):
        script = Script(found)
        return script.shell if script.shebang.language in ("", "shell") else None
    return parse_shell(found) if found else None
