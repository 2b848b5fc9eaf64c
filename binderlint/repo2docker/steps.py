"""The steps of a build in repo2docker's order: who runs each, what it does, which files of the repository it sees."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.read.dockerfile.instructions import image_of, read_dockerfile
from binderlint.read.dockerfile.lines import HEREDOC_FORM
from binderlint.read.images import image_facts
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.plan import Plan, Step
from binderlint.repo2docker.reading import RaisedError
from binderlint.repo2docker.tables import repo2docker
from binderlint.snapshot import Snapshot

ROOT, USER = "root", "jovyan"


def build_steps(repo: Snapshot) -> tuple[Step, ...]:
    """The steps up to the finished image, none where repo2docker raises (it writes its Dockerfile before it builds)."""
    checkout, plan = Checkout(repo), build_plan(repo)
    if plan.error or plan.buildpack is None:
        return ()
    if plan.buildpack == Buildpack.DOCKER:
        return tuple(_docker(repo, plan))
    before, after = _Halves(), _Halves()
    _common(checkout, plan, before)
    {Buildpack.NIX: _nix, Buildpack.PIPFILE: _pipfile, Buildpack.CONDA: _environment}.get(plan.buildpack, _python)(
        checkout, plan, before, after
    )
    if plan.buildpack == Buildpack.JULIA:
        project = _present(checkout, "JuliaProject.toml", "Project.toml", "JuliaManifest.toml", "Manifest.toml")
        after.add(USER, "install the Julia packages", project)
    if plan.buildpack == Buildpack.R:
        _r(checkout, plan, before, after)
    steps = [*before.steps, Step(ROOT, "copy the repository into the image", _ignore_files(checkout), "copy")]
    steps += [step._replace(when="after") for step in after.steps]
    if plan.post_build:
        steps.append(Step(USER, f"run {plan.post_build}", (plan.post_build,), "after"))
    return tuple(steps)


class _Halves:
    """Steps in the order in which they are added."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, user: str, what: str, files: tuple[str, ...] = ()) -> None:
        self.steps.append(Step(user, what, files, "before"))


def _present(checkout: Checkout, *names: str) -> tuple[str, ...]:
    return tuple(checkout.path(name) for name in names if checkout.has(name))


def _ignore_files(checkout: Checkout) -> tuple[str, ...]:
    return _present(checkout, ".dockerignore", ".containerignore")


def _common(checkout: Checkout, plan: Plan, before: _Halves) -> None:
    """The base image, the languages, and apt.txt."""
    before.add(ROOT, f"start from {repo2docker()['base_image'].removeprefix('docker.io/library/')} with a few tools")
    if plan.buildpack == Buildpack.NIX:
        before.add(USER, "install Nix")
    elif plan.python and plan.separate_kernel:
        before.add(ROOT, f"install Jupyter with Python {_server()}, and a kernel with Python {plan.python.version}")
    elif plan.python:
        before.add(ROOT, f"install Jupyter with Python {plan.python.version}")
    if plan.julia:
        before.add(ROOT, f"install Julia {plan.julia.version}")
    if plan.buildpack == Buildpack.R and plan.r:
        before.add(ROOT, f"install R {plan.r.version}, RStudio, IRkernel, devtools and shiny")
    if apt := _present(checkout, "apt.txt"):
        before.add(ROOT, "install the Ubuntu packages", apt)


def _server() -> str:
    return str(repo2docker()["python"]["majors"]["3"])


def _nix(checkout: Checkout, plan: Plan, before: _Halves, after: _Halves) -> None:
    after.add(USER, "build the Nix environment", _present(checkout, "default.nix"))


def _environment(checkout: Checkout, plan: Plan, before: _Halves, after: _Halves) -> None:
    """environment.yml, which every buildpack that stands on conda installs."""
    if checkout.environment_path is None:
        return
    half = after if plan.env_needs_repository else before
    half.add(USER, "update the environment with mamba", (checkout.environment_path,))
    if plan.conda_r:
        r = f" {plan.r.version}" if plan.r else ""
        half.add(USER, f"install R{r} with mamba, and RStudio")


def _pipfile(checkout: Checkout, plan: Plan, before: _Halves, after: _Halves) -> None:
    before.add(USER, "install pipenv")
    if plan.separate_kernel and (extra := _present(checkout, "requirements3.txt")):
        after.add(USER, "install packages for the server with pip", extra)
    after.add(
        USER,
        "install the packages with pipenv, those for development too",
        _present(checkout, "Pipfile", "Pipfile.lock"),
    )


def _python(checkout: Checkout, plan: Plan, before: _Halves, after: _Halves) -> None:
    _environment(checkout, plan, before, after)
    half = after if plan.pip_needs_repository else before
    if plan.separate_kernel and (extra := _present(checkout, "requirements3.txt")):
        half.add(USER, "install packages for the server with pip", extra)
    if requirements := _present(checkout, "requirements.txt"):
        half.add(USER, "install the packages with pip", requirements)
    try:
        is_package = checkout.is_python_package
    except RaisedError:
        is_package = False
    if is_package:
        files = tuple(name for name in ("setup.py", "pyproject.toml") if checkout.has_in_root(name))
        after.add(USER, "install the repository itself with `pip install .`", files)


def _r(checkout: Checkout, plan: Plan, before: _Halves, after: _Halves) -> None:
    if install := _present(checkout, "install.R"):
        before.add(USER, "run install.R; when it fails, again after the repository is copied", install)
    if checkout.has_in_root("DESCRIPTION"):
        after.add(USER, "install the repository as an R package with what it depends on", ("DESCRIPTION",))


def _docker(repo: Snapshot, plan: Plan) -> Iterator[Step]:
    """The instructions of the Dockerfile, as Docker runs them."""
    source = repo.get(plan.path("Dockerfile"))
    if source is None:
        return
    dockerfile = read_dockerfile(source)
    image = image_facts(image_of(dockerfile.final)) if dockerfile.final else None
    user = ROOT if image and image.root else "the image's user"
    for instruction in dockerfile.built:
        if instruction.name == "USER" and instruction.words:
            user = instruction.value(instruction.words[0]) or str(instruction.words[0])
        elif instruction.name in HEREDOC_FORM:
            first = " ".join(str(instruction.script or " ".join(instruction.words)).replace("\\\n", " ").split())
            yield Step(user, f"{instruction.name} {first}", (source.path,), "docker")


def launch(plan: Plan) -> str:
    """What runs at a launch, in words."""
    if plan.buildpack == Buildpack.DOCKER:
        return "the image's ENTRYPOINT gets the launch command"
    if plan.start:
        return f"{plan.start} runs and must hand over to the launch command"
    return "Jupyter starts"


def reinstalls(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The files whose change runs the steps before the copy again. Every commit makes a new image, but Docker can reuse those steps."""
    return tuple(dict.fromkeys(path for step in steps if step.when == "before" for path in step.files))
