"""Plans: the plan where it is of a certain kind, for rules that only look at such builds."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import FileUse, Plan, PlanError, Status
from binderlint.snapshot import Snapshot


@fact
def build_error(repo: Snapshot) -> PlanError | None:
    """The error at which repo2docker stops."""
    return build_plan(repo).error


@fact
def default_plan(repo: Snapshot) -> Plan | None:
    """The plan of a repository in which no file says what to install."""
    plan = build_plan(repo)
    return plan if plan.default else None


@fact
def r_plan(repo: Snapshot) -> Plan | None:
    """The plan of a repository that is built as one of R."""
    plan = build_plan(repo)
    return plan if plan.buildpack == Buildpack.R else None


@fact
def folder_plan(repo: Snapshot) -> Plan | None:
    """The plan of a repository whose configuration for Binder is in a folder of its own."""
    plan = build_plan(repo)
    return plan if plan.binder_dir else None


@fact
def rare_plan(repo: Snapshot) -> Plan | None:
    """The plan of a repository that is built as few are: with pipenv, Nix, or a REQUIRE file of Julia."""
    plan = build_plan(repo)
    return plan if plan.buildpack in (Buildpack.PIPFILE, Buildpack.NIX, Buildpack.JULIA_REQUIRE) else None


@fact
def kernel_plan(repo: Snapshot) -> Plan | None:
    """The plan of a repository whose kernel gets an environment of its own, beside the one of the server."""
    plan = build_plan(repo)
    return plan if plan.separate_kernel else None


@fact
def ignored_files(repo: Snapshot) -> tuple[FileUse, ...]:
    """Configuration that the build ignores."""
    return tuple(use for use in build_plan(repo).files if use.status is Status.IGNORED)
