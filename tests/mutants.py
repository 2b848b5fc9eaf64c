"""Mutants: small changes of the code, and who notices them. The changes are those of cosmic-ray, a maintained mutation tool; which test runs which line is what coverage says.

With the extra `mutants` installed, `python -m tests.mutants RESULTS SAMPLE [SEED ...] [--rooms ROOM ...]` takes a random sample over the rooms for each seed, or over those that are named: a
room, a folder of one or a module, as in `--rooms changes read/shell facts/r.py`. A mutant runs in a process of its own: first all pages of the rules, then, where these say what they said, the
quick tests that run the changed line, the most specific ones first. (A test that starts binderlint as a program sees nothing of a mutant.) RESULTS gets a line for each mutant as it is judged,
and a run goes on where the last one with this file ended; `RESULTS.map` is the map from lines to tests.
`python -m tests.mutants RESULTS --again` judges only the survivors of RESULTS anew, with the code and tests as they are now.

A survivor is killed by a new case or test, or the code is not needed, or nobody can tell the two apart: then it stands in tests/equivalent_mutants.txt.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import importlib.util
import json
import os
import random
import signal
import sys
import time
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.equivalent import equivalent_mutants

ROOT = Path(__file__).parent.parent
ROOMS = ("rules", "facts", "repo2docker", "changes", "lint", "read")
SECONDS = 40  # for the pages with one mutant: more than ten times what they take
SECONDS_OF_TESTS = 15  # of the tests for one mutant, as long as they took without it; five times that is a time-out
# Tests of other rooms, of programs that are started, and those that take long.
NOT_QUICK = [
    "action",
    "bad_input",
    "clone",
    "convergence",
    "diff",
    "docs",
    "english",
    "escapes",
    "fixtures",
    "git",
    "growth",
    "hook",
    "house",
    "installed",
    "installer",
    "online",
    "plan_differential",
    "python_path",
    "reporters",
    "streams",
    "systems",
    "writer_faults",
]
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

    path: str
    operator: str
    occurrence: int

    @property
    def room(self) -> str:
        return Path(self.path).parts[1]

    @property
    def module(self) -> str:
        return ".".join(Path(self.path).with_suffix("").parts)

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text("utf-8")


class Change(NamedTuple):
    """What a mutant does to its module: the whole source, and the first line that is another one."""

    source: str
    line: int
    before: str
    after: str


def places(paths: Iterable[Path]) -> Iterator[Mutant]:
    """Every mutant of some modules."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator

    operators = {name: get_operator(name)() for name in OPERATORS}
    for path in paths:
        counts = Counter[str]()
        for node in ast_nodes(get_ast(path.read_text("utf-8"))):
            counts.update({name: len(list(one.mutation_positions(node))) for name, one in operators.items()})
        where = path.relative_to(ROOT).as_posix()
        yield from (Mutant(where, name, number) for name in OPERATORS for number in range(counts[name]))


