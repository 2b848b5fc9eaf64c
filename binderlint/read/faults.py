"""Faults: how many parts of a file its reader does not understand, which a fix must never raise."""

from __future__ import annotations

import json
from collections.abc import Iterable

from binderlint.pattern import regex
from binderlint.read.cells import python
from binderlint.read.dockerfile.instructions import read_dockerfile
from binderlint.read.dockerfile.refused import refused
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.requirements import Invalid, read_requirements
from binderlint.read.shebang import shebang
from binderlint.read.shell.syntax import Code, tree
from binderlint.read.toml import parse_loose, parse_pyproject
from binderlint.read.validity import verdict
from binderlint.read.yaml import read_safe, read_yaml
from binderlint.source import EXECUTABLE, REGULAR, Source, Text

_REQUIREMENTS = regex(r"(?:.*[-_.])?(?:requirements|constraints)[^/]*\.(?:txt|in)")


def faults(source: Source) -> int | None:
    """How many parts of a file cannot be read: scripts, cells, instructions, lines; None where nothing of the file can.

    0 for a kind of file that has no reader, and for what is no regular file.
    """
    if source.mode not in (REGULAR, EXECUTABLE):
        return 0
    name = source.name
    try:
        if name.endswith(".ipynb"):
            return _notebook(source)
        if name.endswith((".yml", ".yaml")):
            return _yaml(source)
        if name.endswith(".toml") or name == "Pipfile":
            return _toml(source)
        if name.endswith((".json", "Pipfile.lock")):
            json.loads(source.data)
        elif name == "Dockerfile" or name.endswith(".Dockerfile"):
            return _dockerfile(source)
        elif _REQUIREMENTS.fullmatch(name):
            return _requirements(source)
        elif name in ("start", "postBuild") or name.endswith((".sh", ".bash", ".py")):
            return _script(source)
    except (ValueError, RecursionError):
        return None
    return 0


def _notebook(source: Source) -> int | None:
    """1 for a notebook that does not open cleanly in Jupyter, and the code cells that are not Python."""
    page = PlainNotebook(source)
    if page.data is None or source.has_bom:
        return None
    cells = [python(cell.text) for cell in page.code] if page.is_python else []
    return bool(verdict(page).words) + _count(not _is_python(cell) for cell in cells if cell is not None)


def _yaml(source: Source) -> int | None:

    reader = read_yaml if source.name.startswith("environment.") else read_safe
    return None if reader(source).problem else 0


def _toml(source: Source) -> int:

    if source.name in ("Pipfile", "Project.toml", "JuliaProject.toml"):
        try:
            parse_loose(source.text)
        except Exception as error:  # for some files it raises IndexError and others
            raise ValueError(str(error)) from error
    else:
        parse_pyproject(source)
    return 0


def _dockerfile(source: Source) -> int:
    """What Docker does not read, and the RUN lines that are no shell."""
    dockerfile = read_dockerfile(source)
    scripts = [instruction.script for instruction in dockerfile.instructions]
    return len(list(refused(dockerfile))) + _count(not _is_shell(script) for script in scripts if script)


def _requirements(source: Source) -> int | None:

    if source.decode_error:
        return None
    return _count(isinstance(line, Invalid) for line in read_requirements(source))


def _script(source: Source) -> int | None:
    """Whether a script is what its first line or its name says."""
    if source.decode_error or "\0" in source.text:
        return None
    text = source.slice(int(source.has_bom), len(source.text))
    language = "python" if source.name.endswith(".py") else shebang(source).language or "shell"
    read = {"python": _is_python, "shell": _is_shell}.get(language)
    return 0 if read is None or read(text) else None


def _is_shell(text: Text) -> bool:

    return not tree(Code(text)).has_error


def _is_python(text: str) -> bool:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `"\d"`
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _count(found: Iterable[bool]) -> int:
    return sum(found)
