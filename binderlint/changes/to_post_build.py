"""Moves: takes statements out of `start` and puts them into `postBuild`, with the comments and the lines that belong to them."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import pairwise

from binderlint.changes.edits import append_lines, create, remove_lines
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.diagnostic import Edit
from binderlint.read.actions import download, install
from binderlint.read.script import BINDER_VARIABLES, Command, Script, Shell, Statement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Span

# Statements that go together, above which it is for a human to move them.
_MOST = 100
HEADER = "#!/bin/bash\nset -euo pipefail\n\n"
# Statements beside a download that only serve it.
_BEFORE = frozenset({"cd", "mkdir", "pushd"})
_AFTER = frozenset(
    {
        "cd",
        "popd",
        "tar",
        "unzip",
        "gunzip",
        "bunzip2",
        "unxz",
        "7z",
        "rm",
        "mv",
        "ln",
        "md5sum",
        "sha256sum",
        "sha1sum",
    }
)
_KINDS = frozenset(
    {"command", "redirected_statement", "list", "pipeline", "variable_assignment", "variable_assignments"}
)
# What is set in a build as well (repo2docker/buildpacks/base.py, conda/__init__.py)
_BUILD_VARIABLES = frozenset({*BINDER_VARIABLES, "PATH", "KERNEL_PYTHON_PREFIX"})


def to_post_build(repo: Snapshot, script: Script, command: Command) -> tuple[Edit, ...] | None:
    """The edits that move the statement of a command to postBuild, None where that cannot be done without a human."""
    shell = script.shell
    if shell is None or shell.broken or script.source.decode_error or command.place.path != script.source.path:
        return None
    known = _known(shell)
    index = known.numbers.get(command.context.statement)
    span = None if index is None else _run(known, index)
    if span is None or not _whole_lines(known, *span) or not _self_contained(known, *span):
        return None
    source, (first, last) = script.source, span
    start = source.position(shell.statements[first].place.span.start)[0]
    while start - 1 in known.comments - {1}:
        start -= 1
    end = source.position(shell.statements[last].place.span.end)[0]
    text = "\n".join(source.text[slice(*source.line(number))] for number in range(start, end + 1))
    done = _is_done(repo, text)
    target = None if done else _written(repo, text)
    if target is None and not done:
        return None
    if start > 1 and _blank(source, start - 1) and end < len(source.line_starts) and _blank(source, end + 1):
        end += 1
    removed = Place(source, Span(source.line(start).start, max(source.line(end).end, source.line(end).start + 1)))
    return (remove_lines(removed), *([target] if target else []))


class _Known:
    """What is asked of the statements of a script for every command that is to be moved."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.statements = shell.statements
        self.numbers = {one.place: number for number, one in enumerate(self.statements)}
        source = shell.code.source
        self.comments = {
            one.place.line for one in shell.comments if source.line(one.place.line).start == one.place.span.start
        }

    @cached_property
    def joined(self) -> list[bool]:
        """For each statement, whether no blank line stands between it and the next."""
        places = [one.place for one in self.statements]
        gaps = (one.source.text[one.span.end : other.span.start] for one, other in pairwise(places))
        return [not re.search(r"\n[ \t\r]*\n", gap) for gap in gaps] + [False]

    @cached_property
    def prepares(self) -> list[bool]:
        """For each statement, whether it can serve a download after it."""
        return [_serves(one, _BEFORE) for one in self.statements]

    @cached_property
    def completes(self) -> list[bool]:
        """For each statement, whether it can serve a download before it."""
        return [_serves(one, _AFTER) for one in self.statements]

    @cached_property
    def used(self) -> list[set[str]]:
        """The variables in each statement."""
        return [set(re.findall(r"\$\{?([A-Za-z_]\w*)", one.place.text)) for one in self.statements]

    @cached_property
    def last_uses(self) -> dict[str, int]:
        """The last statement in which a variable is used."""
        return {name: number for number, names in enumerate(self.used) for name in names}

    @cached_property
    def folders(self) -> list[str | None]:
        """For each statement, the folder that the next command of a statement runs in; at the end that which the script ends in."""
        folders: list[str | None] = [self.shell.folder or ""]
        for statement in reversed(self.statements):
            folders.append(statement.commands[0].cwd if statement.commands else folders[-1])
        return folders[::-1]


