"""Pages: the Markdown page of a rule, which people read and tests run: what the rule is about, and its cases with what binderlint says of them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from binderlint.git import Git
from binderlint.pattern import regex
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Source
from binderlint.typed import TYPE_CHECKING, Any
from binderlint.values import NamedTuple
from binderlint.web import Answer, Kind, Question, Web

if TYPE_CHECKING:
    from binderlint.lint.settings import Settings
    from binderlint.snapshot import Snapshot

REPORTED, NOT_REPORTED, MORE = "Reported", "Not reported", "More cases"
WORDS = (
    "executable",
    "not in git",
    "CRLF",
    "BOM",
    "no newline at the end",
    "a symbolic link",
    "a submodule",
    "escaped",
)

_FENCE = regex(r"(`{3,})([\w+-]*)")
_FILE = regex(r"`([^`]+)`(?: \(([^)]*)\))?:")
_SAYS = "binderlint says:"
_CHANGES = regex(r"`binderlint --fix(?: --unsafe-fixes)?` changes:")
_EMPTY = regex(r"Empty files?: (.*)\.")
_WITH = regex(r"With `(--[^`]*)`\.")
_GIT = "In git:"
_WEB = "The web says:"
_NO_VARIANTS = " (no variants)"
_CELL = regex(r"^(?=# %%)", re.MULTILINE)


def hold_day() -> None:
    """What the pages say is of one day, 27 November 2026: releases whose updates end later do not change them."""
    os.environ["SOURCE_DATE_EPOCH"] = "1795780800"


class PageError(Exception):
    """A page that is not written as docs/pages.md says. The message begins with the line."""


class Block(NamedTuple):
    """A fence: the number of its first line, the line of words above it, its language and text."""

    line: int
    label: str
    language: str
    text: str


class Case(NamedTuple):
    """A repository under a heading, with what binderlint says of it (None where the rule is silent) and what its fix changes."""

    title: str
    line: int
    reported: bool
    sources: tuple[Source, ...]
    git: Git | None
    web: Web | None
    hub: str
    says: str | None
    changes: str | None
    variants: bool
    """Whether the same is found with other line endings."""
    given: tuple[int, int]
    """The lines, from the heading on, up to what binderlint says; and the line after the case."""

    def repository(self, sources: tuple[Source, ...] | None = None) -> Snapshot:
        """A new snapshot of the case, or of other files with the same knowledge of git and the web."""
        from binderlint.snapshot import Snapshot

        files = self.sources if sources is None else sources
        return Snapshot(files, git=self.git, hub=self.hub, web=self.web)

    @property
    def settings(self) -> Settings:
        """What the case's own binderlint.toml says."""
        from binderlint.lint.settings import Settings, parse_settings

        file = next((one for one in self.sources if one.path == "binderlint.toml"), None)
        return parse_settings(file.data, file.path, file.path)._replace(path=file.path) if file else Settings()


