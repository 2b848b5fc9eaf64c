"""notebook-file-missing: A notebook reads a file that is not in the repository."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterator
from itertools import accumulate

from binderlint.facts.local_modules import imported_files, loaded_files, modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.makes_files import makes_files, may_be_there
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import CODE_DOWNLOADS
from binderlint.read.cells import imports, syntax
from binderlint.read.file_reads import MAY_NEED, READING, READING_CALL, SECRETS, FileReads
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

# What may bring files, or go to another folder: commands of the shell, downloads, archives, programs, files whose names are not written out whole.
_MAY_BRING_FOLDERS = (
    r"^\s*(?:!(?!\s*(?:pip3?|conda|mamba|ls|head|tail|cat|wc|pwd)\b)|%%?(?:cd|bash|sh|script|writefile|run|sx|system|R|julia)\b|cd\s)"
    r"|chdir|wget|curl|(?<!nltk\.)download|unzip|unpack|\.extract(?:all|_\w+)?\(|gdown|kaggle|git clone|clone_from|\bdvc\b|datalad"
    r"|(?:ZipFile|tarfile\.open|TarFile)\([^\n]*[\"'][wax](?::\w*)?[\"']"
    r"|os\.system|subprocess|shutil|(?:makedirs|mkdir)\(|tempfile|google\.colab|set_working|papermill|FileUpload"
)
_MAY_MAKE_FOLDERS = regex(
    _MAY_BRING_FOLDERS + r"|\b(?:save|save_\w+|to_(?:zarr|parquet|disk)|export\w*|ensure\w*|create_\w*)\(", re.MULTILINE
)
_MAY_BRING = regex(
    _MAY_BRING_FOLDERS +
    # np.save("x") writes x.npy, savefig("x") x.png, and render("x") of graphviz x.pdf: a name without an ending is not the whole name
    r"|(?:\bto_(?:csv|excel|json|pickle|parquet|feather|hdf|stata|netcdf|zarr|file)|\b\w*save\w*|\bimwrite|\bwrite_\w+|\bdump|\brender)\("
    r"(?!\s*(?:\w+\s*=\s*)?[rb]?(?:\"[^\"\n{%]*\.\w+\"|'[^'\n{%]*\.\w+')\s*[,)])"
    r"|\.open\(\s*(?:mode\s*=\s*)?[\"'][wax][bt+]*[\"']"
    r"|\bopen\((?!\s*[rb]?(?:\"[^\"\n{%]*\"|'[^'\n{%]*')\s*[,)])[^\n]*[\"'][wax][bt+]*[\"']",
    re.MULTILINE,
)
_PROGRAMS = (".py", ".sh", ".bash", ".R", ".jl")
_COMMENT = regex(r"^[ \t]*#.*|[ \t]#[^\"'\n]*$", re.MULTILINE)
# Downloads that stay in memory, or in a folder of the program's own.
_KEEPS = frozenset(
    ["requests.get", "urlopen", "nltk.download", "load_dataset(", "open_zarr(", "tfds.load", "from_pretrained("]
)
# What another notebook does to its own kernel alone.
_MOVES = regex(r"^\s*(?:%?cd\s[^\n]*)|\bchdir\b", re.MULTILINE)
# What a notebook only does in Google Colab, up to its `else`.
_IN_COLAB = regex(r"^if [\"']google\.colab[\"'] in [^\n]*:[ \t]*\n(?:[ \t]+[^\n]*\n|\n)*", re.MULTILINE)
_WORD = regex(r"[^\s\"'`,;:()\[\]{}<>|&=/\\]+")
_WITH_BLANK = regex(r"[\"'](?:[^\"'\n/]*/)*([^\"'\n/]* [^\"'\n/]*)[\"']")
# Before the name of a file: a call that reads it, with calls that only make its path; a variable; a command that shows it.
_IN_CALL = regex(READING_CALL + r"(?:\s*[rbf]?\s*(?:[\w.]*(?:join|abspath)|Path|str|open)\s*\()*[^()]*$")
_IN_VARIABLE = regex(r"\s*\w+\s*=[^=]")
_SHOWS = regex(r"\s*[!%]\s*(?:ls|head|tail|cat|wc)\b")
_TO_WRITE = regex(r"[^\n]*[\"'][wax][bt+]*[\"']")
_MAKES_FOLDERS = regex(r"mkdir|makedirs|extract|unzip|clone|copy|move|rename|export|save")

# Addresses, patterns, home folders (notebook-absolute-path), and folders that every Linux has.
_NOT_JUDGED = regex(
    r"^~(?!/)|^\\|^[A-Za-z][\w+.-]*:|[*?{}\\%\n]"
    r"|^//?(?:home|Users|content|tmp|etc|usr|var|opt|srv|dev|proc|sys|bin|sbin|lib|lib64|root|run|repo)(?:/|$)|^/*$"
)


class _Use(NamedTuple):
    """A file or folder that a notebook reads: the notebook, the number of the cell and the line in it, the path as written and from the root."""

    page: PlainNotebook
    cell: int
    line: int
    written: str
    path: str
    folder: bool
    into: bool

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)


class NotebookFileMissing(Rule):
    code = "NBK011"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        uses = [use for page in notebooks if page.is_python for use in _uses(repo, page)]
        missing = [use for use in uses if _is_missing(repo, use)]
        if not missing or makes_files(repo):
            return
        paths = {_order(page): page.source.path for page in notebooks}
        first, away = _bringing(notebooks, {posixpath.basename(posixpath.dirname(use.path)) for use in missing})
        pages = {use.page.source.path: use.page for use in missing}
        certain = {path: _certain(repo, page, _MAY_BRING) for path, page in pages.items()}
        into = {path: _certain(repo, page, _MAY_MAKE_FOLDERS) for path, page in pages.items()}
        made = _made(repo, missing)
        gone = {use.page.source.path: set[str]() for use in missing}
        for use in missing:
            if _folder(use) and not repo.list(posixpath.dirname(use.path)):
                gone[use.page.source.path].add(_folder(use))
        handed = {path: _handed_over(page, gone[path]) for path, page in pages.items()}
        spelled = {path.lower(): path for path in repo.sources}
        named_so: dict[str, list[str]] = {}
        for path in repo.sources:
            named_so.setdefault(posixpath.basename(path), []).append(path)
        told: set[tuple[str, str]] = set()
        for use in missing:
            key = (use.page.source.path, use.path)
            known = into if use.into else certain
            if key in told or (use.cell, use.line) >= known[use.page.source.path]:
                continue
            folder, order = posixpath.dirname(use.path), _order(use.page)
            makers = made.get(use.name, set[str]())
            if any(not path.endswith(".ipynb") or path == use.page.source.path for path in makers):
                continue
            if makers and min(map(_in_order, makers)) < order:
                continue
            above = accumulate(folder.split("/"), posixpath.join)
            before = min([first.get(one, _LAST) for one in ("", *above)] + [away[posixpath.basename(folder)]])
            if handed[use.page.source.path].get(_folder(use), (use.cell, use.line)) < (use.cell, use.line):
                continue
            told.add(key)
            if before < order:
                other = paths[before]
                yield self.at(
                    use.page.line(use.cell, use.line),
                    f"There is no {'folder ' if use.folder else ''}`{use.written}` {'on Binder' if use.path.startswith('/') else 'in the repository'}, and nothing before this cell makes or downloads it. Unless another notebook has (`{other}` may bring files), the cell ends with an error",
                    help=f"If `{posixpath.basename(other)}` comes first, say so at the beginning. If not, add the {'folder' if use.folder else 'file'} to the repository",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                    cause="files that other notebooks may bring",
                )
                continue
            if makers:
                maker = min(makers, key=_in_order)
                yield self.at(
                    use.page.line(use.cell, use.line),
                    f"`{use.written}` is not in the repository. It is there only after `{maker}` has run, so where this notebook runs first the cell ends with an error",
                    help=f"Say at the beginning that `{posixpath.basename(maker)}` comes first, or add the file to the repository",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                    cause=f"files made by {maker}",
                )
                continue
            if use.into:
                yield self.at(
                    use.page.line(use.cell, use.line),
                    f"There is no folder `{use.written}` {'on Binder' if use.path.startswith('/') else 'in the repository'}, and nothing before this cell makes it, so a file cannot be written there and the cell ends with an error",
                    help=f'Make the folder before, with `os.makedirs("{use.written}", exist_ok=True)`',
                    cause=f"folder {use.path} missing",
                )
                continue
            other = spelled.get(use.path.lower(), "")
            same = "" if other else _meant(use, named_so.get(use.name, []))
            yield self.at(
                use.page.line(use.cell, use.line),
                f"The file is called `{other}`. Linux distinguishes capital and small letters, so `{use.written}` is not found and this cell ends with an error"
                if other
                else f"`{use.written}` counts from the notebook's folder, where there is no such file, and nothing before this cell brings it there, so the cell ends with an error. The repository has a file of this name at `{same}`"
                if same and not use.path.startswith("/")
                else f"There is no {'folder ' if use.folder else ''}`{use.written}` {'on Binder' if use.path.startswith('/') else 'in the repository'}, and nothing before this cell makes or downloads it, so the cell ends with an error",
                help=f"Write `{posixpath.relpath(other or same, use.page.source.folder or '.')}`"
                if other or same
                else "Put it in the repository and use its path from the notebook's folder, or download it in the notebook"
                if use.path.startswith("/")
                else "Make the folder in the notebook, or add its files to the repository"
                if use.folder
                else "Say that visitors need credentials of their own, and ask for them in the notebook. Never publish a file of credentials"
                if SECRETS.fullmatch(use.name)
                else "Add the file to the repository, or download it in the notebook",
                cause=f"files missing in {posixpath.dirname(use.path)}",
            )


def _uses(repo: Snapshot, page: PlainNotebook) -> Iterator[_Use]:
    """The files that a notebook reads, and the folders that it writes to, by a path that is not absolute."""
    reading = (
        "open",
        "read",
        "load",
        "genfromtxt",
        "fromfile",
        "File",
        "filename",
        "Dataset",
        "parse",
        "dir(",
        "save",
        "to_",
        ".json",
    )
    texts = [*(cell.text for cell in page.code), *(source.text for source in imported_files(repo, page))]
    if not any(any(word in text for word in reading) and MAY_NEED.search(text) for text in texts):
        return
    reads = FileReads(_modules_of(repo, page.source.folder))
    for cell in page.code:
        if "raises-exception" in str(cell.data.get("metadata")):
            continue
        for one in reads.of(cell.text):
            if one.path and not _NOT_JUDGED.search(one.path):
                home = one.path.startswith(
                    "~/"
                )  # which is the repository, beside files of programs that begin with a dot
                path = posixpath.normpath(one.path[2:] if home else posixpath.join(page.source.folder, one.path))
                if not (home and path.startswith(".")):
                    yield _Use(page, cell.number, one.line, one.path, path, one.folder, one.into)


def _modules_of(repo: Snapshot, folder: str) -> Callable[[str], FileReads | None]:
    """What is known of the modules beside a notebook, each looked at when it is asked for."""
    own = modules_in(repo, folder)
    known: dict[str, FileReads | None] = {}

    def find(name: str) -> FileReads | None:
        if name.partition(".")[0] not in own:
            return None
        if name not in known:
            known[name] = None  # where modules import each other
            path = posixpath.join(folder, name.replace(".", "/"))
            if source := repo.get(f"{path}.py") or repo.get(f"{path}/__init__.py"):
                reads = FileReads(find)
                for _ in reads.of(source.text.removeprefix("\ufeff")):
                    pass
                known[name] = reads
        return known[name]

    return find


# What a visitor is to put a name of their own in place of.
_PLACEHOLDER = regex(
    r"(?i:(?:^|[\W_])(?:enter|insert|your|placeholder)(?:[\W_]|$)|path[ _/]?to[\W_])|[<>{}]|[A-Z]{2,} [A-Z]{2,}"
)


def _meant(use: _Use, same: list[str]) -> str:
    """Of the files with the name of a missing one, the one that is meant: the one whose path ends like it, the one beside the notebook, or the only one."""
    if use.path.startswith("/"):
        return same[0] if len(same) == 1 else ""
    written = posixpath.normpath(use.written).replace("../", "")
    alike = [path for path in same if f"/{path}".endswith(f"/{written}")]
    beside = [path for path in same if posixpath.dirname(path) == use.page.source.folder]
    # A file of the same name in the folder of something else may hold something else.
    folder = posixpath.dirname(written)
    near = [one for one in same if folder.endswith(posixpath.dirname(one))]
    return next((found[0] for found in (alike, beside, near) if len(found) == 1), "")


def _is_missing(repo: Snapshot, use: _Use) -> bool:
    return (
        use.path != "."
        and not _PLACEHOLDER.search(use.written)
        and (use.path.startswith(("..", "/")) or not may_be_there(repo, use.path))
    )


_QUOTED = regex(r"[\"']([^\"'\n]+)")
_ONLY_PATHS = frozenset(
    ["join", "Path", "PurePath", "exists", "isdir", "isfile", "glob", "abspath", "print", "append", "insert"]
)


def _folder(use: _Use) -> str:
    """The folder of a file as a notebook writes it; empty for none."""
    return posixpath.dirname(use.written.removeprefix("./"))


def _handed_over(page: PlainNotebook, folders: set[str]) -> dict[str, tuple[int, int]]:
    """The first cell and line in which a call or a dictionary gets one of some folders as a text: what is done with it may make the folder, and files in it."""
    found: dict[str, tuple[int, int]] = {}
    for cell in page.code:
        if folders.isdisjoint(text.removeprefix("./").rstrip("/") for text in _QUOTED.findall(cell.text)):
            continue
        tree = syntax(cell.text)
        for node in ast.walk(tree) if tree else ():
            for value in _given(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    folder = value.value.removeprefix("./").rstrip("/")
                    if folder in folders:
                        found.setdefault(folder, (cell.number, value.lineno))
    return found


def _given(node: ast.AST) -> tuple[ast.expr, ...]:
    """What a call gets that does not only read or make paths, and what is written in a dictionary, which a call may get."""
    if isinstance(node, ast.Dict):
        return tuple(node.values)
    if not isinstance(node, ast.Call):
        return ()
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in _ONLY_PATHS or READING.search(f"{name}("):
        return ()
    return (*node.args, *(one.value for one in node.keywords))


def _running(text: str) -> str:
    """Code without comments, and without what only runs in Google Colab, line by line where it was."""
    if "google.colab" in text:
        text = _IN_COLAB.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _COMMENT.sub("", text) if "#" in text else text


def _brought_at(text: str, pattern: re.Pattern[str] = _MAY_BRING) -> int:
    """The line of a cell, counted from 1, that may bring files, or make folders; 0 for none."""
    text = _running(text)
    found = [
        pattern.search(text),
        *(one for one in CODE_DOWNLOADS.finditer(text) if one[0] not in _KEEPS and not one[0].startswith("fetch_")),
    ]
    places = [one.start() for one in found if one]
    return text.count("\n", 0, min(places)) + 1 if places else 0


def _bringing(notebooks: tuple[PlainNotebook, ...], folders: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The notebooks, which a visitor may run first, that may bring files, each as `_order` says: the first of each folder, and the first that names one of some folders."""
    first: dict[str, str] = {}
    away = dict.fromkeys(folders, _LAST)
    for page in notebooks:
        if any(_brought_at(_MOVES.sub("", cell.text)) for cell in page.code):
            folder, order = page.source.folder, _order(page)
            first[folder] = min(order, first.get(folder, _LAST))
            words = {word for cell in page.code for word in _WORD.findall(cell.text)}
            for name in folders & (words | {""} if ".." in words else words):  # the root is `..`
                away[name] = min(order, away[name])
    return first, away


