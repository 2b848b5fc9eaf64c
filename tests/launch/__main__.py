"""By hand: `python -m tests.launch [NAME ...] [--folder FOLDER] [--docker] [--again] [--install]`. See docs/launch.md."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from tests.launch.cases import AS_IT_IS, CASES, FIXED, Case
from tests.launch.laboratory import Laboratory, LaboratoryError
from tests.launch.launching import launch, run_notebook

_CANNOT = 3  # exit status where nothing can be launched on this computer


def main() -> int:
    """Launch the cases, print a line for each, and say where binderlint and the launch disagree: exit status 1 then, 0 without, 3 where nothing can be launched."""
    parser = argparse.ArgumentParser(prog="python -m tests.launch", description=__doc__)
    parser.add_argument("names", nargs="*", help="the cases, or beginnings of their names (default: all)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir(), "binderlint-launch"),
        help="where images and results are kept",
    )
    parser.add_argument(
        "--docker", action="store_true", help="Docker and conda-forge as they are, without podman and stand-ins"
    )
    parser.add_argument("--again", action="store_true", help="launch anew what the folder has results of")
    parser.add_argument("--install", action="store_true", help="first install what is needed with apt-get (as root)")
    arguments = parser.parse_args()
    laboratory = Laboratory(arguments.folder.absolute(), arguments.docker)
    try:
        if arguments.install:
            laboratory.install()
        laboratory.prepare()
    except LaboratoryError as error:
        print(f"Nothing is launched. {error}", file=sys.stderr)
        return _CANNOT
    chosen = [one for one in CASES if not arguments.names or one.name.startswith(tuple(arguments.names))]
    results = Results(laboratory.folder / "results.jsonl", arguments.again)
    print("| case | state | binderlint says | what happened | seconds | agree |\n| --- | --- | --- | --- | --- | --- |")
    rows = [row for case in chosen for state in (AS_IT_IS, FIXED) if (row := examine(laboratory, case, state, results))]
    wrong = [row for row in rows if not row["agrees"]]
    print(
        f"\n{len(rows)} launches, {len(wrong)} disagreements"
        + "".join(f"\n- {one['case']} ({one['state']})" for one in wrong)
    )
    return bool(wrong)


class Results:
    """What was launched before, in a file with a line for each launch."""

    def __init__(self, path: Path, again: bool) -> None:
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() and not again else []
        self._known = {one["key"]: one for one in map(json.loads, lines)}

    def get(self, key: str) -> dict[str, Any] | None:
        return self._known.get(key)

    def add(self, result: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


def examine(laboratory: Laboratory, case: Case, state: str, results: Results) -> dict[str, Any] | None:
    """Launch a case in a state and print its row; None where the fixes change nothing."""
    folder = laboratory.folder / "repositories" / f"{case.name}-{state.replace(' ', '-')}"
    write(case, folder)
    if state == FIXED and not mend(folder):
        return None
    plan = build_plan(Snapshot.from_folder(folder))
    if plan.python and not plan.error and not laboratory.has_python(plan.python.version):
        print(
            f"| {case.name} | {state} | | not launched: there is no Python {plan.python.version} here | | |", flush=True
        )
        return None
    key = f"{case.name} {state} {digest(folder)}"
    happened = results.get(key)
    if happened is None:
        happened = {"key": key, **what_happens(laboratory, case, folder)}
        results.add(happened)
    found = check(Snapshot.from_folder(folder)).diagnostics
    said = {"launch": stops(found), "notebooks": sorted(broken(found, case))}
    row = {
        "case": case.name,
        "state": state,
        "agrees": agrees(said, happened, found, state in case.unknown),
        **happened,
    }
    notes = f"; fails: {' '.join(said['notebooks']) or 'none'}" if case.notebooks else ""
    failed = f"; failed: {' '.join(happened['notebooks']) or 'none'}" if case.notebooks else ""
    codes = " ".join(sorted({one.code for one in found if _about_launch(one) and one.severity > Severity.INFO}))
    mark = "yes" if row["agrees"] else "**no**"
    says = ("stops" if said["launch"] else "launches") + (f" ({codes})" if codes else "")
    print(
        f"| {case.name} | {state} | {says}{notes} | {happened['outcome']}{failed} | {happened['seconds']:.0f} | {mark} |",
        flush=True,
    )
    return row


def write(case: Case, folder: Path) -> None:
    """The repository of a case, committed."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in {**case.files, "README.md": case.readme}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
        if target.name in ("start", "postBuild", "run.sh"):
            target.chmod(0o755)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "https://github.com/ocean-lab/tides.git")
    commit(folder)


