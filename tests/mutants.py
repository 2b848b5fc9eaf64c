"""Mutants: small changes of the code, and whether the pages of the rules notice them. The changes are those of cosmic-ray, a maintained mutation tool.

With the extra `mutants` installed, `python -m tests.mutants SAMPLE [SEED] [ROOM ...]` takes a random sample over the rooms, runs the pages of all rules against each mutant in a process
of its own, and prints how many are killed by room, and each survivor as a line. A survivor is killed by a new case, or the code is not needed,
or nobody can tell the two apart; the unit tests of its room may know it as well (`--tests` runs those that name its module).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
ROOMS = ("rules", "facts", "read", "lint", "repo2docker", "changes")
SECONDS = 40  # for one mutant: more than ten times what the pages take
# Of the comparisons and numbers one change of each kind, as the others are noticed by the same cases.
OPERATORS = (
    "core/ReplaceComparisonOperator_Eq_NotEq",
    "core/ReplaceComparisonOperator_NotEq_Eq",
    "core/ReplaceComparisonOperator_Lt_LtE",
    "core/ReplaceComparisonOperator_LtE_Lt",
    "core/ReplaceComparisonOperator_Gt_GtE",
    "core/ReplaceComparisonOperator_GtE_Gt",
    "core/ReplaceComparisonOperator_Is_IsNot",
    "core/ReplaceComparisonOperator_IsNot_Is",
    "core/ReplaceBinaryOperator_Add_Sub",
    "core/ReplaceBinaryOperator_Sub_Add",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/AddNot",
    "core/NumberReplacer",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
)


class Mutant(NamedTuple):
    """One change of a module: the operator and which of its places."""

    path: Path
    operator: str
    occurrence: int

    @property
    def room(self) -> str:
        return self.path.relative_to(ROOT / "binderlint").parts[0]

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)


def places(paths: list[Path]) -> Iterator[Mutant]:
    """Every mutant of some modules."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator

    operators = {name: get_operator(name)() for name in OPERATORS}
    for path in paths:
        counts = Counter[str]()
        for node in ast_nodes(get_ast(path.read_text("utf-8"))):
            counts.update({name: len(list(one.mutation_positions(node))) for name, one in operators.items()})
        yield from (Mutant(path, name, number) for name in OPERATORS for number in range(counts[name]))


def mutated(mutant: Mutant) -> str:
    """The source of the module with the change."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    code: str = mutate_code(mutant.path.read_text("utf-8"), get_operator(mutant.operator)(), mutant.occurrence)
    return code


class Finder:
    """Finds the mutated module before any other finder does."""

    def __init__(self, name: str, source: str, path: Path) -> None:
        self.name, self.source, self.path = name, source, path

    def find_spec(self, name: str, *_: object) -> object:
        return importlib.util.spec_from_loader(name, self, origin=str(self.path)) if name == self.name else None

    def create_module(self, _: object) -> None:
        return None

    def exec_module(self, module: object) -> None:
        vars(module)["__file__"] = str(self.path)
        exec(compile(self.source, str(self.path), "exec"), vars(module))


def noticed(mutant: Mutant) -> bool:
    """True when a page says something else, a case that should be met with silence is not, or the program does not even start."""
    source = mutated(mutant)
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    code = 1
    try:
        import signal

        signal.alarm(SECONDS)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        sys.meta_path.insert(0, Finder(mutant.module, source, mutant.path))  # type: ignore[arg-type]
        code = pages_differ(mutant)
    finally:
        os._exit(code)


def pages_differ(mutant: Mutant) -> int:
    """1 when a page or the index of rules is not as committed, 0 when all of them are."""
    importlib.import_module(mutant.module)
    docs = importlib.import_module("binderlint.docs")
    own = mutant.path.with_suffix(".md")
    for rule, path in sorted(docs.discovered(), key=lambda pair: pair[1] != own):
        text, _ = docs.judged(rule, path)
        page = importlib.import_module("binderlint.pages").read_page(path)
        told = [case for case in page.cases if not case.reported and docs.told(rule, case)]
        if text != page.text or any(_is_told_by_all(rule, case) for case in told):
            return 1
    return int(mutant.room == "rules" and _crashes(own))


def _crashes(own: Path) -> bool:
    """Whether the rule of a page crashes on any case of any page, which `test_case` does not allow."""
    docs, check = importlib.import_module("binderlint.docs"), importlib.import_module("binderlint.lint.linter").check
    rules = [rule for rule, path in docs.discovered() if path == own]
    cases = importlib.import_module("tests.cases").cases
    return any(check(case.repository(), rules=rules).crashed for _, case in cases()) if rules else False


def _is_told_by_all(rule: Any, case: Any) -> bool:
    """Whether a rule speaks of a case when all rules run: some are silent because of what others say."""
    check = importlib.import_module("binderlint.lint.linter").check
    return any(one.code == rule.code for one in check(case.repository()).diagnostics)


def known_to_tests(mutant: Mutant) -> bool:
    """True when the unit tests that name the module fail with the mutant."""
    tests = [str(one) for one in (ROOT / "tests").glob("test_*.py") if mutant.module in one.read_text("utf-8")]
    if not tests:
        return False
    original = mutant.path.read_text("utf-8")
    mutant.path.write_text(mutated(mutant), "utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", *tests]
        return subprocess.run(command, cwd=ROOT, capture_output=True).returncode != 0
    finally:
        mutant.path.write_text(original, "utf-8")


def chosen(sample: int, seed: int, rooms: Sequence[str]) -> list[Mutant]:
    """A random sample of the mutants of some rooms, the same for the same seed."""
    paths = [path for room in rooms for path in sorted((ROOT / "binderlint" / room).rglob("*.py"))]
    everything = list(places(paths))
    return random.Random(seed).sample(everything, min(sample, len(everything)))


def printed(mutant: Mutant) -> str:
    """A mutant as a line: where it is, what was done, and the line that came of it."""
    before, after = mutant.path.read_text("utf-8").split("\n"), mutated(mutant).split("\n")
    line, text = next((at, new) for at, (old, new) in enumerate(zip(before, after, strict=False), 1) if old != new)
    return f"{mutant.path.relative_to(ROOT)}:{line}: {mutant.operator.removeprefix('core/')}: {text.strip()}"


def main() -> None:
    """Try a sample, and say what survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("sample", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--tests", action="store_true", help="give survivors to the unit tests that name their module")
    options = parser.parse_args()
    sample = chosen(options.sample, options.seed, options.rooms)
    for name in (
        "yaml",
        "ruamel.yaml",
        "packaging.requirements",
        "tree_sitter",
        "tree_sitter_bash",
        "nbformat",
        "toml",
    ):
        importlib.import_module(name)  # once for all
    total, killed = Counter[str](), Counter[str]()
    for mutant in sample:
        total[mutant.room] += 1
        if noticed(mutant) or (options.tests and known_to_tests(mutant)):
            killed[mutant.room] += 1
            continue
        print(printed(mutant), flush=True)
    for room in total:
        print(f"{room}: {killed[room]} of {total[room]} killed")
    print(f"all: {killed.total()} of {total.total()} killed")


if __name__ == "__main__":
    main()
