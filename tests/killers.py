"""Killers: for mutants that the pages do not notice, the smallest repository found that tells the mutant from the code.

`python -m tests.killers SAMPLE SEED LOG [ROOM ...]` reads what `tests.mutants` printed for the same sample and seed. The repositories are mutations of
those on the pages: of the rule's own page for a rule, else of all. What is found is to be read and judged, and becomes a case; a survivor without one is
nearly always one that nobody can tell from the code.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import random
import re
import signal
import sys
from collections.abc import Iterator
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.pages import read_page
from binderlint.repo2docker.build import build_plan
from binderlint.rules import rule_index, rule_of
from tests.fuzz.case import Case, dumps
from tests.fuzz.minimise import minimised
from tests.fuzz.mutate import merged
from tests.fuzz.mutate import mutated as changed
from tests.mutants import ROOMS, Finder, Mutant, chosen, mutated, printed


def answer(case: Case, codes: tuple[str, ...], fixes: bool = True) -> str:
    """All that is said of a case, and what the fixes make of it."""
    rules = [rule_of(entry) for entry in rule_index() if entry.code in codes] or None
    said = []
    for least in (None, Applicability.SAFE, Applicability.UNSAFE) if fixes else (None,):
        repo = case.repository()
        if least is None:
            report = check(repo, rules=rules)
            plan = build_plan(repo)
            said.append(repr((plan.buildpack, plan.error, plan.files, plan.python)))
        else:
            fixed = fix(repo, applicability=least, rules=rules)
            report = fixed.report
            said += [f"{path}: {source.data!r}" for path, source in sorted(fixed.repo.sources.items())]
        said += [
            f"{one.code} {one.place} {one.severity} {one.level} {one.message} {one.help} {one.fix and one.fix.title} {one.fix and one.fix.applicability}"
            for one in report.diagnostics
        ]
    return "\n".join(said)


def serve(connection: Connection, mutant: Mutant | None, codes: tuple[str, ...]) -> None:
    """Answer for each case that comes, with the mutant in the place of its module."""
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    if mutant:
        for name in [
            name for name in sys.modules if name == "binderlint" or name.startswith(("binderlint.", "tests."))
        ]:
            del sys.modules[name]
        sys.meta_path.insert(0, Finder(mutant.module, mutated(mutant), mutant.path))
    here = importlib.import_module("tests.killers")
    cases = importlib.import_module("tests.fuzz.case")

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    while (asked := connection.recv()) is not None:
        signal.alarm(20)
        try:
            said = here.answer(cases.loads(asked[0]), codes, asked[1])
        except TimeoutError:
            said = "late"
        except Exception as error:
            said = f"{type(error).__name__}"
        signal.alarm(0)
        connection.send(said)


class Server:
    """A process that answers."""

    def __init__(self, mutant: Mutant | None, codes: tuple[str, ...]) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(
            target=serve, args=(theirs, mutant, codes), daemon=True
        )
        self.process.start()
        theirs.close()

    def ask(self, case: Case, fixes: bool = True) -> str:
        """What it says of a case; `gone` when it does not live any more."""
        try:
            self.connection.send((dumps(case), fixes))
            answered: str = self.connection.recv()
        except (EOFError, OSError):
            return "gone"
        return answered

    def end(self) -> None:
        self.process.kill()


def seeds(mutant: Mutant) -> tuple[list[Case], tuple[str, ...]]:
    """The repositories to begin with, and the rules to run: none for all."""
    entries = [
        entry for entry in rule_index() if mutant.room != "rules" or entry.page.with_suffix(".py") == mutant.path
    ]
    entries = entries or list(rule_index())
    found = [
        Case({one.path: one for one in case.sources}, case.git, case.hub, case.assume_binder)
        for entry in entries
        for case in read_page(entry.page).cases
        if case.sources
    ]
    return found, (entries[0].code,) if len(entries) == 1 else ()


@cache
def everything() -> list[Case]:
    """The repositories of all pages, each once."""
    known = {
        dumps(one): one
        for entry in rule_index()
        for case in read_page(entry.page).cases
        if case.sources
        for one in (Case({one.path: one for one in case.sources}, case.git, case.hub, case.assume_binder),)
    }
    return list(known.values())


def attempts(found: list[Case], rng: random.Random) -> Iterator[Case]:
    yield from found
    while True:
        count = rng.choice((1, 1, 1, 2, 2, 3))
        yield changed(merged([rng.choice(found) for _ in range(count)], rng), rng.choice((0, 1, 1, 2, 3)), rng)


def killer(mutant: Mutant, tries: int, servers: dict[tuple[str, ...], Server]) -> tuple[Case, str, str] | None:
    """A small case that tells a mutant from the code, with what both say."""
    found, codes = seeds(mutant)
    if not found:
        return None
    rng = random.Random(str(mutant))
    if codes not in servers:
        servers[codes] = Server(None, codes)
    right, wrong = servers[codes], Server(mutant, codes)
    try:
        if mutant.room != "rules":
            rng.shuffle(found)
        for case in everything() if mutant.room == "rules" else ():
            if right.ask(case, False) != wrong.ask(case, False):
                return case, right.ask(case, False), wrong.ask(case, False)
        for number, case in enumerate(attempts(found, rng)):
            if number >= max(tries, len(found) if mutant.room == "rules" else 0):
                return None
            if right.ask(case) != wrong.ask(case):
                small = minimised(case, lambda one: right.ask(one) != wrong.ask(one), 250)
                return small, right.ask(small), wrong.ask(small)
    finally:
        wrong.end()
    return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.killers", description=__doc__)
    parser.add_argument("sample", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("log", type=Path)
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--tries", type=int, default=400)
    parser.add_argument("--skip", type=int, default=0)
    options = parser.parse_args()
    lines = {line for line in options.log.read_text().splitlines() if re.match(r"\S+\.py:\d+: ", line)}
    servers: dict[tuple[str, ...], Server] = {}
    survivors = [mutant for mutant in chosen(options.sample, options.seed, options.rooms) if printed(mutant) in lines]
    for mutant in survivors[options.skip :]:
        print(f"## {printed(mutant)}", flush=True)
        if len(servers) > 6:
            for server in servers.values():
                server.end()
            servers.clear()
        if not (found := killer(mutant, options.tries, servers)):
            print("none", flush=True)
            continue
        case, right, wrong = found
        for path, source in case.files.items():
            print(f"--- {path} {source.mode:o} {'' if source.tracked else 'untracked'}\n{source.data!r}")
        if case.git or case.hub != "mybinder.org":
            print(f"--- {case.git} {case.hub}")
        one, other = right.splitlines(), wrong.splitlines()
        for line in [line for line in one if line not in other][:4]:
            print("- " + line[:300])
        for line in [line for line in other if line not in one][:4]:
            print("+ " + line[:300])
        sys.stdout.flush()


if __name__ == "__main__":
    main()