_LAST = "\U0010ffff"


def _order(page: PlainNotebook) -> str:
    """What sorts notebooks in the order in which they are meant to be run: by their paths, `2` before `10`."""
    return _in_order(page.source.path)


def _in_order(path: str) -> str:
    return re.sub(r"\d+", lambda number: number[0].zfill(8), path)


def _certain(repo: Snapshot, page: PlainNotebook, pattern: re.Pattern[str]) -> tuple[int, int]:
    """The first cell and line in it that may bring files; of what is read before it, everything is known. `os.chdir` needs its folder itself."""
    own = modules_in(repo, page.source.folder)
    for cell in page.code:
        lines = [brought] if (brought := _brought_at(cell.text, pattern)) else []
        if own and "import" in cell.text:
            for one in imports(cell.text):
                files = loaded_files(repo, page.source.folder, one.modules) if one.name in own else ()
                lines += [one.line for file in files if _brought_at(file.text, pattern)][:1]
        if lines:
            moves = "chdir" in cell.text.split("\n")[min(lines) - 1]
            return cell.number, min(lines) + moves
    return len(page.cells) + 1, 0


def _made(repo: Snapshot, missing: list[_Use]) -> dict[str, set[str]]:
    """The names of missing files that code may make: those it has elsewhere than where it reads them, and the paths of that code."""
    names = {use.name: use.folder for use in missing}
    blank = any(" " in name for name in names)
    read = {(use.page.source.path, use.name) for use in missing}
    needed = {(use.page.source.path, use.cell, use.line, use.name) for use in missing}
    made: dict[str, set[str]] = {}
    texts = [(page.source.path, cell.number, cell.text) for page in shown_notebooks(repo) for cell in page.code]
    for source in repo.files:
        if (source.name.endswith(_PROGRAMS) or "." not in source.name) and len(source.data) < 1_000_000:
            texts.append((source.path, 0, source.text))
    for path, cell, text in texts:
        if not blank and names.keys().isdisjoint(_WORD.findall(text)):
            continue
        for number, line in enumerate(_running(text).split("\n"), 1):
            found = [(word[0], word.start(), word.end()) for word in _WORD.finditer(line)]
            found += [(word[1], word.start(1), word.end(1)) for word in _WITH_BLANK.finditer(line)] if blank else []
            for name, start, end in found:
                if (
                    name in names
                    and (cell or not SECRETS.fullmatch(name))  # which packages name in their documentation
                    and path not in made.get(name, ())
                    and (path, cell, number, name) not in needed
                    and not _only_reads(line, start, end, (path, name) in read, names[name])
                ):
                    made.setdefault(name, set()).add(path)
    return made


def _only_reads(line: str, start: int, end: int, used: bool, folder: bool) -> bool:
    """Whether a line of code that has a name does not make the file or folder: it reads it, shows it, or names it in a variable of a notebook that reads it (`used`)."""
    if folder:
        return not _MAKES_FOLDERS.search(line)
    if _SHOWS.match(line) or (used and _IN_VARIABLE.match(line)):
        return True
    return _IN_CALL.search(line, 0, start) is not None and not _TO_WRITE.match(line, end + 1)
