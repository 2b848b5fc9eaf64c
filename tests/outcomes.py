"""Outcomes: what binderlint says of repositories, held against what happened when they were built and their notebooks were run.

`python -m tests.outcomes FOLDER RECORDS`: FOLDER holds work trees, each named `owner+name` and at the commit of its record; RECORDS is a file with
a JSON object a line: `repo`, `build` (true, false), and `notebooks` with `path`, `ok` and `error`, the name of the exception and its words. Trees without
a record and records without a tree are left out, and so are notebooks of which a tree has nothing but the word `absent`, since its copy lacks large files.

A failing notebook is *named* when a diagnostic says what its error was: at the notebook or at a file that it imports, or, for a module that is missing, anywhere, and also where it says that a list with the module's package is not used. A notebook that ran has a
*false alarm* when a warning or an error of level run or launch is at it. Where a repository has no environment file it is also checked with an empty
requirements.txt, which is what its author would add first. An outcome that would be another one today is for the reader to judge: `--list` prints all misses and false alarms.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from binderlint.git import Git
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.linter import check
from binderlint.outside.worktree import read_folder
from binderlint.read.packages import package_of
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import RepositoryError, Source
from binderlint.values import NamedTuple

# What a diagnostic has to be of to name the cause of a kind.
_RULES = {
    "module": ("NBK004", "NBK009", "NBK016", "LAY018", "JUL007"),
    "kernel": ("NBK002",),
    "Python 2": ("NBK002", "NBK008", "NBK018"),
    "removed name": ("NBK009", "NBK016"),
    "missing file": ("NBK006", "NBK011"),
    "library": ("NBK010",),
    "magic": ("NBK017",),
    "undefined name": ("NBK019", "NBK009", "NBK020"),
    "other": ("NBK020",),
}

# What stops a run of all cells but nobody who works in the notebook.
_NO_FAULT = ("StdinNotImplementedError", "TimeoutError")

# What says that a list of packages is not used: it names the cause where that list has the package of a module.
_UNREAD = ("LAY001", "LAY002", "LAY003", "LAY013")


# What the recording's own script said: of its folder, of notebooks that name no kernel (Jupyter takes one for them), and under old Pythons of itself, without a place.
_OF_THE_RECORDING = re.compile(
    r"denied: '/io/notebooks'|trait of an ExecutePreprocessor instance|^SyntaxError: invalid syntax$"
)


class Outcome(NamedTuple):
    """What happened to a notebook: its path, the kind of its failure (empty where it ran), and the module or words of the error."""

    path: str
    kind: str
    detail: str


def kind_of(name: str, words: str) -> tuple[str, str]:
    """The kind of a failure and what it is about, by the name of an exception and its words."""
    if re.search(
        r"No module named '\w+\.", words
    ):  # Python 3 names the first part that is missing, so the package is there
        return "removed name", words
    if found := re.search(r"No module named '?([\w.]+)", words):
        return "module", found[1].partition(".")[0]
    if found := re.search(r"Package (\w+) not found in current path", words):  # Julia
        return "module", found[1]
    if name == "NameError":
        return "undefined name", words
    if name == "UsageError":
        return "magic", words
    if name == "NoSuchKernel":
        return "kernel", words
    if name == "SyntaxError" or (name == "TabError"):
        return "Python 2", words
    if re.search(r"lib\w+\.so", words):
        return "library", words
    if name in ("AttributeError", "ImportError"):
        return "removed name", words
    if name in ("FileNotFoundError", "OSError", "IOError"):
        return "missing file", words
    return "other", f"{name}: {words}"


def outcomes(record: dict[str, Any]) -> Iterator[Outcome]:
    """The outcomes of a record's notebooks, without autosaved copies, those that a script's limits stopped, and those that the recording itself did not find."""
    for one in record.get("notebooks") or ():
        if ".ipynb_checkpoints/" in one["path"] or (not one["ok"] and one["error"][0] in _NO_FAULT):
            continue
        if not one["ok"] and _OF_THE_RECORDING.search(": ".join(one["error"][:2])):
            continue
        if not one["ok"] and one["error"][1].endswith(f"No such file or directory: '{one['path']}'"):
            continue
        kind, detail = ("", "") if one["ok"] else kind_of(*one["error"])
        yield Outcome(one["path"], kind, detail)


def is_named(outcome: Outcome, found: list[Diagnostic], repo: Snapshot) -> bool:
    """Whether diagnostics name the cause of a failure."""
    codes = _RULES.get(outcome.kind, ())
    if outcome.kind == "module":
        said = any(one.code in codes and re.search(rf"`{re.escape(outcome.detail)}[.`]", one.message) for one in found)
        return said or any(_lists(repo, one.path, outcome.detail) for one in found if one.code in _UNREAD)
    said = [one for one in found if one.code in codes]
    if outcome.kind == "undefined name":
        name = outcome.detail.partition("'")[2].partition("'")[0]
        said = [one for one in said if f"`{name}`" in one.message or f"`NameError: name '{name}'" in one.message]
    if outcome.kind == "other":
        error = outcome.detail.partition(":")[0]
        said = [one for one in said if f"`{error}: " in one.message or f"`{error}`" in one.message]
    if outcome.kind == "library":  # said once, where the first notebook imports it
        return bool(said)
    here = any(one.path == outcome.path or f"`{outcome.path}`" in one.message for one in said)
    return here or any(f"({one.path.rpartition('/')[2]}, line " in outcome.detail for one in said)  # of a file, once


def _lists(repo: Snapshot, path: str, module: str) -> bool:
    """Whether a file names the package of a module."""
    package, source = package_of(module), repo.get(path)
    names = {module, *((package.name, *package.condas) if package else ())}
    return source is not None and any(
        re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", source.text) for name in names
    )


def alarms(path: str, found: list[Diagnostic]) -> list[Diagnostic]:
    """What says that a notebook does not work; what is said of a link in it is none of that."""
    levels = (Level.LAUNCH, Level.RUN)
    said = (one for one in found if one.path == path and not one.code.startswith("LNK"))
    return [one for one in said if one.level in levels and one.severity >= Severity.WARNING]


def score(folder: Path, records: list[dict[str, Any]]) -> tuple[Counter[tuple[str, str]], list[str]]:
    """The counts by kind and column, and a line for each miss and false alarm."""
    counts: Counter[tuple[str, str]] = Counter()
    lines: list[str] = []
    for record in records:
        tree = folder / record["repo"].replace("/", "+")
        if not tree.is_dir():
            continue
        try:
            repo = Snapshot(**read_folder(tree)._asdict() | {"git": Git(origin=f"gh/{record['repo']}")})
        except RepositoryError as error:
            lines.append(f"unread {record['repo']}: {error}")
            continue
        counts["repositories", "n"] += 1
        plain = list(check(repo).diagnostics)
        added = plain
        if build_plan(repo).default:
            counts["repositories", "no environment"] += 1
            added = list(check(repo.replace([*repo.sources.values(), Source("requirements.txt", b"")])).diagnostics)
        if not record["build"]:
            said = any(one.level is Level.LAUNCH and one.severity >= Severity.WARNING for one in plain)
            _count(counts, lines, record["repo"], "build", said, said, str(record.get("build_error"))[-200:])
        for outcome in outcomes(record):
            if (page := repo.get(outcome.path)) and page.data.strip() == b"absent":
                continue
            if not outcome.kind:
                wrong = alarms(outcome.path, added)
                counts["ran", "n"] += 1
                counts["ran", "false alarm"] += bool(wrong)
                lines += [f"alarm {record['repo']} {one.path}: {one.code} {one.message}" for one in wrong[:1]]
                continue
            named = is_named(outcome, plain, repo), is_named(outcome, added, repo)
            _count(counts, lines, record["repo"], outcome.kind, *named, f"{outcome.path}: {outcome.detail}")
    return counts, lines


def _count(
    counts: Counter[tuple[str, str]], lines: list[str], repo: str, kind: str, plain: bool, added: bool, detail: str
) -> None:
    counts[kind, "n"] += 1
    counts[kind, "named"] += plain
    counts[kind, "named with an environment"] += added
    if not added:
        lines.append(f"miss {kind} {repo} {detail}")


def main() -> None:
    """Print the table, and with `--list` every miss and false alarm."""
    parser = argparse.ArgumentParser(prog="python -m tests.outcomes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("--list", action="store_true", help="print every miss and false alarm")
    arguments = parser.parse_args()
    records = [json.loads(line) for line in arguments.records.read_text("utf-8").splitlines() if line]
    counts, lines = score(arguments.folder, records)
    print(
        f"{counts['repositories', 'n']} repositories, {counts['repositories', 'no environment']} without an environment\n"
    )
    print("| what failed | n | named | named with an empty requirements.txt |\n| --- | --- | --- | --- |")
    for kind in (*_RULES, "build"):
        if counts[kind, "n"]:
            row = (counts[kind, column] for column in ("n", "named", "named with an environment"))
            print(f"| {kind} | {' | '.join(map(str, row))} |")
    print(f"\n{counts['ran', 'n']} notebooks ran, {counts['ran', 'false alarm']} with a false alarm")
    if arguments.list:
        print("\n".join(["", *lines]))


if __name__ == "__main__":
    main()
