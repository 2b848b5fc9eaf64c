"""notebook-absolute-path: A notebook uses a path that only exists on one computer."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.home_paths import home_paths
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text

# Languages in which a quoted path is one.
_READ = frozenset({"", "python", "ipython", "r", "julia", "bash", "octave", "matlab", "sagemath"})


# What changes the folder that paths count from.
_MOVES = regex(r"\bos\.chdir\(|\bsetwd\(|^\s*\"?%cd\b")
# A program that is run by its path.
_RUNS = regex(r"\s*\"?!\s*[\w./~-]*/bin/((?:python|pip)(?=[\d.]*\s)|[A-Za-z][\w-]*)")


# What says that a file is for its owner alone.
_SECRET = regex(
    r"(?i:\.ssh\b|\.aws\b|\.kaggle\b|\.netrc\b|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\.pem\b|private[-_ ]?key|key[-_]?(?:path|file)|service[-_]account|credential|secrets?\b|passwords?\b|tokens?\b|load_cert_chain)"
)


class NotebookAbsolutePath(Rule):
    code = "NBK006"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        docker = build_plan(repo).buildpack == Buildpack.DOCKER
        for one in notebooks:
            if one.language not in _READ:
                continue
            told: set[str] = set()
            uses = list(home_paths(((cell.number, cell.text) for cell in one.code), one.is_python))
            read = {use.path.lower() for use in uses if not use.written}
            for use in uses:
                folder = use.path.lower()
                if folder in told or (docker and use.path.startswith("/home/")):
                    continue
                told.add(folder)
                where = "in Google Colab" if folder == "/content/drive" else "on the author's computer"
                line = one.line(use.cell, use.line)
                program = _RUNS.match(line) if isinstance(line, Text) else None
                yield self.at(
                    line,
                    f"`{use.path}` exists only {where}, so the code that uses it {'fails' if use.certain else 'usually fails'} on Binder",
                    help="Remove the line: a notebook starts in its own folder, from which the paths after it then count"
                    if isinstance(line, Text) and _MOVES.search(line)
                    else f"Write `{program[1]}` without its folder: the notebook then runs that of Binder's environment"
                    if program
                    else "Ask visitors for a file of their own in the notebook. Never publish a key, or a file of credentials"
                    if _SECRET.search(line if isinstance(line, Text) else use.path)
                    else "Put the file in the repository and use its path from the notebook's folder"
                    if folder in read
                    else "Write the file to a path from the notebook's folder",
                )