@lru_cache(maxsize=2)
def _known(shell: Shell) -> _Known:
    return _Known(shell)


def _run(known: _Known, index: int) -> tuple[int, int] | None:
    """The first and last of the neighbouring statements that go together, None when they are more than `_MOST`."""
    statements, first, last = known.statements, index, index
    while known.joined[last] and known.completes[last + 1]:
        last += 1
        if last - first >= _MOST:
            return None
    used = set().union(*known.used[first : last + 1])
    while first > 0 and known.joined[first - 1] and known.prepares[first - 1]:
        if statements[first - 1].kind.startswith("variable") and not _assigned(statements[first - 1]) & used:
            break
        first -= 1
        used |= known.used[first]
        if last - first >= _MOST:
            return None
    return first, last


def _serves(statement: Statement, names: frozenset[str]) -> bool:
    if statement.background or statement.kind not in _KINDS:
        return False
    if statement.kind.startswith("variable"):
        return names is _BEFORE and not statement.commands
    return (
        bool(statement.commands)
        and all(one.name in _BEFORE | _AFTER or download(one) or install(one) for one in statement.commands)
        and any(one.name in names or download(one) or install(one) for one in statement.commands)
    )


def _whole_lines(known: _Known, first: int, last: int) -> bool:
    """Whether the lines of the statements hold nothing else."""
    statements = known.statements
    if any(one.background or one.kind not in _KINDS for one in statements[first : last + 1]):
        return False
    begin, end = statements[first].place, statements[last].place
    before = first == 0 or statements[first - 1].place.end_line < begin.line
    return before and (last + 1 == len(statements) or statements[last + 1].place.line > end.end_line)


def _self_contained(known: _Known, first: int, last: int) -> bool:
    """Whether the statements need nothing that start sets up, and start needs nothing that they set up but files."""
    moved = known.statements[first : last + 1]
    commands = [one for statement in moved for one in statement.commands]
    if any(not one.runs or one.after or one.context.nested or one.context.function for one in commands):
        return False
    if any(re.search(r"\$\{?[@*#\d]", statement.place.text) for statement in moved):
        return False
    assigned = {name for statement in moved for name in _assigned(statement)}
    used = set().union(*known.used[first : last + 1])
    if used - assigned - _BUILD_VARIABLES or any(
        known.last_uses[name] > last for name in assigned & known.last_uses.keys()
    ):
        return False
    return (not commands or commands[0].cwd == "") and known.folders[last + 1] == ""


def _assigned(statement: Statement) -> set[str]:
    if not statement.kind.startswith("variable"):
        return set()
    return set(re.findall(r"(?:^|(?<=\s))(\w+)=", statement.place.text))


def _blank(source: Source, line: int) -> bool:
    return not source.text[slice(*source.line(line))].strip()


def _is_done(repo: Snapshot, text: str) -> bool:
    """Whether postBuild has the same lines already, in a command that always runs."""
    script = post_build_script(repo)
    if script is None or script.shell is None or script.shell.broken:
        return False
    statements = (one.place.text for one in script.shell.statements if one.kind in _KINDS)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return set(lines) <= {line.strip() for one in statements for line in one.splitlines()}


def _written(repo: Snapshot, text: str) -> Edit | None:
    """The edit that adds lines to postBuild, creating it when there is none."""
    plan = build_plan(repo)
    path = plan.path("postBuild")
    script = post_build_script(repo)
    if script is None:
        folder = plan.binder_dir
        taken = any(one.rpartition("/")[2].lower() in ("postbuild", "postbuild.sh") for one in repo.list(folder))
        return None if taken or repo.exists(path) else create(path, f"{HEADER}{text}\n", executable=True)
    shell = script.shell
    if shell is None or shell.broken or script.source.decode_error or shell.folder is None:
        return None
    return append_lines(script.source, text if shell.folder == "" else f'cd "$HOME"\n{text}')
