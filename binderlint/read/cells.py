"""Code cells: the Python in them without IPython's magics, what they import, and the installers they call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from binderlint.cache import remembered
from binderlint.pattern import regex
from binderlint.read.installer import Asked, asked_for
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

# Cell magics whose body is still Python of the notebook's own kernel.
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "debug", "memit", "mprun", "heat", "px"})
# Without `ls = [` and `cd += 1`, which are Python.
_MAGIC = regex(
    r"[\w.]+\?{1,2}\s*$|pip3? (?:un)?install\b|conda install\b|(?:ls\b(?![.(\[,:])|cd )(?!\s*(?:[-+*/%|&^@]|//|\*\*|<<|>>)?=)"
)
# In a text without this, no line is for IPython.
_ANY_MAGIC = regex(r"[%!?]|^[^\S\n]*(?:pip|conda|ls|cd )", re.MULTILINE)
_ASSIGNED = regex(r"\s*[\w, .\[\]'\"]+=\s*[!%](?!=)")
_INSTALL = regex(
    r"(?P<mark>^\s*[!%]\s*|^)(?:sudo\s+)?(?:\S*python[\d.]*\}?\s+-m\s+|\{\s*sys\.executable\s*\}\s+-m\s+|\$\{?\w+\}?\s+-m\s+|uv\s+)?"
    r"(?P<tool>pip3?|conda|mamba|micromamba|apt|apt-get)\s+(?:-\S+\s+)*install\b(?P<rest>[^#;&|\n]*)"
)


class Import(NamedTuple):
    """An import of a top-level name that stands outside of `try`, `if` and functions; `line` counts in the cell.

    `modules` are the dotted names that it may load: `from a.b import c` loads `a.b`, and `a.b.c` where that is a module.
    """

    name: str
    line: int
    modules: tuple[str, ...] = ()


class Install(NamedTuple):
    """A call of an installer in a cell: the program, the arguments after `install`, and its line in the cell."""

    tool: str
    words: tuple[str, ...]
    line: int

    @property
    def asked(self) -> Asked:
        """What it installs."""
        return asked_for(self.tool, self.words)


def python(text: str) -> str | None:
    """The Python of a cell, line by line where it was, with `pass` for magics; None for a cell in another language."""
    if "\r" in text:
        text = re.sub("\r(?!\n)", " ", text)  # for Python a carriage return ends a line, for notebooks not
    if text[:1] in " \t\n":
        text = _dedented(text)
    if not _ANY_MAGIC.search(text):
        return text
    out: list[str] = []
    started = continued = False
    open_before = _Open(out)
    alone = "\n" not in text.strip()
    for line in text.split("\n"):
        stripped = line.strip()
        if continued:
            continued = stripped.endswith("\\")
            out.append("")
            continue
        if stripped.startswith("%%"):
            if not started and stripped[2:].split(" ")[0] not in _PYTHON_MAGICS:
                return None
            out.append("")
        elif _is_magic(stripped, alone) or (("!" in line or "%" in line) and _ASSIGNED.match(line)):
            if open_before(len(out)):
                out.append(line)
                continue
            out.append(line[: len(line) - len(line.lstrip())] + "pass")
            continued = stripped.endswith("\\")
        else:
            out.append(line)
        started = started or bool(stripped)
    return "\n".join(out)


def _dedented(text: str) -> str:
    """A cell without the space before its first line that is not empty, as IPython takes it from all lines."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    space = first[: len(first) - len(first.lstrip(" \t"))]
    return "\n".join(line.removeprefix(space) for line in lines) if space else text


# Texts, comments, and brackets.
_IN_PYTHON = regex(r"(?s:\"\"\".*?\"\"\"|'''.*?''')|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#[^\n]*|[\[({]|[\])}]")


