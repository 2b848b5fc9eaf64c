"""The truth file: one line for every known repository with all that binderlint says of it, to hold a rebuilding against what was before.

`python -m tests.truth FILE [TREES]` writes the file: every example (alone with its rule, and with all rules), every golden repository, random
repositories of a fixed seed, and every folder in TREES as a repository. `python -m tests.truth --compare BEFORE AFTER` says what differs: what is
found, where, how bad it is and which bytes a fix leaves apart from the words it is said in. A line is known by the content of its repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import Fixed, fix
from binderlint.lint.linter import check
from binderlint.lint.rule import Rule
from binderlint.pages import hold_day
from binderlint.reporters.json import diagnostic as as_json
from binderlint.reporters.plan import outline, render_json
from binderlint.snapshot import Snapshot
from tests.cases import cases
from tests.random_repositories import Files, repositories
from tests.test_fixtures import FIXTURES, load

RANDOM = 400
WORDS = ("message", "help", "title", "url")


def examples() -> Iterator[tuple[Rule, Snapshot]]:
    """Every example of every rule, with its rule."""
    for rule, case in cases():
        yield rule, case.repository()


def random_files() -> list[Files]:
    """Random repositories, the same in every run with the same hypothesis."""
    found: list[Files] = []

    @seed(2026)
    @settings(max_examples=RANDOM, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(repositories())
    def collect(files: Files) -> None:
        found.append(files)

    collect()
    return found


def identity(repo: Snapshot) -> str:
    """What tells a repository from any other: its files, what git knows, the hub."""
    digest = hashlib.sha1(usedforsecurity=False)
    for source in (*repo.sources.values(), *repo.untracked.values()):
        head = f"\0{source.path}\0{source.mode:o}\0{int(source.tracked)}\0{len(source.data)}\0"
        digest.update(head.encode("utf-8", "surrogateescape") + source.data)
    git = [sorted(value) if isinstance(value, frozenset) else value for value in repo.git]
    digest.update(repr((git, repo.hub)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def bytes_of(repo: Snapshot) -> dict[str, str]:
    """The files of a repository, each as a short hash of its mode and bytes."""
    return {
        path: hashlib.sha1(b"%o\0" % source.mode + source.data, usedforsecurity=False).hexdigest()[:12]
        for path, source in repo.sources.items()
    }


def after_fixing(repo: Snapshot, applicability: Applicability, rules: list[Rule] | None) -> dict[str, Any]:
    """What fixing leaves: the files that differ, what was taken back, and what is then still said."""
    fixed: Fixed = fix(repo, applicability=applicability, rules=rules)
    before, after = bytes_of(repo), bytes_of(fixed.repo)
    return {
        "files": {path: after.get(path) for path in {*before, *after} if before.get(path) != after.get(path)},
        "taken back": [[found.code, found.path, reason] for found, reason in fixed.reverted],
        "left": [[found.code, str(found.place)] for found in fixed.report.diagnostics],
    }


def truth(repo: Snapshot, rules: list[Rule] | None) -> dict[str, Any]:
    """All that binderlint says of a repository: diagnostics, fixes, and (with all rules) the plan."""
    report = check(repo, rules=rules)
    return {
        "diagnostics": [as_json(found) for found in report.diagnostics],
        "suppressed": [[as_json(one.diagnostic), one.reason] for one in report.suppressed],
        "safe": after_fixing(repo, Applicability.SAFE, rules),
        "unsafe": after_fixing(repo, Applicability.UNSAFE, rules),
        **({} if rules else {"plan": json.loads(render_json(outline(repo)))}),
    }


def lines(trees: Path | None) -> Iterator[dict[str, Any]]:
    """The lines of the truth file."""
    for rule, repo in examples():
        yield {"of": f"alone {rule.code}", "id": identity(repo), **truth(repo, [rule])}
    seen = set()
    for name, repo in everything(trees):
        if (mine := identity(repo)) not in seen:
            seen.add(mine)
            yield {"of": name, "id": mine, **truth(repo, None)}


def everything(trees: Path | None) -> Iterator[tuple[str, Snapshot]]:
    for rule, repo in examples():
        yield f"example {rule.code}", repo
    for fixture in FIXTURES:
        yield f"fixture {fixture.name}", load(fixture)
    for files in random_files():
        yield "random", Snapshot.from_dict(files)
    for tree in sorted(path for path in trees.iterdir() if path.is_dir()) if trees else ():
        yield f"tree {tree.name}", Snapshot.from_folder(tree)


def facts(line: dict[str, Any]) -> str:
    """A line without its words."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(inner) for key, inner in value.items() if key not in WORDS}
        return [bare(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps({key: bare(value) for key, value in line.items() if key not in ("of", "id")}, sort_keys=True)


def compare(before: Path, after: Path) -> int:
    """Print what differs between two truth files; 1 when anything but words does."""
    old, new = read(before), read(after)
    print(f"{len(old)} lines before, {len(new)} after, {len(old.keys() & new.keys())} of the same repository and rules")
    kinds: Counter[str] = Counter()
    for key in sorted(old.keys() & new.keys()):
        if facts(old[key]) != facts(new[key]):
            kinds["facts"] += 1
            print(f"{key[0]} ({new[key]['of']}, {key[1]}): {', '.join(fields(old[key], new[key]))}")
        elif old[key] != new[key]:
            kinds["words"] += 1
    for title, missing in (("gone", old.keys() - new.keys()), ("new", new.keys() - old.keys())):
        kinds[title] = len(missing)
        print(f"{title}: {dict(Counter(key[0] for key in missing).most_common(12))}")
    print(", ".join(f"{kind}: {count}" for kind, count in kinds.items()))
    return int(bool(kinds["facts"] or kinds["gone"]))


def fields(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """In what two lines of one repository differ."""
    for key in sorted({*old, *new} - {"of", "id", "diagnostics"}):
        if old.get(key) != new.get(key):
            yield key
    before, after = (Counter(facts({"": found}) for found in line["diagnostics"]) for line in (old, new))
    for sign, rest in (("-", before - after), ("+", after - before)):
        for text in rest:
            found = json.loads(text)[""]
            yield f"{sign}{found['code']} {found['severity']} {found['path']}:{found['line']}:{found['column']}"


def read(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The lines by what they are of (`alone CODE` or `all`) and their repository; `of` of the rest may change."""
    found = {}
    for text in path.read_text("utf-8").splitlines():
        line = json.loads(text)
        found[line["of"] if line["of"].startswith("alone") else "all", line["id"]] = line
    return found


if __name__ == "__main__":
    hold_day()
    arguments = argparse.ArgumentParser(prog="python -m tests.truth", description="Write a truth file, or compare two.")
    arguments.add_argument("file", type=Path, nargs="?", help="the file to write")
    arguments.add_argument("trees", type=Path, nargs="?", help="a folder of folders, each read as a repository")
    arguments.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    options = arguments.parse_args()
    if options.compare:
        sys.exit(compare(*options.compare))
    if not options.file:
        arguments.error("name the file to write")
    with options.file.open("w", encoding="utf-8") as stream:
        for line in lines(options.trees):
            stream.write(json.dumps(line) + "\n")
