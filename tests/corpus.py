"""Run binderlint over a folder of repositories, and hold its fixes to their promises: `python -m tests.corpus FOLDER [RULES]`.

Nothing is written: fixes are applied in memory. For each repository: no rule crashes; fixing twice changes nothing more; what parsed
still parses; the plan gets no worse; safe fixes keep every comment; line ends stay. Then the number of repositories each rule speaks on.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import Fixed, fix
from binderlint.lint.linter import check
from binderlint.lint.settings import Settings
from binderlint.lint.trust import comments
from binderlint.read.yaml import read_yaml
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


def broken_promises(repo: Snapshot, once: Fixed, settings: Settings, applicability: Applicability) -> Iterator[str]:
    """What a fix of a repository did that it must not."""
    twice = fix(once.repo, settings, applicability)
    if twice.applied:
        yield f"fixing again changes more: {', '.join(found.name for found in twice.applied)}"
    if build_plan(once.repo).error and not build_plan(repo).error:
        yield f"the build would fail: {build_plan(once.repo).error.message}"
    kept = "\n".join(
        source.text for source in once.repo.sources.values() if source is not repo.sources.get(source.path)
    )
    for path, source in repo.sources.items():
        after = once.repo.sources.get(path)
        if after is source:
            continue
        if applicability is Applicability.SAFE:
            lost = [
                comment
                for comment in comments(source.text, source.name)
                if comment not in kept and "binderlint:" not in comment
            ]
            if lost and not source.name.lower().endswith((".ipynb", ".md", ".rst", ".html")):
                yield f"{path}: lost {lost[0]!r}"
        if after:
            yield from worse_file(source, after)


def worse_file(before: Source, after: Source) -> Iterator[str]:
    """What is worse about a changed file than about the one before."""
    if before.name.endswith((".yml", ".yaml")) and not read_yaml(before).problem and read_yaml(after).problem:
        yield f"{before.path}: no longer parses"
    if is_mixed(after) and not is_mixed(before):
        yield f"{before.path}: mixed line ends"


def is_mixed(source: Source) -> bool:
    """Whether a file has line ends of both kinds."""
    return b"\r\n" in source.data and b"\n" in source.data.replace(b"\r\n", b"")


def main(folder: Path, names: tuple[str, ...]) -> int:
    """Print every finding (of the chosen rules), then the broken promises and the numbers."""
    settings = Settings(select=names)
    speaks: defaultdict[str, Counter[str]] = defaultdict(Counter)
    trouble: list[str] = []
    started = time.perf_counter()
    repositories = sorted(path for path in folder.iterdir() if path.is_dir())
    for path in repositories:
        repo = Snapshot.from_folder(path)
        for found in check(repo, settings).diagnostics:
            speaks[f"{found.code} {found.name}"][path.name] += 1
            how = found.fix.applicability if found.fix else "-"
            print(f"{path.name}\t{found.place}\t{found.severity}\t{found.code} {found.name}\t{found.message}\t{how}")
            if found.name == "rule-crashed":
                trouble.append(f"{path.name}: {found.message}")
        for applicability in (Applicability.SAFE, Applicability.UNSAFE):
            fixed = fix(repo, settings, applicability)
            for word in broken_promises(repo, fixed, settings, applicability):
                trouble.append(f"{path.name}: {applicability}: {word}")
            for found, reason in fixed.reverted:
                trouble.append(f"{path.name}: {applicability}: {found.name} taken back: {reason}")
    print(f"\n{len(repositories)} repositories, {time.perf_counter() - started:.1f} s\n")
    for rule, where in sorted(speaks.items()):
        print(f"{rule:45} {len(where):4} repositories {sum(where.values()):5} findings")
    print("\n" + ("\n".join(trouble) if trouble else "every promise kept"))
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), tuple(sys.argv[2:])))
