"""By hand: `python -m tests.fuzz --minutes N --seed S [--jobs J] [--out FOLDER]`, and `--replay FOLDER` for what it found."""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz.case import Case, dumps, read, write_files
from tests.fuzz.minimise import minimised
from tests.fuzz.mutate import make_case
from tests.fuzz.outside import OUTSIDE
from tests.fuzz.properties import PROPERTIES, Examined, Failure, Property, examine, raised
from tests.fuzz.watch import Stuck, limited

EVERYTHING = (*PROPERTIES, *OUTSIDE)
# How often a case is tried while it is made smaller.
TRIES, TRIES_ON_DISK = 1500, 200
# Seconds of CPU after which an input is said to hang, and after which it is kept to be looked at.
HANGS, SLOW = 20, 3


class Tally(NamedTuple):
    """What a run has done."""

    inputs: int
    cpu: float
    counts: Counter[str]


def main() -> int:
    """Fuzz, or replay; the exit code is 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1, help="of each process on the clock (default: 1)")
    parser.add_argument("--inputs", type=int, default=0, help="stop after so many inputs of each process")
    parser.add_argument("--seed", type=int, default=0, help="the same seed and number give the same input (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument(
        "--disk", type=int, default=40, metavar="N", help="try every Nth input on disk too (default: 40)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("found"), help="where to write what was found (default: found)"
    )
    parser.add_argument(
        "--replay", nargs="+", metavar="FOLDER", help="examine these folders, case files, or inputs (SEED:NUMBER) only"
    )
    options = parser.parse_args()
    if options.replay:
        return max(replay(given) for given in options.replay)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.jobs == 1:
        tallies = [fuzz(options, 0)]
    else:
        with multiprocessing.Pool(options.jobs) as pool:
            tallies = pool.map(partial(fuzz, options), range(options.jobs))
    counts = sum((one.counts for one in tallies), Counter[str]())
    cpu = sum(one.cpu for one in tallies) / 60
    print(f"{sum(one.inputs for one in tallies)} inputs, {cpu:.1f} minutes of CPU, {dict(sorted(counts.items()))}")
    failed = sorted(path.name for path in options.out.iterdir())
    print(f"{len(failed)} failures in {options.out}" + "".join(f"\n  {name}" for name in failed))
    return int(bool(failed))


def replay(given: str) -> int:
    """Examine one case with all properties and print what fails."""
    case = read(Path(given)) if Path(given).exists() else make_case(Random(given))
    failures = tried(case, EVERYTHING).failures
    for failure, _ in failures:
        print(f"{given}: {failure.law}: {failure.key}\n{failure.detail}\n")
    print(f"{given}: {len(failures)} failures")
    return int(bool(failures))


def tried(case: Case, properties: tuple[Property, ...]) -> Examined:
    """What comes of a case; one that does not come to an end is a failure too."""
    try:
        with limited(HANGS):
            return examine(case, properties)
    except Stuck as error:
        return Examined(((raised(error)._replace(law="hangs"), properties[0]),), Counter())


def fuzz(options: argparse.Namespace, job: int) -> Tally:
    """Try every input whose number is that of this process, modulo their count, until the time is over."""
    end = time.monotonic() + 60 * options.minutes
    counts: Counter[str] = Counter()
    number, inputs = job, 0
    while time.monotonic() < end and not (options.inputs and inputs >= options.inputs):
        case = make_case(Random(f"{options.seed}:{number}"))
        started = time.process_time()
        examined = tried(case, PROPERTIES if inputs % options.disk else EVERYTHING)
        if time.process_time() - started > SLOW:
            report(
                case,
                Failure("slow", f"{options.seed}-{number}", f"{time.process_time() - started:.1f} s"),
                None,
                options.out,
            )
        for failure, holds in examined.failures:
            report(case, failure, holds, options.out)
        counts += examined.counts
        inputs, number = inputs + 1, number + options.jobs
    return Tally(inputs, time.process_time(), counts)


def report(case: Case, failure: Failure, holds: Property | None, out: Path) -> None:
    """Write a failure that is not known yet as a folder: the smallest case as JSON and as files, and what was seen."""
    folder = out / failure.name
    try:
        folder.mkdir()
    except FileExistsError:
        return

    def fails(smaller: Case) -> bool:
        return any(one[:2] == failure[:2] for one, _ in tried(smaller, (holds,)).failures) if holds else False

    tries = 0 if holds is None or failure.law == "hangs" else TRIES_ON_DISK if holds in OUTSIDE else TRIES
    small = minimised(case, fails, tries)
    seen = [one for one, _ in tried(small, (holds,)).failures if one[:2] == failure[:2]] if holds else []
    detail = seen[0].detail if seen else failure.detail
    (folder / "case.json").write_text(dumps(small, law=failure.law, key=failure.key), "utf-8")
    (folder / "failure.txt").write_text(f"{failure.law}: {failure.key}\n{detail}\n", "utf-8", "backslashreplace")
    try:
        write_files(small, folder / "repository")
    except (OSError, ValueError):  # a name that this system cannot have: the JSON has it
        shutil.rmtree(folder / "repository", ignore_errors=True)
    print(f"{failure.law}: {failure.key}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