class _Open:
    """Whether a bracket is open before a line of a cell, or the line before goes on: then a `%` at its beginning is an operator. Asked from the first line to the last."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._seen = self._depth = 0

    def __call__(self, number: int) -> bool:
        if number and self._lines[number - 1].endswith("\\"):
            return True
        before = "\n".join(self._lines[self._seen : number])
        self._seen = number
        if "(" in before or "[" in before or "{" in before or self._depth:
            for found in _IN_PYTHON.finditer(before):
                if found[0] in "[({":
                    self._depth += 1
                elif found[0] in "])}":
                    self._depth = max(0, self._depth - 1)
        return self._depth > 0


def _is_magic(line: str, alone: bool) -> bool:
    """Whether a line without the space around it is one for IPython, which takes a name without a mark for a magic where no other line is beside it."""
    return line.startswith(("%", "!", "?")) or (
        ((alone and line.startswith(("pip", "conda", "ls", "cd "))) or line.endswith("?"))
        and _MAGIC.match(line) is not None
    )


@remembered(1_000_000)
def syntax(text: str) -> ast.Module | None:
    """The syntax tree of a cell, which nobody changes; None where it is not Python 3."""
    code = python(text)
    return None if code is None else parse_python(code)


@remembered(1_000_000)
def parse_python(code: str) -> ast.Module | None:
    """The syntax tree of Python; None where it is not Python 3, or nested deeper than the parser goes (which it says in three ways)."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes such as `"\d"`
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def located(source: Source, node: ast.Constant) -> Text | None:
    """A string of a Python file that is written as it is, on one line."""
    if node.end_lineno != node.lineno or node.end_col_offset is None:
        return None
    line = source.line(node.lineno)
    written = source.text[line.start : line.end]
    shift = int(node.lineno == 1 and source.has_bom)
    encoded = written[shift:].encode("utf-8", "surrogatepass")
    start = line.start + shift + len(encoded[: node.col_offset].decode("utf-8", "surrogatepass"))
    end = line.start + shift + len(encoded[: node.end_col_offset].decode("utf-8", "surrogatepass"))
    value = str(node.value)
    return Text(value, source.place(start + 1, end - 1)) if source.text[start + 1 : end - 1] == value else None


# Lines that Python 2 reads and Python 3 refuses: `print x`, `except E, e:`, `raise E, "x"`, `exec "x"`, `a <> b`, `ur""`.
_PYTHON_2 = regex(
    r"""\s*(?:.*[:;]\s*)?(?:print(?:\s+(?![=(.\[,)]|(?:in|is|and|or|if|not)\b)\S|\s*>>)|except\s+(?:[\w.]+|\([^)]*\))\s*,\s*\w+\s*:|raise\s+[\w.]+\s*,|exec\s+["'\w])|.*(?:<>|\bur["'])"""
)
_IN_PYTHON_2 = ("print ", "print\t", "print>", "except", "raise", "exec", "<>", 'ur"', "ur'")  # one of them is in each


def python_2_line(text: str) -> int:
    """The line of a cell at which Python 3 stops because it is Python 2; 0 where there is none."""
    import warnings

    code = python(text) if any(word in text for word in _IN_PYTHON_2) else None
    if code is None:
        return 0
    lines = code.split("\n")
    if not any(_PYTHON_2.match(line) for line in lines if any(word in line for word in _IN_PYTHON_2)) or syntax(text):
        return 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse("\n".join(lines))
    except SyntaxError as error:
        number = error.lineno or 0
        return number if 0 < number <= len(lines) and _PYTHON_2.match(lines[number - 1].partition("#")[0]) else 0
    except (ValueError, RecursionError, MemoryError):
        pass
    return 0


# What IPython reads and Python does not, and what is left out for readers to fill in.
_FOR_IPYTHON = regex(r"^[ \t]*(?:>>>|\.\.\. |In \[|[/,;?])|\?[ \t;]*$", re.MULTILINE)
_LEFT_OUT = regex(r"TODO|FIXME|_{3}|(?i:\b(?:your|code|answer|solution|fill)\b)|\?|\.{3}|[=(,][ \t]*#")
_BLANK = regex(r"=[ \t]*$", re.MULTILINE)


def unreadable_line(text: str, left_out: bool = False) -> int:
    """The line of a cell at which Python 3 stops because it is no Python; 0 where there is none, or where something is left out on purpose (or, with `left_out`, where nothing is)."""
    import warnings

    from binderlint.data import listed_words

    if syntax(text) or (code := python(text)) is None or not text.strip() or _FOR_IPYTHON.search(text):
        return 0
    if "\n" not in text.strip() and text.split()[0] in listed_words("ipython_magics.txt"):
        return 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        blank = _LEFT_OUT.search(text) or _BLANK.search(text) or error.msg.startswith("expected an indented block")
        return min(error.lineno or 1, text.count("\n") + 1) if bool(blank) == left_out else 0
    except (ValueError, RecursionError, MemoryError):
        pass
    return 0