@functools.lru_cache(maxsize=1)
def changed(mutant: Mutant) -> Change:
    """The change of a mutant."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    text = mutant.text
    code: str = mutate_code(text, get_operator(mutant.operator)(), mutant.occurrence)
    both = zip(text.split("\n"), code.split("\n"), strict=False)
    line, before, after = next((at, old, new) for at, (old, new) in enumerate(both, 1) if old != new)
    return Change(code, line, before.strip(), after.strip())


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


def noticed(mutant: Mutant, judge: Callable[[], int], seconds: int) -> bool:
    """True when a judge gives anything but 0 in a process in which the mutant is what is imported, or does not come to an end."""
    source = changed(mutant).source
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    code = 1
    try:
        signal.alarm(seconds)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.meta_path.insert(0, Finder(mutant.module, source, ROOT / mutant.path))  # type: ignore[arg-type]
        code = judge()
    finally:
        os._exit(code)


def pages_differ(mutant: Mutant) -> int:
    """1 when a page or the index of rules is not as committed or a rule crashes, 0 when all is as it was."""
    importlib.import_module(mutant.module)
    docs = importlib.import_module("binderlint.docs")
    own = (ROOT / mutant.path).with_suffix(".md")
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


class Recorder:
    """A plugin of pytest that notes how long each test takes, whether it passes, and which lines it runs when nothing is remembered from the tests before."""

    def __init__(self, coverage: Any) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}

    def pytest_runtest_setup(self, item: Any) -> None:
        for one in gc.get_objects():
            if isinstance(one, functools._lru_cache_wrapper | types.FunctionType) and hasattr(one, "cache_clear"):
                if one.__module__.startswith("binderlint"):
                    one.cache_clear()
        self.coverage.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self.seconds[report.nodeid] = report.duration


class Known(NamedTuple):
    """A test: its name in pytest, how long it takes, and how many lines it runs."""

    name: str
    seconds: float
    size: int


class Map:
    """Which tests run which lines. In the file the tests of a line are the bits of a number."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_text(json.dumps(_recorded()), "utf-8")
        read = json.loads(path.read_text("utf-8"))
        self.every = [Known(*one) for one in read["tests"]]
        self.lines: dict[str, dict[str, str]] = read["lines"]

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests of the changed line, the most specific ones first, as many as there is time for."""
        lines = self.lines.get(mutant.path, {})
        here = _statement(mutant.text, changed(mutant).line)
        bits = 0
        for line, some in lines.items():
            if here is None or int(line) in here:
                bits |= int(some, 16)
        found = [one for at, one in enumerate(self.every) if bits >> at & 1]
        chosen, left = [], float(SECONDS_OF_TESTS)
        for test in sorted(found, key=lambda one: (one.size, one.name)):
            left -= test.seconds
            if left < 0:
                break
            chosen.append(test.name)
        return chosen


def _statement(text: str, line: int) -> range | None:
    """The lines of the statement around a line, without those of a block under it; None outside of all functions: every test of a module depends on those."""
    found: tuple[int, range | None] = (0, None)

    def walk(node: ast.AST, inside: bool) -> None:
        nonlocal found
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or child.lineno):
                body = getattr(child, "body", None)
                end = body[0].lineno - 1 if body else child.end_lineno or child.lineno
                if inside and child.lineno >= found[0]:
                    found = (child.lineno, range(child.lineno, max(end, child.lineno, line) + 1))
            walk(child, inside or isinstance(child, ast.FunctionDef))

    walk(ast.parse(text), False)
    return found[1]


def _recorded() -> dict[str, Any]:
    """Run the quick tests once; in a process of its own, which pytest and coverage leave changed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with open(reading, encoding="utf-8") as stream:
            text = stream.read()
        os.waitpid(child, 0)
        found: dict[str, Any] = json.loads(text)
        return found
    try:
        import coverage
        import pytest

        measured = coverage.Coverage(data_file=None, source=[str(ROOT / "binderlint")], config_file=False)
        recorder = Recorder(measured)
        files = [one for one in sorted((ROOT / "tests").glob("test_*.py")) if one.stem[5:] not in NOT_QUICK]
        measured.start()
        pytest.main(["-q", "-p", "no:cacheprovider", *map(str, files)], plugins=[recorder])
        measured.stop()
        data = measured.get_data()
        numbers = {name: at for at, name in enumerate(recorder.seconds)}
        lines: dict[str, dict[int, str]] = {}
        sizes = Counter[str]()
        for file in data.measured_files():
            here = lines[Path(file).relative_to(ROOT).as_posix()] = {}
            for line, tests in data.contexts_by_lineno(file).items():
                passed = [one for one in tests if one in numbers]
                sizes.update(passed)
                here[line] = hex(sum(1 << numbers[one] for one in passed))
        with open(writing, "w", encoding="utf-8") as stream:
            json.dump(
                {"tests": [(name, seconds, sizes[name]) for name, seconds in recorder.seconds.items()], "lines": lines},
                stream,
            )
    finally:
        os._exit(0)


def tests_fail(tests: list[str]) -> int:
    """1 when a test fails, 0 when all pass."""
    import pytest

    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests]) != 0)


def verdict(mutant: Mutant, known: Map) -> str:
    """Who notices a mutant: `pages`, `tests` or `nobody`."""
    if noticed(mutant, lambda: pages_differ(mutant), SECONDS):
        return "pages"
    tests = known.tests(mutant)
    return "tests" if tests and noticed(mutant, lambda: tests_fail(tests), 5 * SECONDS_OF_TESTS) else "nobody"


