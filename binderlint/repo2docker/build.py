"""From a repository to its plan: detection, then what the chosen buildpack reads, up to the first error repo2docker raises."""

from __future__ import annotations

import re
from collections.abc import Callable

from binderlint.fact import fact
from binderlint.repo2docker import versions
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout, detect
from binderlint.repo2docker.environment import Environment, is_local_requirement
from binderlint.repo2docker.plan import Plan, PlanError, Version
from binderlint.repo2docker.reading import RaisedError, attempt, open_source, read_lines, read_text
from binderlint.repo2docker.uses import file_uses
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD, Source
from binderlint.typed import TypeVar

_Result = TypeVar("_Result")


@fact
def used_file(repo: Snapshot, name: str) -> Source | None:
    """The configuration file of this name that the build or launch reads, by its place in the plan."""
    plan = build_plan(repo)
    path = plan.path(name)
    return repo.get(path) if plan.uses(path) else None


class _Examination:
    """One look at everything a buildpack reads: each result, or nothing and the first error."""

    def __init__(self) -> None:
        self.error: PlanError | None = None

    def run(self, stage: str, action: Callable[[], _Result], otherwise: _Result) -> _Result:
        """The result of an action; where it raises, the other value, and the error is kept if it is the first."""
        try:
            return action()
        except RaisedError as raised:
            self.error = self.error or PlanError(stage, raised.kind, raised.message, raised.place)
            return otherwise


@fact
def build_plan(repo: Snapshot) -> Plan:
    """What repo2docker would do with a repository (buildpacks/base.py, app.py). Pure, offline."""
    checkout = Checkout(repo)
    detection = detect(checkout)
    try:
        folder = checkout.folder
    except RaisedError:
        folder = ""
    default = detection.chosen is None and detection.error is None
    plan = Plan(
        folder,
        Buildpack.PYTHON if default else detection.chosen,
        detection.matching,
        default,
        None,
        (),
        None,
        None,
        detection.error,
    )
    if plan.buildpack and not plan.error:
        plan = _examine(checkout, plan, plan.buildpack)
    return plan._replace(files=file_uses(checkout, plan))


def _examine(checkout: Checkout, plan: Plan, buildpack: Buildpack) -> Plan:
    """What the buildpack reads, in the order of its properties, its scripts and render()."""
    look = _Examination()
    if buildpack == Buildpack.DOCKER:
        look.run("render", lambda: _dockerfile(checkout), None)
        return plan._replace(error=look.error)
    scripts = {name: checkout.path(name) for name in ("start", "postBuild") if checkout.has(name)}
    plan = plan._replace(start=scripts.get("start"), post_build=scripts.get("postBuild"))
    if buildpack == Buildpack.NIX:
        look.run("get_preassemble_scripts", lambda: _apt(checkout), None)
        look.run("build", lambda: _ignore_files(checkout), None)
        return plan._replace(error=look.error)
    return _examine_conda(checkout, plan, buildpack, look)


def _examine_conda(checkout: Checkout, plan: Plan, buildpack: Buildpack, look: _Examination) -> Plan:
    """The buildpacks that stand on CondaBuildPack: Python, Julia, R, conda, Pipfile."""
    environment = Environment(checkout)
    uses_pip = buildpack not in (Buildpack.CONDA, Buildpack.PIPFILE)
    if uses_pip:
        look.run("runtime", lambda: checkout.runtime, None)
    python = look.run("python_version", lambda: versions.python_version(checkout, environment, buildpack), None)
    r = look.run("r_version", lambda: versions.r_version(checkout, environment, buildpack), None)
    separate = look.run(
        "separate_kernel_env", lambda: bool(python and versions.separate_kernel(python, checkout.repo.place)), False
    )
    conda_r = look.run("uses_r", lambda: environment.uses_r, False)
    env_late = look.run("_should_preassemble_env", lambda: environment.needs_repository, False)
    pip_late = uses_pip and look.run("_should_preassemble_pip", lambda: _pip_needs_repository(checkout), False)
    look.run("get_preassemble_scripts", lambda: _apt(checkout), None)
    if buildpack == Buildpack.R:
        look.run("render", lambda: versions.check_snapshot(checkout), None)
    if python:
        checked = python
        look.run("render", lambda: versions.check_lock_file(buildpack, checked, separate, checkout.repo.place), None)
    julia: Version | None = None
    if buildpack == Buildpack.JULIA:
        from binderlint.repo2docker.julia import julia_version

        julia = look.run("render", lambda: julia_version(checkout), None)
    if buildpack == Buildpack.JULIA_REQUIRE:
        look.run("build", lambda: _julia_require(checkout), None)
    look.run("build", lambda: _ignore_files(checkout), None)
    return plan._replace(
        python=python,
        r=r,
        julia=julia,
        separate_kernel=separate,
        conda_r=conda_r,
        env_needs_repository=env_late,
        pip_needs_repository=pip_late,
        error=look.error,
    )


def _dockerfile(checkout: Checkout) -> None:
    _read(checkout, checkout.path("Dockerfile"))


def _ignore_files(checkout: Checkout) -> None:
    """What base.py reads when it packs the repository; for a Dockerfile docker does it, which takes any bytes."""
    for name in (".dockerignore", ".containerignore"):
        _read(checkout, checkout.path(name))


def _read(checkout: Checkout, path: str) -> None:
    if source := open_source(checkout.repo, path):
        read_text(source, path)


def _julia_require(checkout: Checkout) -> None:
    message = "Julia REQUIRE no longer supported due to removed infrastructure. Use Project.toml."
    source = checkout.repo.get(checkout.path("REQUIRE"))
    raise RaisedError("ValueError", message, source.place() if source else checkout.repo.place)


def _apt(checkout: Checkout) -> None:
    """Read apt.txt as repo2docker does (base.py). Raises RaisedError for a line whose first character no package name has."""
    path = checkout.path("apt.txt")
    source = open_source(checkout.repo, path)
    if source is None or source.mode == UNREAD:  # it decides about nothing else
        return
    for number, line in enumerate(read_lines(source, path), 1):
        package = line.partition("#")[0].strip()
        if package and not re.match(r"[a-z0-9.+-]", package):
            start, end = source.line(number)
            found = source.text.find(package, start, end)
            place = source.place(found, found + len(package)) if found >= 0 else source.place(start, end)
            raise RaisedError("ValueError", f"Found invalid package name {package} in apt.txt", place)


def _pip_needs_repository(checkout: Checkout) -> bool:
    """Whether requirements.txt is installed after the repository is copied (python/__init__.py, _should_preassemble_pip)."""
    if checkout.is_python_package:
        return True
    for name in ("requirements.txt", "requirements3.txt"):
        path = checkout.path(name)
        source = open_source(checkout.repo, path)
        if source and any(map(is_local_requirement, read_lines(source, path, _guess_encoding(source)))):
            return True
    return False


def _guess_encoding(source: Source) -> str:
    """The encoding that repo2docker guesses for a requirements file (utils.py, open_guess_encoding). Raises RaisedError where it guesses none."""
    if not source.data:
        return "utf-8"
    import io  # no shortcut for ASCII: of `scipy~=2.0` alone charset_normalizer says Shift JIS, of odder lines UTF-16

    import charset_normalizer

    def guess() -> str:
        return charset_normalizer.from_fp(io.BytesIO(source.data)).best().encoding  # type: ignore[union-attr]

    return attempt(guess, source.decode_error or source.place())
