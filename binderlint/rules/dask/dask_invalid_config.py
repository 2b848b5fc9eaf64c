"""dask-invalid-config: A configuration file of dask is not valid YAML."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import EditError, apply, replace
from binderlint.facts.dask.configs import FOLDER, OLD_FOLDER, Config, dask_configs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.yaml import Problem, read_safe
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Table


class DaskInvalidConfig(Rule):
    code = "DSK001"
    severity = Severity.ERROR
    level = Level.RUN
    unreadable = True

    @about(dask_configs)
    def check(self, repo: Snapshot, configs: tuple[Config, ...]) -> Iterator[Diagnostic]:
        for config in configs:
            if config.folder not in (OLD_FOLDER, FOLDER):
                continue
            if config.problem:
                fix = _moved_back(config.source, config.problem)
                yield self.at(
                    config.problem.place,
                    f"dask cannot read this file ({'this key is indented below one that already has a value' if fix else _words(config.problem)}), so `import dask` fails where this is its configuration",
                    help="Move it to the level of the key above it"
                    if fix
                    else 'Make it valid YAML: `python -c "import yaml, sys; yaml.safe_load(open(sys.argv[1]))" FILE` shows the first error',
                    fix=fix,
                )
            elif config.value is not None and not isinstance(config.value, Table):
                yield self.at(
                    config.source,
                    "This file does not contain keys and values, so `import dask` fails where this is its configuration",
                    help="Use `key: value` lines at the top level",
                )


def _words(problem: Problem) -> str:
    """What the parser found, without the context and the places around it."""
    lines = [line.rstrip(" .:") for line in problem.message.splitlines() if line and not line.startswith(" ")]
    return lines[-1] if lines else problem.kind


_KEY_WITH_VALUE = regex(r"( *)(?:- +)?[\w.-]+:[ \t]+[^\s#|>&{\[].*")


_KEY = regex(r"( +)[\w.-]+:(?:\s|$)")


def _moved_back(source: Source, problem: Problem) -> Fix | None:
    """Lines indented under a value, moved to the level of that value's key, if this is all that is wrong."""
    lines = list(source.lines())
    first = problem.place.line - 1
    above = next((line for line in reversed(lines[:first]) if line.strip() and not line.lstrip().startswith("#")), None)
    deeper = _KEY.match(lines[first]) if first < len(lines) else None
    shallower = _KEY_WITH_VALUE.match(above) if above else None
    if not deeper or not shallower or len(deeper[1]) <= len(shallower[1]):
        return None
    extra = len(deeper[1]) - len(shallower[1])
    edits: list[Edit] = []
    for line in lines[first:]:
        if line.strip() and len(line) - len(line.lstrip(" ")) < len(deeper[1]):
            break
        if line.strip():
            start = line.place.span.start
            edits.append(replace(Place(source, line.place.span._replace(end=start + extra)), ""))
    return Fix("Move the lines to the level of the key above", tuple(edits)) if _valid(source, edits) else None


def _valid(source: Source, edits: list[Edit]) -> bool:

    try:
        document = read_safe(apply({source.path: source}, edits)[source.path])
    except EditError:
        return False
    return document.problem is None and isinstance(document.value, Table)