def mend(folder: Path) -> bool:
    """Apply every fix, the unsafe ones too; whether that changed something."""
    before = Snapshot.from_folder(folder)
    after = fix(before, applicability=Applicability.UNSAFE).repo
    gone = before.sources.keys() - after.sources.keys()
    changed = [source for path, source in after.sources.items() if before.sources.get(path) is not source]
    for path in gone:
        (folder / path).unlink()
    for source in changed:
        target = folder / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.data)
        target.chmod(source.mode & 0o777)
    commit(folder)
    return bool(gone or changed)


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "core.autocrlf=false")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "-q", "--allow-empty", "-m", "Tides")


def digest(folder: Path) -> str:
    """What tells a state of a repository from another one."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(folder).parts:
            found.update(f"{path.relative_to(folder)} {path.stat().st_mode & 0o111}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def what_happens(laboratory: Laboratory, case: Case, folder: Path) -> dict[str, Any]:
    """Build and launch a repository, and run its notebooks."""
    begun = time.monotonic()
    built = laboratory.build(folder, case.name)
    outcome, status, log, failed = "the build fails", 0, built.log[-4000:], list[str]()
    if built.image:
        answer = launch(laboratory, built.image, case.path)
        status, log = answer.status, answer.log
        outcome = f"HTTP {status} after {answer.seconds:.0f} s" if status else f"no answer in {answer.seconds:.0f} s"
        failed = [name for name in case.notebooks if not run_notebook(laboratory, built.image, f"{name}.ipynb")[0]]
        laboratory.run("rmi", "--force", built.image)
    return {
        "outcome": outcome,
        "works": status == 200,
        "notebooks": failed,
        "seconds": time.monotonic() - begun,
        "log": log,
    }


def stops(found: tuple[Diagnostic, ...]) -> bool:
    """Whether binderlint says that the launch fails, or that what the link opens is not there."""
    return any(_about_launch(one) and one.severity is Severity.ERROR for one in found)


def _about_launch(one: Diagnostic) -> bool:
    return one.level is Level.LAUNCH or (one.level is Level.RUN and one.code.startswith("LNK"))


def broken(found: tuple[Diagnostic, ...], case: Case) -> set[str]:
    """The notebooks of which binderlint says that they fail."""
    said = {one.path.removesuffix(".ipynb") for one in found if one.level is Level.RUN and one.severity > Severity.INFO}
    return said & set(case.notebooks)


def agrees(
    said: dict[str, Any], happened: dict[str, Any], found: tuple[Diagnostic, ...], unknown: bool = False
) -> bool:
    """Whether an error of level launch, and only that, means no HTTP 200, and a warning about a notebook, and only that, one that fails.

    A warning of level launch says that the launch may fail: then both are right. Where nobody can know of a failure, nothing is to be said of it.
    """
    if unknown:
        return not said["launch"] and not happened["works"]
    may = any(_about_launch(one) and one.severity is Severity.WARNING for one in found)
    launched = said["launch"] != happened["works"] or (may and not said["launch"])
    return launched and (not happened["works"] or said["notebooks"] == sorted(happened["notebooks"]))


if __name__ == "__main__":
    sys.exit(main())
