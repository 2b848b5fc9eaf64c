"""Run: everything that can be tried of a repository, in its order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from binderlint.lint.wording import counted
from binderlint.outside.scratch import Scratch, scratch_for
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.trial.environment import Environment, UnavailableError, make, make_server
from binderlint.trial.imports import Interpreter, statements, try_imports
from binderlint.trial.launch import Running, launched, try_post_build
from binderlint.trial.left import not_tried
from binderlint.trial.outcome import Attempt, Outcome, Result, Stage
from binderlint.values import NamedTuple

_BROKEN = "the packages are not all installed"
_RUN = "it runs only with --run"


class Tried(NamedTuple):
    """What came of all, and the server that still runs, where one does."""

    outcome: Outcome
    running: Running


@contextmanager
def tried(repo: Snapshot, plan: Plan, original: Path, run: bool, tell: Callable[[str], None]) -> Iterator[Tried]:
    """Try a repository in a temporary folder, which is gone, with all processes, at the end of the `with` block.

    `run` allows to run code of the repository; `tell` gets a line at each step. Raises RepositoryError where nothing can be tried.
    """
    scripts = tuple(one for one in (plan.start, plan.post_build) if one)
    with scratch_for(repo, original, scripts) as scratch:
        assert plan.python
        tell(f"Making an environment with Python {plan.python.version} ...")
        environment = make(repo, plan, scratch, run)
        attempts = [*environment.attempts]
        if not environment.usable:
            attempts += _skipped(repo, plan)
        else:
            tell(f"Trying {counted(len(statements(repo)), 'import')} ...")
            python = Interpreter(environment.python, scratch, run, environment.incomplete)
            attempts += try_imports(repo, python)
        with _launch(repo, plan, scratch, environment, run, tell) as running:
            attempts += running.attempts
            attempts += not_tried(repo, plan, scratch.left)
            yield Tried(Outcome(environment.version, environment.kind, run, tuple(attempts)), running)


def _skipped(repo: Snapshot, plan: Plan) -> Iterator[Attempt]:
    if found := statements(repo):
        yield Attempt(Stage.IMPORTS, Result.LEFT, counted(len(found), "import"), _BROKEN)


@contextmanager
def _launch(
    repo: Snapshot, plan: Plan, scratch: Scratch, environment: Environment, run: bool, tell: Callable[[str], None]
) -> Iterator[Running]:
    """postBuild, then start and the server."""
    why = (
        _RUN
        if not run
        else _BROKEN
        if not environment.usable
        else "this computer has no /bin/sh"
        if os.name == "nt"
        else ""
    )
    if why:
        yield Running(tuple(_left(plan, why)))
        return
    if plan.post_build:
        tell(f"Running {plan.post_build} ...")
    built = try_post_build(plan, scratch, environment.python)
    before = (built,) if built else ()
    if built and built.result is Result.FAILS:
        yield Running((*before, *_left(plan._replace(post_build=None), "postBuild fails, which stops the build")))
        return
    python = environment.python
    if plan.separate_kernel:
        try:
            python = make_server(plan, scratch).python
        except UnavailableError as error:
            yield Running((*before, *_left(plan._replace(post_build=None), str(error))))
            return
    tell(f"Starting {plan.start or 'Jupyter'} ...")
    with launched(repo, plan, scratch, python) as running:
        yield running._replace(attempts=(*before, *running.attempts))


def _left(plan: Plan, why: str) -> Iterator[Attempt]:
    if plan.post_build:
        yield Attempt(Stage.POST_BUILD, Result.LEFT, plan.post_build, why)
    yield Attempt(Stage.LAUNCH, Result.LEFT, plan.start or "the launch of Jupyter", why)