def sampled(sample: int, seeds: Iterable[int], rooms: Iterable[str]) -> list[Mutant]:
    """A random sample of the mutants of some rooms for each seed, the same for the same seed."""
    everything = list(places(path for room in rooms for path in _modules(ROOT / "binderlint" / room)))
    drawn = (random.Random(seed).sample(everything, min(sample, len(everything))) for seed in seeds)
    return list(dict.fromkeys(one for some in drawn for one in some))


def _modules(room: Path) -> list[Path]:
    """The modules of a room, or the one that is meant."""
    found = sorted(room.rglob("*.py")) if room.is_dir() else [room]
    if not all(one.exists() for one in found):
        raise SystemExit(f"There is no {room.relative_to(ROOT)}.")
    return found


class Result(NamedTuple):
    """A mutant that was judged, so that it can be found again after the module was edited."""

    path: str
    operator: str
    occurrence: int
    before: str
    after: str
    line: int
    verdict: str

    def __str__(self) -> str:
        operator = self.operator.removeprefix("core/")
        return f"{self.path}:{self.line}: {operator}\n  - {self.before}\n  + {self.after}"


def judged_before(path: Path) -> list[Result]:
    return [Result(*json.loads(line)) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def found_again(results: Iterable[Result]) -> Iterator[tuple[Result, Mutant | None]]:
    """Mutants in the code as it is now: the one with the same change, at the line that is nearest."""
    by_path = defaultdict(list)
    for one in results:
        by_path[one.path].append(one)
    for path, ones in by_path.items():
        now = [(mutant, changed(mutant)) for mutant in places([ROOT / path])] if (ROOT / path).exists() else []
        for one in ones:
            same = [
                (abs(change.line - one.line), mutant)
                for mutant, change in now
                if (mutant.operator, change.before, change.after) == (one.operator, one.before, one.after)
            ]
            yield one, min(same)[1] if same else None


def judge(mutants: Iterable[Mutant], path: Path) -> list[Result]:
    """Judge mutants one by one and write down each result; say who survives. Known equivalents are `equivalent`."""
    known = Map(path.with_name(path.name + ".map"))
    equivalents = {(one.path, one.operator, one.before, one.after) for one in equivalent_mutants()}
    results = []
    with path.open("a", encoding="utf-8") as stream:
        for mutant in mutants:
            change = changed(mutant)
            key = (mutant.path, mutant.operator.removeprefix("core/"), change.before, change.after)
            said = "equivalent" if key in equivalents else verdict(mutant, known)
            result = Result(*mutant, change.before, change.after, change.line, said)
            stream.write(json.dumps(result) + "\n")
            stream.flush()
            results.append(result)
            if said == "nobody":
                print(result, flush=True)
    return results


def table(results: list[Result]) -> str:
    """The figures by room."""
    words = ("pages", "tests", "equivalent", "gone", "nobody")
    counts = Counter((Path(one.path).parts[1], one.verdict) for one in results)
    rows = [("room", "mutants", *words)]
    for room in (*ROOMS, "all"):
        here = [
            sum(n for (where, said), n in counts.items() if said == word and room in (where, "all")) for word in words
        ]
        rows.append((room, *map(str, (sum(here), *here))))
    return "\n".join("  ".join(f"{cell:>11}" for cell in row) for row in rows)


def main() -> None:
    """Judge a sample, or the survivors of one, and print the survivors and the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("sample", type=int, nargs="?", default=0)
    parser.add_argument("seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--rooms", nargs="*", default=ROOMS, help="rooms, folders and modules of which the sample is")
    parser.add_argument("--again", action="store_true", help="judge the survivors of RESULTS anew")
    options = parser.parse_args()
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
    before = judged_before(options.results)
    began = time.monotonic()
    if options.again:
        left = list(found_again(one for one in before if one.verdict == "nobody"))
        results = [one for one in before if one.verdict != "nobody"]
        results += [one._replace(verdict="gone") for one, mutant in left if not mutant]
        new = options.results.with_name(options.results.name + ".new")
        new.write_text("".join(json.dumps(one) + "\n" for one in results), "utf-8")
        new.with_name(new.name + ".map").unlink(missing_ok=True)
        results += judge([mutant for _, mutant in left if mutant], new)
    else:
        done = {one[:3] for one in before}
        mutants = [one for one in sampled(options.sample, options.seeds, options.rooms) if one not in done]
        results = before + judge(mutants, options.results)
    print(table(results))
    print(f"{time.monotonic() - began:.0f} seconds")


if __name__ == "__main__":
    main()