class Page:
    """The page of a rule. Raises PageError where it is not written as docs/pages.md says."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")

    @cached_property
    def name(self) -> str:
        """The rule's name."""
        return self.lines[0].removeprefix("# ")

    @cached_property
    def title(self) -> str:
        """The problem in one sentence, without its full stop."""
        return self.lines[2].rstrip(".")

    @cached_property
    def prose(self) -> str:
        """What is said before the first case."""
        return re.split(r"\n## (?:Reported|Not reported)\n", self.text)[0].split("\n", 4)[-1].strip()

    @cached_property
    def shown(self) -> str:
        """The page without the cases that only tests need."""
        head, _, rest = self.text.partition(f"\n## {MORE}\n")
        _, heading, sources = rest.partition("\n## Sources\n")
        return head + heading + sources

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Where the facts are from."""
        listed = self.text.partition("\n## Sources\n")[2]
        return tuple(line.removeprefix("- ") for line in listed.split("\n") if line.startswith("- "))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """All cases in the order of the page."""
        return tuple(_cases(self.lines))

    def rewritten(self, says: dict[int, str]) -> str:
        """The page where each case, known by the line of its heading, has these words in the place of what binderlint said."""
        done, lines = 0, []
        for case in self.cases:
            start, end = case.given
            lines += self.lines[done:start]
            lines += ["", *says[case.line].split("\n")] if case.line in says else []
            lines.append("")
            done = end
        return "\n".join([*lines, *self.lines[done:]])


def read_page(path: Path) -> Page:
    """The page in a file."""
    return Page(path.read_text("utf-8"))


def blocks(lines: list[str]) -> Iterator[tuple[int, str | Block]]:
    """The lines that say something with their numbers (from 0), and the fences. Raises PageError for a fence without an end."""
    label, at = "", 0
    while at < len(lines):
        if found := _FENCE.fullmatch(lines[at]):
            try:
                end = lines.index(found[1], at + 1)
            except ValueError:
                raise PageError(f"{at + 1}: this fence has no end") from None
            yield at, Block(at + 1, label, found[2], "".join(f"{line}\n" for line in lines[at + 1 : end]))
            label, at = "", end
        elif lines[at].strip():
            label = lines[at].strip()
            yield at, label
        at += 1


def _cases(lines: list[str]) -> Iterator[Case]:
    """The cases: each heading of the third level under a section of cases, with what follows it."""
    section, items, head = "", list[tuple[int, str | Block]](), -1
    for number, item in [*blocks(lines), (len(lines), "# ")]:
        level = len(item) - len(item.lstrip("#")) if isinstance(item, str) and re.match("#{1,3} ", item) else 0
        if not level:
            items.append((number, item))
            continue
        if head >= 0:
            yield _case(lines[head][4:], section, head, number, items)
        assert isinstance(item, str)
        section = item[3:] if level == 2 else section
        in_cases = level == 3 and section in (REPORTED, NOT_REPORTED, MORE)
        head, items = (number if in_cases else -1), []


def _case(heading: str, section: str, head: int, end: int, items: list[tuple[int, str | Block]]) -> Case:
    title, reported = heading, section == REPORTED
    if section == MORE:
        kind, _, title = heading.partition(": ")
        if kind not in (REPORTED, NOT_REPORTED):
            raise PageError(f"{head + 1}: a heading under `{MORE}` begins with `{REPORTED}: ` or `{NOT_REPORTED}: `")
        reported = kind == REPORTED
    files: list[Source] = []
    git, web, flags, says, changes, last = None, None, "", None, None, head + 1
    for number, item in items:
        if isinstance(item, Block):
            lines = item.text.count("\n") + 2
            if item.label == _SAYS:
                says = item.text
                continue
            if _CHANGES.fullmatch(item.label):
                changes = item.text
                continue
            if item.label == _GIT:
                git = _git(item)
            elif item.label == _WEB:
                web = _web(item)
            elif found := _FILE.fullmatch(item.label):
                files.append(_source(item, found[1], found[2] or ""))
            else:
                raise PageError(
                    f"{item.line}: the line above a fence names its file (`path`:), or is `{_SAYS}`, `binderlint --fix` changes:, `{_GIT}` or `{_WEB}`"
                )
            last = number + lines
        elif found := _EMPTY.fullmatch(item):
            files += [Source(path, b"") for path in re.findall("`([^`]+)`", found[1])]
            last = number + 1
        elif found := _WITH.fullmatch(item):
            flags, last = found[1], number + 1
        elif item != _SAYS and not _CHANGES.fullmatch(item):
            last = number + 1
    words = flags.split()
    return Case(
        title.removesuffix(_NO_VARIANTS),
        head + 1,
        reported,
        tuple(files),
        git,
        web,
        words[words.index("--hub") + 1] if "--hub" in words else "mybinder.org",
        says,
        changes,
        not title.endswith(_NO_VARIANTS),
        (last, end),
    )


def _git(block: Block) -> Git:
    from binderlint.read.toml import parse_pyproject

    said = parse_pyproject(Source("git.toml", block.text.encode()))
    return Git(**said)._replace(refs=frozenset(said.get("refs", ())))


def _web(block: Block) -> Web:
    """What was answered: a table for each kind of question, with the subjects as keys."""
    from binderlint.read.toml import parse_pyproject

    said = parse_pyproject(Source("web.toml", block.text.encode()))
    unknown = said.keys() - {kind.value for kind in Kind}
    if unknown:
        raise PageError(
            f"{block.line}: nothing is asked about `{min(unknown)}`; the kinds are {', '.join(kind.value for kind in Kind)}"
        )
    answers = {}
    for kind in Kind:
        for subject, answer in said.get(kind.value, {}).items():
            known: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in answer.items()
            }
            answers[Question(kind, subject)] = Answer(**{**known, "refs": frozenset(known.get("refs", ()))})
    return Web(answers)


def _source(block: Block, path: str, said: str) -> Source:
    """The file that a fence shows."""
    words = [word.strip() for word in said.split(",") if word.strip()]
    if odd := [word for word in words if word not in WORDS and not word.startswith(("kernel ", "nbformat 4."))]:
        raise PageError(f"{block.line}: `{odd[0]}` says nothing about a file; known are {', '.join(WORDS)}")
    mode, tracked = EXECUTABLE if "executable" in words else REGULAR, "not in git" not in words
    if "a symbolic link" in words or "a submodule" in words:
        mode = SYMLINK if "a symbolic link" in words else GITLINK
        return Source(path, block.text.removesuffix("\n").encode("utf-8", "surrogateescape"), mode, tracked)
    if "escaped" in words:
        if not block.text.isascii():
            raise PageError(f"{block.line}: an escaped file is written in ASCII")
        try:
            data = block.text.removesuffix("\n").encode().decode("unicode_escape").encode("latin-1")
        except UnicodeError:
            raise PageError(f"{block.line}: the escapes are those of Python's bytes, such as \\xe2 and \\n") from None
        return Source(path, data, mode, tracked)
    if path.endswith(".ipynb") and block.language != "json":
        data = notebook(block.text, words, block.language)
    else:
        data = block.text.encode()
    if "no newline at the end" in words:
        data = data.removesuffix(b"\n")
    if "CRLF" in words:
        data = data.replace(b"\n", b"\r\n")
    if "BOM" in words:
        data = b"\xef\xbb\xbf" + data
    return Source(path, data, mode, tracked)


def notebook(text: str, words: list[str], language: str) -> bytes:
    """A notebook of the cells that lines with `# %%` part; `# %% [markdown]` begins one of text, `# %% In[3]` one that has run and printed 1."""
    kernel = next((word.removeprefix("kernel ") for word in words if word.startswith("kernel ")), "python3")
    minor = next((int(word.removeprefix("nbformat 4.")) for word in words if word.startswith("nbformat 4.")), 4)
    document = {
        "cells": [_cell(*piece.partition("\n")[::2]) for piece in _CELL.split(text) if piece],
        "metadata": {
            "kernelspec": {"display_name": "x", "name": kernel},
            "language_info": {"name": "R" if language == "r" else language},
        },
        "nbformat": 4,
        "nbformat_minor": minor,
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _cell(head: str, text: str) -> dict[str, Any]:
    source = text.removesuffix("\n").splitlines(keepends=True)
    if "[markdown]" in head:
        return {"cell_type": "markdown", "metadata": {}, "source": source}
    count = re.search(r"In\[(\d+)\]", head)
    return {
        "cell_type": "code",
        "execution_count": int(count[1]) if count else None,
        "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}] if count else [],
        "source": source,
    }
