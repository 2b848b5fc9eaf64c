"""Ignore files: which paths the patterns of .dockerignore keep out of a build, and those of .gitignore out of git."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from binderlint.cache import remembered
from binderlint.pattern import regex
from binderlint.read.text import split_lines
from binderlint.read.wildmatch import fits
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text
from binderlint.values import NamedTuple


class Pattern(NamedTuple):
    """A line of an ignore file: what it says, cut into path components, and whether it takes paths back with `!`."""

    line: Text
    parts: tuple[str, ...]
    negated: bool

    @property
    def path(self) -> str:
        return "/".join(self.parts)


# -- .dockerignore, as docker-py reads it for repo2docker (repo2docker/buildpacks/base.py, docker/utils/build.py)


def docker_patterns(source: Source) -> list[Pattern]:
    """The patterns of a .dockerignore or .containerignore."""
    found = []
    for line in split_lines(source):
        text = line.trimmed()
        if text and not text.startswith("#"):
            negated = text.startswith("!")
            parts = _normal(text[1:] if negated else text)
            if parts:
                found.append(Pattern(text, parts, negated))
    return found


def docker_excludes(patterns: Iterable[Pattern], path: str) -> Pattern | None:
    """The pattern that keeps a path out of the build, None for a path that is in it.

    docker-py compares without regard to capitals, lets the last pattern that fits decide, and does not look into a folder that is
    left out unless a pattern with `!` begins with its path. `Dockerfile` and `.dockerignore` in the root are always in.
    """
    if path in ("Dockerfile", ".dockerignore"):
        return None
    rules = list(patterns)
    for folder in accumulate(path.split("/")[:-1], posixpath.join):
        decided = _decides(rules, folder)
        if decided and not any(rule.negated and rule.path.startswith(folder) for rule in rules):
            return decided
    return _decides(rules, path)


def _decides(rules: list[Pattern], path: str) -> Pattern | None:
    decided: Pattern | None = None
    parents = path.split("/")[:-1]
    for rule in rules:
        head = "/".join(parents[: len(rule.parts)])
        if _fits(rule, path) or (len(rule.parts) <= len(parents) and _fits(rule, head)):
            decided = None if rule.negated else rule
    return decided


def _fits(rule: Pattern, path: str) -> bool:
    return bool(_docker_expression(rule.path.lower()).match(path.lower()))


def _normal(written: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in written.strip().split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


_DOCKER_TOKEN = regex(r"\*\*/?|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


@remembered(20_000)
def _docker_expression(pattern: str) -> re.Pattern[str]:
    pieces: list[str] = []
    for found in _DOCKER_TOKEN.finditer(pattern):
        token = found.group()
        if token.startswith("**"):
            pieces.append("(?:.*/)?" if pattern[found.end() :] else ".*")
        elif token in {"*", "?"}:
            pieces.append("[^/]*" if "*" in token else "[^/]")
        elif len(token) > 1:
            inside = token[1:-1].replace("\\", "\\\\")
            inside = "^" + inside[1:] if inside.startswith("!") else "\\" + inside if inside[:1] == "^" else inside
            pieces.append(f"[{inside}]")
        else:
            pieces.append(re.escape(token))
    try:
        return re.compile("".join(pieces) + "$", re.DOTALL)
    except re.error:  # docker-py stops at such a pattern, too
        return re.compile(r"(?!)")


# -- .gitignore


def git_excludes(repo: Snapshot, path: str) -> Pattern | None:
    """The pattern of a .gitignore of the repository that keeps a file or its folder out of git, None when there is none."""
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        decided: Pattern | None = None
        for rule, base in _git_rules(repo, "/".join(parts[:depth])):
            relative = posixpath.relpath("/".join(parts[:depth]), base) if base else "/".join(parts[:depth])
            if rule.line.rstrip().endswith("/") and depth == len(parts):
                continue  # only a folder can be meant
            anchored = "/" in rule.line.strip("!").rstrip().rstrip("/")
            if fits(os.fsencode(f"/{rule.path}" if anchored else rule.path), os.fsencode(relative)):
                decided = None if rule.negated else rule
        if decided:
            return decided
    return None


def _git_rules(repo: Snapshot, path: str) -> Iterator[tuple[Pattern, str]]:
    """The patterns that count for a path with their folder, those of the root first."""
    folder = posixpath.dirname(path)
    parts = folder.split("/") if folder else []
    for depth in range(len(parts) + 1):
        base = "/".join(parts[:depth])
        name = posixpath.join(base, ".gitignore")
        source = repo.get(name) or repo.untracked.get(name)
        for line in source.lines() if source else ():
            text = line.part(0, len(line.rstrip(" ")))
            if text and not text.startswith("#"):
                negated = text.startswith("!")
                written = text[1:] if negated else text
                yield Pattern(text, tuple(part for part in written.split("/") if part), negated), base
