"""Mentions: which files of the repository a script or a command names, or reads by default."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.repo2docker.names import CONFIG_NAMES, OWN_PACKAGE, UNKNOWN
from binderlint.snapshot import Snapshot

# Files of other names that say what is installed or that are run.
_LIKELY = ("require", "constrain", "environment")
_ENDS = (".sh", ".bash", ".R", ".jl", ".lock")
_COMMENT = regex(r"(?:^|(?<=\s))#(?!!).*$", re.MULTILINE)
_WORD = regex(r"[^\s\"'`;&|<>()=,]+")
# The repository's folder on Binder, or one in it, as scripts write it; what a variable of theirs stands for is not known.
_HOME = regex(r"(?:\$\{?\w+\}?|~|/home/(?:jovyan|\$\{?NB_USER\}?))/")
_RUNNERS = frozenset({"bash", "sh", "source", ".", "python", "python3", "Rscript", "exec"})
_PIP_INSTALL = regex(r"\bpip3?\d?(?:\.\d+)?\s+install\b([^\n;&|]*)")
_CD = regex(r"\b(?:cd|pushd)\s+[\"']?([\w./-]+)")
_DEEPEST = 64  # folders
_BY_DEFAULT = (
    ("pipenv", regex(r"\bpipenv\s+(?:install|sync|lock)\b"), ("Pipfile", "Pipfile.lock")),
    ("poetry", regex(r"\bpoetry\s+(?:install|export|build)\b"), ("pyproject.toml", "poetry.lock")),
    ("uv", regex(r"\buv\s+(?:sync|export|run)\b"), ("pyproject.toml", "uv.lock")),
    ("pdm", regex(r"\bpdm\s+(?:install|sync|export)\b"), ("pyproject.toml", "pdm.lock")),
    ("pixi", regex(r"\bpixi\s+(?:install|run|shell|project)\b"), ("pixi.toml", "pixi.lock")),
    ("conda-lock", regex(r"\bconda-lock\b"), ("conda-lock.yml",)),
    ("renv", regex(r"\brenv::"), ("renv.lock",)),
    (
        "pkg",
        regex(r"\bPkg\.instantiate\b"),
        ("Project.toml", "JuliaProject.toml", "Manifest.toml", "JuliaManifest.toml"),
    ),
    (
        "env",
        regex(r"\b(?:conda|mamba|micromamba)\s+env\s+(?:update|create)\b(?![^\n;&|]{0,500}(?:-f|--file)\b)"),
        ("environment.yml",),
    ),
    (
        "::install|cmd",
        regex(r"\b(?:devtools::install|remotes::install_(?:local|deps))\b|\bR\s+CMD\s+INSTALL\s+\.(?:\s|$)"),
        ("DESCRIPTION",),
    ),
    ("setup.py", regex(r"\bsetup\.py\s+(?:install|develop)\b"), ("setup.py",)),
    ("nix-", regex(r"\bnix-(?:shell|build|env)\b"), ("default.nix", "shell.nix")),
    ("nix", regex(r"\bnix\s+(?:develop|build|run)\b"), ("flake.nix",)),
)


def mentioned(repo: Snapshot, text: str, folder: str, anywhere: bool = False) -> Iterator[tuple[str, str]]:
    """Paths that a script names, each with what the script does, such as `runs pip install -r x.txt`.

    Names are looked up in the root, where scripts run, then in the script's own folder; with `anywhere`, where the text's folders
    are those of an image, by the longest tail of the path that fits.
    """
    text = _COMMENT.sub("", text.replace("\\\n", " "))
    moves, moved = list(_CD.finditer(text))[::-1], list[str]()
    for command in _PIP_INSTALL.finditer(text):
        while moves and moves[-1].start() < command.start():
            move = _CD.match(text, moves.pop().start(), command.start())
            moved = [move[1]] if move else moved
        for word in _WORD.findall(command[1]):
            if word.startswith(".") or (not word.startswith("-") and repo.is_dir(word.rstrip("/"))):
                for found in _package(repo, word.split("[")[0], [*moved, "", folder]):
                    yield found, f"installs it with `{' '.join(command[0].split())}`"
    small = text.lower()  # of `R CMD INSTALL`, too
    for words, pattern, names in _BY_DEFAULT:
        if any(word in small for word in words.split("|")) and (default := pattern.search(text)):
            for base in dict.fromkeys(("", folder)):
                for name in names:
                    if repo.get(path := posixpath.join(base, name)):
                        yield path, f"reads it with `{default[0].strip()}`"
    before = ""
    for word in _WORD.findall(text):
        if (named := _find(repo, word, before, folder, anywhere)) is not None:
            yield named, f"names `{word}`"
        before = word


def _package(repo: Snapshot, written: str, folders: list[str]) -> Iterator[str]:
    for base in folders:
        place = posixpath.normpath(posixpath.join(base, written))
        if place.startswith(("..", "/")):
            continue
        paths = [posixpath.normpath(posixpath.join(place, name)) for name in OWN_PACKAGE]
        if found := [path for path in paths if repo.get(path)]:
            yield from found
            return


def says_what_is_installed(name: str) -> bool:
    """Whether a file of this name says what is installed or run, as far as a name can tell."""
    if name in CONFIG_NAMES or name in UNKNOWN or name in OWN_PACKAGE:
        return True
    return name.endswith(_ENDS) or any(word in name for word in _LIKELY)


def _find(repo: Snapshot, word: str, before: str, folder: str, anywhere: bool) -> str | None:
    """The file of the repository that a word of a script names, None where it names none that says what is installed or run."""
    written = _HOME.sub("", word, count=1) if word.startswith(("$", "~", "/")) and _HOME.match(word) else word
    if written.startswith("-r") and len(written) > 2:
        written = written[2:]
    name = posixpath.basename(written)
    if not says_what_is_installed(name) or "://" in written:
        return None
    if "." not in name and "/" not in written and before not in _RUNNERS:
        return None  # `start` and `REQUIRE` are words, too
    relative = written.lstrip("/") if anywhere else written
    if relative.startswith("/"):
        return None
    for base in dict.fromkeys(("", folder)):
        path = posixpath.normpath(posixpath.join(base, relative))
        if repo.get(path):
            return path
    if not anywhere:
        return None
    parts = relative.split("/")[-_DEEPEST:]
    tails = ("/".join(parts[start:]) for start in range(1, len(parts)))
    return next((path for tail in tails for path in (tail, posixpath.join(folder, tail)) if repo.get(path)), None)
