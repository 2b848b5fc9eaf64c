"""notebook-file-missing: A notebook reads a file that is not in the repository."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from binderlint.facts.local_modules import modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.makes_files import makes_files, may_be_there
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import CODE_DOWNLOADS
from binderlint.read.cells import imports
from binderlint.read.file_reads import READING, FileReads
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

# What may bring files, or go to another folder: commands of the shell, downloads, archives, programs, files whose names are not written out whole.
_MAY_BRING = regex(
    r"^\s*(?:!(?!\s*(?:pip|conda|mamba|ls|head|tail|cat|wc|pwd)\b)|%%?(?:cd|bash|sh|script|writefile|run|sx|system|R|julia)\b|cd\s)"
    r"|chdir|wget|curl|requests\.|download|fetch|unzip|[zZ]ip[fF]ile|tarfile|extract|gdown|kaggle|\bclone\b|\bdvc\b|datalad"
    r"|os\.system|subprocess|shutil|makedirs|mkdir|tempfile|google\.colab|load_dataset|set_working|papermill|FileUpload"
    # np.save("x") writes x.npy, savefig("x") x.png, and render("x") of graphviz x.pdf: a name without an ending is not the whole name
    r"|(?:\bto_(?:csv|excel|json|pickle|parquet|feather|hdf|stata|netcdf|zarr|file)|\b\w*save\w*|\bimwrite|\bwrite_\w+|\bdump|\brender)\("
    r"(?!\s*[rb]?(?:\"[^\"\n{%]*\.\w+\"|'[^'\n{%]*\.\w+')\s*[,)])"
    r"|\.open\(\s*(?:mode\s*=\s*)?[\"'][wax]"
    r"|\bopen\((?!\s*[rb]?(?:\"[^\"\n{%]*\"|'[^'\n{%]*')\s*[,)])[^\n]*[\"'][wax]",
    re.MULTILINE,
)
_PROGRAMS = (".py", ".sh", ".bash", ".R", ".jl", ".yml", ".yaml", ".toml")
_WORD = regex(r"[^\s\"'`,;:()\[\]{}<>|&=/\\]+")
_WITH_BLANK = regex(r"[\"']([^\"'\n]* [^\"'\n]*)[\"']")

# Addresses, patterns, home folders (notebook-absolute-path), and folders that every Linux has.
_NOT_JUDGED = regex(
    r"^[~\\]|^[A-Za-z][\w+.-]*:|[*?{}\\%\n]"
    r"|^//?(?:home|Users|content|tmp|etc|usr|var|opt|srv|dev|proc|sys|bin|sbin|lib|lib64|root|run|repo)(?:/|$)|^/*$"
)


class _Use(NamedTuple):
    """A file that a notebook reads: the notebook, the number of the cell and the line in it, the path as written and from the root."""

    page: PlainNotebook
    cell: int
    line: int
    written: str
    path: str


class NotebookFileMissing(Rule):
    code = "NBK011"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        uses = [use for page in notebooks if page.is_python for use in _uses(page)]
        missing = [use for use in uses if _is_missing(repo, use)]
        if not missing or makes_files(repo):
            return
        bringing = min((_order(page) for page in notebooks if _brings(page)), default=None)
        certain = {
            page.source.path: 0 if bringing and bringing < _order(page) else _certain(repo, page)
            for page in {use.page.source.path: use.page for use in missing}.values()
        }
        read, named = Counter(posixpath.basename(use.path) for use in uses), _named(repo)
        spelled = {path.lower(): path for path in repo.sources}
        named_so: dict[str, list[str]] = {}
        for path in repo.sources:
            named_so.setdefault(posixpath.basename(path), []).append(path)
        told: set[tuple[str, str]] = set()
        for use in missing:
            name, key = posixpath.basename(use.path), (use.page.source.path, use.path)
            if key in told or use.cell >= certain[use.page.source.path] or named[name] > read[name]:
                continue
            told.add(key)
            other, same = spelled.get(use.path.lower(), ""), named_so.get(name, [])
            yield self.at(
                use.page.line(use.cell, use.line),
                f"The file is called `{other}`. Linux distinguishes capital and small letters, so `{use.written}` is not found and this cell ends with an error"
                if other
                else f"There is no `{use.written}` {'on Binder' if use.path.startswith('/') else 'in the repository'}, and nothing before this cell makes or downloads it, so the cell ends with an error",
                help=f"Write `{posixpath.relpath(other or same[0], use.page.source.folder or '.')}`"
                if other or len(same) == 1
                else "Add the file to the repository, or download it in the notebook",
                cause=f"files missing in {posixpath.dirname(use.path)}",
            )


def _uses(page: PlainNotebook) -> Iterator[_Use]:
    """The files that a notebook reads by a relative path."""
    reading = ("open", "read", "load", "genfromtxt", "fromfile", "ExcelFile", "parse", "listdir")
    if not any(any(word in cell.text for word in reading) and READING.search(cell.text) for cell in page.code):
        return
    reads = FileReads()
    for cell in page.code:
        if "raises-exception" in str(cell.data.get("metadata")):
            continue
        for one in reads.of(cell.text):
            if one.path and not _NOT_JUDGED.search(one.path):
                path = posixpath.normpath(posixpath.join(page.source.folder, one.path))
                yield _Use(page, cell.number, one.line, one.path, path)


# What a visitor is to put a name of their own in place of.
_PLACEHOLDER = regex(
    r"(?i:(?:^|[\W_])(?:enter|insert|your|placeholder)(?:[\W_]|$)|path[ _/]?to[\W_])|[<>{}]|[A-Z]{2,} [A-Z]{2,}"
)


def _is_missing(repo: Snapshot, use: _Use) -> bool:
    return (
        use.path != "."
        and not _PLACEHOLDER.search(use.written)
        and (use.path.startswith(("..", "/")) or not may_be_there(repo, use.path))
    )


def _brings(page: PlainNotebook) -> bool:
    """Whether a notebook, which a visitor may run first, may bring files."""
    return any(_may_bring(cell.text) for cell in page.code)


def _may_bring(text: str) -> bool:
    return bool(_MAY_BRING.search(text) or CODE_DOWNLOADS.search(text))


def _order(page: PlainNotebook) -> str:
    """What sorts notebooks in the order in which they are meant to be run: by their paths, `2` before `10`."""
    return re.sub(r"\d+", lambda number: number[0].zfill(8), page.source.path)


def _certain(repo: Snapshot, page: PlainNotebook) -> int:
    """The number of the first cell that may bring files; of what is read before it, everything is known."""
    own = modules_in(repo, page.source.folder)
    for cell in page.code:
        if _may_bring(cell.text) or (own and any(one.name in own for one in imports(cell.text))):
            return cell.number
    return len(page.cells) + 1


def _named(repo: Snapshot) -> Counter[str]:
    """How often each word, such as the name of a file, stands in code; names with blanks where they stand in quotes."""
    found: Counter[str] = Counter()
    for page in shown_notebooks(repo):
        for cell in page.code:
            found.update(_WORD.findall(cell.text))
            found.update(posixpath.basename(text) for text in _WITH_BLANK.findall(cell.text))
    for source in repo.files:
        if (source.name.endswith(_PROGRAMS) or "." not in source.name) and len(source.data) < 1_000_000:
            found.update(_WORD.findall(source.text))
    return found