def refused_line(text: str, python: str) -> int:
    """The line at which a Python (`3.12`, empty where it is not known) certainly refuses a file, 0 where there is none: Python 2 code, and what a binderlint on this Python or a newer one cannot read."""
    import sys
    import warnings

    line = python_2_line(text)
    if not line and python and sys.version_info[:2] >= tuple(map(int, python.split(".")[:2])):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except SyntaxError as error:
            line = error.lineno or 0
        except (ValueError, RecursionError, MemoryError):
            return 0
    return line if line <= text.count("\n") + 1 else 0


def imports(text: str) -> Iterator[Import]:
    """The imports that run whenever the cell does, the modules of extensions included."""
    tree = syntax(text) if "import" in text or "load_ext" in text else None
    for node in tree.body if tree else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name.partition(".")[0], node.lineno, (alias.name,))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            yield Import(node.module.partition(".")[0], node.lineno, modules)
    for number, module in extensions(text):
        if module not in _OF_IPYTHON:
            yield Import(module.partition(".")[0], number, (module,))


# Extensions of IPython itself (IPython/core/extensions.py).
_OF_IPYTHON = ("autoreload", "storemagic")
_EXTENSION = regex(r"%(?:re)?load_ext[ \t]+([A-Za-z_][\w.]*)[ \t\r]*$")


def extensions(text: str) -> Iterator[tuple[int, str]]:
    """The modules that `%load_ext` loads whenever the cell does, each with the line of the cell."""
    for magic in magics(text) if "load_ext" in text else ():
        if found := _EXTENSION.match(text.split("\n")[magic.line - 1]):
            yield magic.line, found[1]


def installs(text: str, is_python: bool = True) -> Iterator[Install]:
    """The calls of pip, conda and apt that run whenever the cell does: as `!` and `%` lines, and in a `%%bash` cell.

    IPython takes `pip install` without a mark for a magic in a cell of one line only (`InteractiveShell.transform_cell`).
    """
    shell = re.match(r"\s*%%(?:bash|sh|script\s+(?:ba)?sh|!)", text)
    whole = re.match(r"\s*%%(\w+)", text)
    if whole and not shell and whole[1] not in _PYTHON_MAGICS:
        return  # text, or a program in another language
    lines = text.split("\n")
    unmarked = not is_python or "\n" not in text.strip()
    for number, line in enumerate(lines, 1):
        found = _INSTALL.match(line)
        if not found or (
            not shell
            and not found["mark"].strip()
            and not (unmarked and re.match(r"(?:pip3?|conda|mamba) install", line))
        ):
            continue
        if line[:1] in " \t":
            continue
        rest, following = found["rest"], number
        while rest.rstrip().endswith("\\") and following < len(lines):
            rest = rest.rstrip()[:-1] + " " + re.split(r"[#;&|]", lines[following])[0]
            following += 1
        from shlex import split

        try:
            words = split(rest)
        except ValueError:
            words = rest.split()
        yield Install(found["tool"], tuple(_without_redirections(words)), number)


class Magic(NamedTuple):
    """A magic command that runs whenever its cell does: its name, its line in the cell, whether a space comes before the name, and whether it is one of the whole cell (`%%`)."""

    name: str
    line: int
    blank: bool
    whole: bool


_MAGIC_CALL = regex(r"%(%?)([ \t]*)([A-Za-z_]\w*)")


def magics(text: str) -> Iterator[Magic]:
    """The magic commands of a cell that stand outside of `try`, `if` and functions."""
    if "%" not in text:
        return
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines, 1) if line.strip())
    if (found := _MAGIC_CALL.match(lines[first - 1])) and found[1]:
        yield Magic(found[3], first, bool(found[2]), True)
    tree = syntax(text)
    alone = {node.lineno for node in tree.body if isinstance(node, ast.Pass)} if tree else set()
    for number in sorted(alone):
        if (found := _MAGIC_CALL.match(lines[number - 1])) and not found[1]:
            yield Magic(found[3], number, bool(found[2]), False)


def _without_redirections(words: list[str]) -> Iterator[str]:
    """The words but for `> file`, `2>&1` and the like."""
    left = iter(words)
    for word in left:
        if not re.match(r"[\d&]?>|<", word):
            yield word
        elif word.rstrip("<>&").isdigit() or not word.strip("<>&"):
            next(left, None)  # the file stands in a word of its own
