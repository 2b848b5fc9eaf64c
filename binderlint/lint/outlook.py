"""Outlook: what Binder will do with a repository, in a sentence or two: the first line of a report."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_refused
from binderlint.facts.launch.launched import fetching_repositories, launched_elsewhere, launched_refs
from binderlint.lint.hubs import judge
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import NO_ENVIRONMENT
from binderlint.repo2docker.plan import Plan, Status
from binderlint.snapshot import Snapshot

_WITH = {Buildpack.CONDA: "conda", Buildpack.PIPFILE: "Pipenv", Buildpack.PYTHON: "pip", Buildpack.NIX: "Nix"}


def outlook(repo: Snapshot) -> str:
    """How Binder builds these files and what runs at the launch, or why it does not build them, and what is launched instead of them. Raises UnreadError."""
    return _built(repo) + _launched(repo)


def _launched(repo: Snapshot) -> str:
    """That the launch links go to another branch than the one whose files these are, or to a repository that fetches them; empty where they do not, or where git does not tell."""
    git = repo.git
    refs = launched_refs(repo) if git.origin and git.branch and launched_elsewhere(repo) else ()
    if fetching := fetching_repositories(repo):
        return f" The launch links here launch {listed(fetching, 2)}, though, which fetches these files when it has started."
    if not refs:
        return ""
    return f" The launch links here launch {listed(refs, 2)}, though, not `{git.branch}`, whose files these are."


def _built(repo: Snapshot) -> str:
    plan = build_plan(repo)
    if plan.error:
        path = plan.error.place.path
        return f"repo2docker stops{'' if path == '.' else f' at `{path}`'}, so Binder builds nothing."
    if is_refused(repo):
        return f"{repo.hub} does not build this repository: no file tells Binder what to install."
    if not judge(repo.allows, plan).accepts:
        return f"Binder can build this {_how(plan)}, but not start it."
    if plan.buildpack == Buildpack.DOCKER and _is_refused_by_docker(repo):
        return f"Docker cannot read `{plan.path('Dockerfile')}`, so Binder builds nothing."
    return f"Binder will build this {_how(plan)}.{''.join(_scripts(plan))}"


def _is_refused_by_docker(repo: Snapshot) -> bool:
    """Whether Docker stops at the Dockerfile before it builds anything."""
    from binderlint.facts.docker.context import build_dockerfile
    from binderlint.read.dockerfile.refused import refused

    dockerfile = build_dockerfile(repo)
    return dockerfile is not None and next(refused(dockerfile), None) is not None


def _how(plan: Plan) -> str:
    used = [use.path for use in plan.files if use.status is Status.USED]
    deciding = [path for path in used if path.rpartition("/")[2] not in NO_ENVIRONMENT]
    others = [path for path in deciding if path.rpartition("/")[2] != "runtime.txt"]
    python = f", on Python {plan.python.version}" if plan.python else ""
    match plan.buildpack:
        case Buildpack.DOCKER:
            return f"from `{plan.path('Dockerfile')}`"
        case Buildpack.JULIA:
            return f"with Julia {plan.julia.version if plan.julia else ''} from {listed(others, 2)}{python}"
        case Buildpack.R:
            return f"with R {plan.r.version if plan.r else ''} from {listed(deciding, 3)}{python}"
        case _ if plan.default:
            return f"with nothing but Python {plan.python.version if plan.python else ''}, since no file says what to install"
    known = _WITH.get(plan.buildpack, "") if plan.buildpack else ""
    return f"with {known} from {listed(others, 2)}{python}" if others else f"with {known}{python}"


def _scripts(plan: Plan) -> Iterator[str]:
    said = []
    if plan.post_build:
        said.append(f"`{plan.post_build}` runs at the end of the build")
    if plan.start:
        said.append(f"`{plan.start}` {'' if said else 'runs '}at every launch")
    if said:
        yield f" {' and '.join(said)}."
