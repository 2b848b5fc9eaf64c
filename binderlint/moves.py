"""Moves: takes statements out of `start` and puts them into `postBuild`, with the comments and the lines that belong to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from binderlint.edits import append_lines, create, remove_lines
from binderlint.files.actions import download, install
from binderlint.source import Place, Source, Span

if TYPE_CHECKING:
    from binderlint.diagnostic import Edit
    from binderlint.files.script import Command, Script, Shell, Statement
    from binderlint.repository import Repository

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
_BUILD_VARIABLES = frozenset(
    {
        "HOME",
        "PWD",
        "USER",
        "PATH",
        "NB_USER",
        "NB_UID",
        "REPO_DIR",
        "CONDA_DIR",
        "NB_PYTHON_PREFIX",
        "KERNEL_PYTHON_PREFIX",
    }
)


def to_post_build(repo: Repository, script: Script, command: Command) -> tuple[Edit, ...] | None:
    """The edits that move the statement of a command to postBuild, None where that cannot be done without a human."""
    shell = script.shell
    if shell is None or shell.broken or script.source.decode_error or command.place.path != script.source.path:
        return None
    index = next((at for at, one in enumerate(shell.statements) if one.place == command.context.statement), None)
    if index is None:
        return None
    first, last = _run(shell, index)
    moved = shell.statements[first : last + 1]
    if not _whole_lines(shell, first, last) or not _self_contained(shell, first, last):
        return None
    source = script.source
    start = source.position(moved[0].place.span.start)[0]
    comments = {one.place.line for one in shell.comments if source.line(one.place.line).start == one.place.span.start}
    while start - 1 in comments - {1}:
        start -= 1
    end = source.position(moved[-1].place.span.end)[0]
    text = "\n".join(source.text[slice(*source.line(number))] for number in range(start, end + 1))
    target = _written(repo, text)
    if target is None:
        return None
    if start > 1 and _blank(source, start - 1) and end < len(source.line_starts) and _blank(source, end + 1):
        end += 1
    return (
        remove_lines(
            Place(source, Span(source.line(start).start, max(source.line(end).end, source.line(end).start + 1)))
        ),
        target,
    )


def _run(shell: Shell, index: int) -> tuple[int, int]:
    """The first and last of the neighbouring statements that go together."""
    statements, first, last = shell.statements, index, index
    while last + 1 < len(statements) and _adjacent(shell, last) and _serves(statements[last + 1], _AFTER):
        last += 1
    while first > 0 and _adjacent(shell, first - 1) and _serves(statements[first - 1], _BEFORE):
        if statements[first - 1].kind.startswith("variable") and not _assigned(statements[first - 1]) & _used(
            statements[first : last + 1]
        ):
            break
        first -= 1
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


def _adjacent(shell: Shell, index: int) -> bool:
    """Whether no blank line stands between a statement and the next."""
    one, other = shell.statements[index].place, shell.statements[index + 1].place
    between = one.source.text[one.span.end : other.span.start]
    return not re.search(r"\n[ \t\r]*\n", between)


def _whole_lines(shell: Shell, first: int, last: int) -> bool:
    """Whether the lines of the statements hold nothing else."""
    statements = shell.statements
    if any(one.background or one.kind not in _KINDS for one in statements[first : last + 1]):
        return False
    begin, end = statements[first].place, statements[last].place
    before = first == 0 or statements[first - 1].place.end_line < begin.line
    return before and (last + 1 == len(statements) or statements[last + 1].place.line > end.end_line)


def _self_contained(shell: Shell, first: int, last: int) -> bool:
    """Whether the statements need nothing that start sets up, and start needs nothing that they set up but files."""
    moved, later = shell.statements[first : last + 1], shell.statements[last + 1 :]
    if any(not one.runs or one.after or one.context.nested for statement in moved for one in statement.commands):
        return False
    if any(re.search(r"\$\{?[@*#\d]", statement.place.text) for statement in moved):
        return False
    assigned = {name for statement in moved for name in _assigned(statement)}
    if _used(moved) - assigned - _BUILD_VARIABLES or _used(later) & assigned:
        return False
    inside = [one.cwd for statement in moved for one in statement.commands]
    after = [one.cwd for statement in later for one in statement.commands]
    return (not inside or inside[0] == "") and (after[0] if after else shell.folder or "") == ""


def _assigned(statement: Statement) -> set[str]:
    if not statement.kind.startswith("variable"):
        return set()
    return set(re.findall(r"(?:^|(?<=\s))(\w+)=", statement.place.text))


def _used(statements: tuple[Statement, ...]) -> set[str]:
    return {name for one in statements for name in re.findall(r"\$\{?([A-Za-z_]\w*)", one.place.text)}


def _blank(source: Source, line: int) -> bool:
    return not source.text[slice(*source.line(line))].strip()


def _written(repo: Repository, text: str) -> Edit | None:
    """The edit that adds lines to postBuild, creating it when there is none."""
    path = repo.plan.path("postBuild")
    script = repo.post_build
    if script is None:
        folder = repo.plan.binder_dir
        taken = any(one.rpartition("/")[2].lower() in ("postbuild", "postbuild.sh") for one in repo.list(folder))
        return None if taken or repo.exists(path) else create(path, f"{HEADER}{text}\n", executable=True)
    shell = script.shell
    if shell is None or shell.broken or script.source.decode_error or shell.folder is None:
        return None
    return append_lines(script.source, text if shell.folder == "" else f'cd "$HOME"\n{text}')
